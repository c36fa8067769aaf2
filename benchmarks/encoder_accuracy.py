"""Majority baseline, linear and encoder compared on the official splits of BANKING77 and CLINC150.

Run by `python -m benchmarks.encoder_accuracy banking|clinc [--seeds N] [KEY=VALUE ...]`, not by `make bench`. Needs
the public data. Every method trains on all official train rows. BANKING77 has no validation rows, so all epochs are
trained; on CLINC150, validation selects the encoder's epoch and every threshold. With `--validation` the test rows are
not used: accuracy is measured on 1,500 held-out train rows of BANKING77, and on the validation rows of CLINC150.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC
from winnow.core.result import Measured
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.curation.engine.linear_probe import fit_probe
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.hardware import detect_hardware, measure_peak_memory
from winnow.training.settings_file import check_settings, read_settings
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.quantiles import quantile
from winnow.validators.stats.significance import mcnemar

SOURCES = {"banking": "banking77", "clinc": "clinc150"}

OUT_OF_SCOPE = "oos"

FOLD = 1500
"""Train rows of BANKING77 that are held out with `--validation`."""

IN_SCOPE_LOSS = 0.05


@dataclass(frozen=True)
class Split:
    """Texts and labels of one split."""

    texts: list[str]
    labels: NDArray[np.str_]


@dataclass(frozen=True)
class MethodResult:
    """Class probabilities of one method, and their cost."""

    classes: list[str]
    validation: NDArray[np.float64]
    test: NDArray[np.float64]
    seconds: float
    note: str = ""

    def correct(self, gold: NDArray[np.str_]) -> NDArray[np.bool_]:
        """Whether each test row is predicted correctly."""
        said: NDArray[np.bool_] = np.array(self.classes)[self.test.argmax(axis=1)] == gold
        return said


def splits(name: str, *, tuning: bool) -> dict[str, Split]:
    """`train`, `validation` and `test`; when tuning, `test` holds validation rows."""
    lines = (PUBLIC / SOURCES[name] / f"{SOURCES[name]}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    made = {split: [row for row in rows if row["split"] == split] for split in ("train", "validation", "test")}
    if tuning and not made["validation"]:
        order = np.random.default_rng(0).permutation(len(made["train"]))
        made["validation"] = [made["train"][i] for i in order[:FOLD]]
        made["train"] = [made["train"][i] for i in order[FOLD:]]
    if tuning:
        made["test"] = made["validation"]
    return {
        split: Split([row["text"] for row in part], np.array([row["label"] for row in part], dtype=np.str_))
        for split, part in made.items()
    }


def majority(data: dict[str, Split]) -> MethodResult:
    """Always predict the most frequent train label."""
    best = Counter(data["train"].labels.tolist()).most_common(1)[0][0]
    ones = [np.ones((len(data[split].texts), 1)) for split in ("validation", "test")]
    return MethodResult([best], ones[0], ones[1], 0.0)


def linear(data: dict[str, Split]) -> MethodResult:
    """The linear probe on embeddings, as in method `linear`."""
    embedder = open_embedder()
    started = time.perf_counter()
    probe = fit_probe(embedder.encode(data["train"].texts), data["train"].labels.tolist())
    seconds = time.perf_counter() - started
    held = [
        probe.probabilities(embedder.encode(data[split].texts)).astype(np.float64) if data[split].texts else _nothing()
        for split in ("validation", "test")
    ]
    return MethodResult(probe.classes, held[0], held[1], seconds)


def encoder(data: dict[str, Split], settings: EncoderSettings, seed: int) -> MethodResult:
    """The trained encoder, saved and loaded again, as in method `encoder`."""
    from scipy.special import softmax

    from winnow.training.encoder.batched_inference import compute_logits
    from winnow.training.encoder.encoder_classifier import load_base_encoder
    from winnow.training.encoder.initialization import LabeledTexts
    from winnow.training.encoder.lora_adapter import load_merged, save_adapter
    from winnow.training.encoder.trainer import fit_encoder

    folder = str(bundled_model_folder())
    train, held = (LabeledTexts(data[split].texts, data[split].labels.tolist()) for split in ("train", "validation"))
    with tempfile.TemporaryDirectory() as scratch:
        fitted = fit_encoder(
            folder, train, held, settings=settings, seed=seed, checkpoints=Path(scratch) / "checkpoints"
        )
        save_adapter(fitted.model, fitted.classes, Path(scratch))
        base = load_base_encoder(folder, pooling=settings.pooling)
        model = load_merged(base, Path(scratch), detect_hardware(settings.precision))
        answers = [
            softmax(compute_logits(model, base.tokenize(data[split].texts, settings.max_length)), axis=1)
            if data[split].texts
            else _nothing()
            for split in ("validation", "test")
        ]
    epochs, best = fitted.training.epochs, fitted.training.best_epoch
    note = f"{fitted.training.seconds / epochs:.0f} s an epoch, {epochs} epochs, {best} kept"
    return MethodResult(fitted.classes, answers[0], answers[1], fitted.training.seconds, note)


def _nothing() -> NDArray[np.float64]:
    return np.empty((0, 0))


def out_of_scope_recall(answers: MethodResult, data: dict[str, Split]) -> float | None:
    """Share of out-of-scope test rows below the threshold that 5 % of in-scope validation rows are below.

    The score is the highest probability of an in-scope label.
    """
    if OUT_OF_SCOPE not in answers.classes:
        return None
    inside = [i for i, name in enumerate(answers.classes) if name != OUT_OF_SCOPE]
    held, test = answers.validation[:, inside].max(axis=1), answers.test[:, inside].max(axis=1)
    threshold = quantile(held[data["validation"].labels != OUT_OF_SCOPE], IN_SCOPE_LOSS)
    return float((test[data["test"].labels == OUT_OF_SCOPE] < threshold).mean())


def show(name: str, answers: MethodResult, data: dict[str, Split], against: MethodResult | None) -> None:
    """One row of the table."""
    gold = data["test"].labels
    inside = gold != OUT_OF_SCOPE
    correct = answers.correct(gold)
    share = proportion(int(correct[inside].sum()), int(inside.sum()))
    recall = out_of_scope_recall(answers, data)
    memory = measure_peak_memory().process_bytes / 2**20
    cells = [
        name,
        f"{correct.mean():.4f}",
        f"{share.value:.4f} ({share.low:.4f} to {share.high:.4f})" if isinstance(share, Measured) else "",
        "" if recall is None else f"{recall:.3f}",
        f"{answers.seconds:.0f}",
        answers.note,
        f"{memory:,.0f} MiB",
    ]
    if against:
        other = against.correct(gold)
        better, worse = int((correct & ~other)[inside].sum()), int((other & ~correct)[inside].sum())
        cells.append(f"+{better} −{worse}, p = {mcnemar(better, worse):.2g}")
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--validation", action="store_true")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    told = parser.parse_args()
    settings = check_settings(EncoderSettings, read_settings(EncoderSettings, changes=told.settings))
    data = splits(told.source, tuning=told.validation)
    rows = ", ".join(f"{split} {len(part.texts):,}" for split, part in data.items())
    print(f"\n## {told.source}: {rows}{', measured on validation' if told.validation else ''}\n")
    print("| method | accuracy | in scope (95 %) | out-of-scope recall | seconds | | peak memory | against linear |")
    print("|---|---|---|---|---|---|---|---|")
    show("majority", majority(data), data, None)
    probe = linear(data)
    show("linear", probe, data, None)
    for seed in range(told.seeds):
        show(f"encoder, seed {seed}", encoder(data, settings, seed), data, probe)


if __name__ == "__main__":
    main()
