"""Coverage on public data: hidden intents found as regions, the similarity threshold, overlaps and confusions.

Run by `python -m benchmarks.traffic_coverage`, not by `make bench`: it measures quality, not speed. Needs the public
data.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import winnow
from benchmarks.texts import PUBLIC
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.checks.coverage.label_overlap import label_overlaps
from winnow.curation.checks.coverage.traffic_similarity import near_threshold
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.exact_search import nearest
from winnow.curation.engine.linear_probe import INVERSE_PENALTY

HIDDEN = 20

DRAWS = 10

PURE = 0.80


def rows_of(name: str) -> pd.DataFrame:
    """`text`, `label`, `split` of a public dataset, without repeated texts."""
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines]).drop_duplicates("text", ignore_index=True)


def hidden_intents() -> None:
    """CLINC150 with 20 intents hidden: which of them are found as uncovered regions."""
    rows = rows_of("clinc150")
    intents = sorted(set(rows["label"]) - {"oos"})
    print(
        "| draw | traffic | uncovered of hidden | regions | found at ≥ 80 % | purity: median, worst | largest share |"
    )
    print("|---|---|---|---|---|---|---|")
    for draw in range(DRAWS):
        hidden = set(np.random.default_rng(draw).choice(intents, HIDDEN, replace=False))
        away = rows["label"].isin(hidden)
        known = rows[~away & (rows["split"] == "train")]
        asked = rows[away & (rows["split"] == "train")]
        usual = rows[~away & (rows["split"] != "train") & (rows["label"] != "oos")]
        for name, traffic in (("hidden", asked), ("hidden + 130 known", pd.concat([asked, usual]))):
            found = coverage_of(known, traffic)
            print(f"| {draw} | {name}, {len(traffic):,} | {region_quality(found, traffic, hidden)} |", flush=True)


def coverage_of(known: pd.DataFrame, traffic: pd.DataFrame) -> CoverageReport:
    """The coverage of a workspace with these labeled rows and this traffic."""
    with tempfile.TemporaryDirectory() as folder:
        labels = "".join(f"  - name: {json.dumps(label)}\n" for label in sorted(set(known["label"])))
        text = f"name: bench\nkind: intents\nfallback: oos\nlicences: {{allow: [unknown]}}\nlabels:\n{labels}"
        (Path(folder) / "winnow.yaml").write_text(text)
        workspace = winnow.open(folder)
        workspace.add(known[["text", "label", "split"]])
        workspace.add(traffic[["text"]], origin="log")
        return workspace.coverage()[0]


def region_quality(found: CoverageReport, traffic: pd.DataFrame, hidden: set[str]) -> str:
    """How well the regions match the hidden intents, as cells of the table."""
    intent = dict(zip(traffic["text"], traffic["label"], strict=True))
    table = found.check.table.set_index("id")["text"]
    uncovered = found.check.traffic_coverage.traffic[~found.check.traffic_coverage.covered]
    lost = sum(intent[text] in hidden for text in found.check.table["text"].to_numpy()[uncovered])
    asked = int(traffic["label"].isin(hidden).sum())
    best: dict[str, tuple[float, float]] = {}
    whole = Counter(intent[table[record]] for region in found.regions for record in region.record_ids)
    for region in found.regions:
        counts = Counter(intent[table[record]] for record in region.record_ids)
        label, most = counts.most_common(1)[0]
        if label in hidden:
            best[label] = max(best.get(label, (0.0, 0.0)), (most / region.records, most / whole[label]))
    purities = sorted(purity for purity, _ in best.values())
    good = sum(purity >= PURE for purity in purities)
    largest = np.median([share for _, share in best.values()])
    worst = f"{np.median(purities):.2f}, {purities[0]:.2f}"
    return f"{lost / asked:.0%} | {len(found.regions)} | {good} of {HIDDEN} | {worst} | {largest:.2f}"


def calibration() -> None:
    """Share of in-scope and out-of-scope queries counted as covered, by rows per label."""
    embedder = open_embedder()
    print("| data | rows per label | near | in scope covered | out of scope covered |\n|---|---|---|---|---|")
    for name in ("clinc150", "banking77"):
        rows = rows_of(name)
        vectors = embedder.encode(list(rows["text"]))
        test = np.flatnonzero((rows["split"] == "test") & (rows["label"] != "oos"))
        outside, where = outside_of(name, rows, vectors)
        for size in (10, 30, 100):
            pool = rows[(rows["split"] == "train") & (rows["label"] != "oos")].sample(frac=1, random_state=0)
            train = np.sort(pool.groupby("label").head(size).index.to_numpy())
            near = near_threshold(vectors[train], np.arange(len(train)), np.arange(len(train))[:4000])
            inside = float((nearest(vectors[test], vectors[train])[1] >= near).mean())
            stray = float((nearest(outside, vectors[train])[1] >= near).mean())
            print(f"| {name} | {size} | {near:.3f} | {inside:.1%} | {stray:.1%} ({where}) |", flush=True)


def outside_of(name: str, rows: pd.DataFrame, vectors: Any) -> tuple[Any, str]:
    """Vectors of out-of-scope queries: those of CLINC150, also for BANKING77."""
    if name == "clinc150":
        return vectors[np.flatnonzero((rows["label"] == "oos") & (rows["split"] == "test"))], "its oos test rows"
    other = rows_of("clinc150")
    texts = other[(other["label"] == "oos") & (other["split"] == "test")]["text"]
    return open_embedder().encode(list(texts)), "CLINC150's oos test rows"


def overlapping() -> None:
    """Rank correlation between label overlaps and the confusions of a 5-fold linear model."""
    for name in ("banking77", "rasa_nlu", "clinc150"):
        rows = rows_of(name)
        rows = rows[rows["split"].isin(["train", "all"]) & rows["label"].notna()]
        rows = rows[rows.groupby("label")["text"].transform("size") >= 10].reset_index(drop=True)
        vectors = open_embedder().encode(list(rows["text"]))
        labels = rows["label"].to_numpy().astype(str)
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        predicted = cross_val_predict(LogisticRegression(C=INVERSE_PENALTY, max_iter=1000), vectors, labels, cv=folds)
        sizes = Counter(labels)
        confused = Counter(tuple(sorted(pair)) for pair in zip(labels, predicted, strict=True) if pair[0] != pair[1])
        rate = {pair: count / (sizes[pair[0]] + sizes[pair[1]]) for pair, count in confused.items()}
        found = label_overlaps(list(map(str, range(len(rows)))), list(labels), vectors, np.arange(len(rows)))
        score = {one.labels: one.score for one in found}
        every = [(a, b) for a in sorted(sizes) for b in sorted(sizes) if a < b]
        touched = [pair for pair in every if pair in score or pair in rate]
        ranks = [
            spearmanr([score.get(p, 0) for p in pairs], [rate.get(p, 0) for p in pairs]).statistic
            for pairs in (every, touched)
        ]
        print(
            f"\n{name}: {len(rows):,} rows, {len(sizes)} labels; rank correlation {ranks[0]:.2f} over all "
            f"{len(every):,} pairs, {ranks[1]:.2f} over the {len(touched):,} that overlap or are confused\n"
        )
        order = sorted(rate, key=lambda pair: -rate[pair])
        print("| overlap | labels | advice | confused rows | rank among confusions |\n|---|---|---|---|---|")
        for one in found[:10]:
            rank = order.index(one.labels) + 1 if one.labels in rate else "–"
            cells = (f"{one.score:.1%}", " / ".join(one.labels), one.advice, str(confused[one.labels]), str(rank))
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    for part in (hidden_intents, calibration, overlapping):
        print(f"\n## {part.__doc__}\n", flush=True)
        part()
