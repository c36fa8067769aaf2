"""Measurements behind constants: prefix length, the probe's penalty, the language detector's thresholds.

Run by `python -m benchmarks.constants`, not by `make bench`: it has no alternative to compare with.
Needs the public data.
"""

from __future__ import annotations

import json
import statistics
import time

import numpy as np
from lingua import Language, LanguageDetectorBuilder
from sklearn.linear_model import LogisticRegression

from benchmarks.texts import PUBLIC, vectors
from winnow.curation.engine import exact_search
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.ingest.language import LANGUAGE_MIN_CHARACTERS, LANGUAGE_MIN_CONFIDENCE, LANGUAGES
from winnow.validators.wording.facets import noise
from winnow.validators.wording.spelling import misspelling_detector

ROUNDS = 3


def prefixes() -> None:
    """Seconds of near_pairs by the number of leading principal dimensions."""
    name, data = vectors(37_000)
    print(f"{len(data):,} vectors ({name}), cosine 0.9, median of {ROUNDS} rounds\n\n| prefix | seconds |\n|---|---|")
    kept = exact_search.PREFIX
    for prefix in (32, 64, 96, 128):
        exact_search.PREFIX = prefix
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            exact_search.near_pairs(data, 0.9)
            seconds.append(time.perf_counter() - start)
        print(f"| {prefix} | {statistics.median(seconds):.2f} |", flush=True)
    exact_search.PREFIX = kept


def penalties() -> None:
    """Accuracy of the linear probe by C, on all official train rows."""
    print("| data | C | validation | test, in scope |\n|---|---|---|---|")
    for name in ("clinc150", "banking77"):
        rows = [json.loads(line) for line in (PUBLIC / name / f"{name}.jsonl").read_text().splitlines()]
        own = open_embedder().encode([row["text"] for row in rows])
        label = np.array([row["label"] for row in rows])
        split = np.array([row["split"] for row in rows], dtype=object)
        if "validation" not in split:
            train = np.flatnonzero(split == "train")
            split[np.random.default_rng(0).permutation(train)[:1500]] = "validation"
        fit, check, test = split == "train", split == "validation", (split == "test") & (label != "oos")
        for penalty in (1, 3, 10, 30, 100):
            model = LogisticRegression(C=penalty, max_iter=1000).fit(own[fit], label[fit])
            scores = [float((model.predict(own[part]) == label[part]).mean()) for part in (check, test)]
            print(f"| {name} | {penalty} | {scores[0]:.4f} | {scores[1]:.4f} |", flush=True)


def languages() -> None:
    """English queries that a language detector assigns to another language."""
    lines = (PUBLIC / "clinc150" / "clinc150.jsonl").read_text().splitlines()
    long = [t for line in lines if len(t := json.loads(line)["text"]) >= LANGUAGE_MIN_CHARACTERS][:6000]
    ours = LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in LANGUAGES))
    detectors = {
        f"{len(LANGUAGES)} languages": ours.build(),
        "all languages": LanguageDetectorBuilder.from_all_languages().build(),
        f"{len(LANGUAGES)} languages, low accuracy": ours.with_low_accuracy_mode().build(),
    }
    print(f"{len(long):,} queries\n\n| detector | texts/s | wrong | wrong and confident |\n|---|---|---|---|")
    for name, detector in detectors.items():
        detector.compute_language_confidence_values_in_parallel(long[:100])
        start = time.perf_counter()
        best = [ranked[0] for ranked in detector.compute_language_confidence_values_in_parallel(long)]
        speed = len(long) / (time.perf_counter() - start)
        wrong = [one.value for one in best if one.language != Language.ENGLISH]
        sure = sum(value >= LANGUAGE_MIN_CONFIDENCE for value in wrong)
        print(f"| {name} | {speed:,.0f} | {len(wrong)} | {sure} |", flush=True)


def typos() -> None:
    """Share of public queries in which the noise facet detects a typo."""
    misspelt = misspelling_detector("en")
    for name in ("clinc150", "banking77"):
        lines = (PUBLIC / name / f"{name}.jsonl").read_text().splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        share = sum(noise(text, misspelt) == "typo" for text in texts) / len(texts)
        print(f"{name}: {share:.1%} of {len(texts):,} queries")


if __name__ == "__main__":
    for choice in (prefixes, penalties, languages, typos):
        print(f"\n## {choice.__doc__}\n", flush=True)
        choice()
