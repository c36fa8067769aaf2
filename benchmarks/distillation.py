"""What a teacher adds to `linear` and to a smaller encoder: paired differences over draws of the train rows.

Run by `python -m benchmarks.distillation banking|clinc [--labels N] [--draws N] [--rows N ...]`,
not by `make bench`. Needs the public data. The teacher is the bundled encoder, trained as method `encoder`: on the rows
of its student (`--teacher same`), or on all train rows of these labels (`--teacher all`). The smaller encoder is its
first three layers of six. Accuracy is that on the official test rows of the labels; differences are in percentage
points, with 95 % intervals by Student's t over the draws. With `--tune`, rows that are held out of train are used in
place of test, and every weight and temperature of a grid is measured.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.encoder_accuracy import OUT_OF_SCOPE, SOURCES
from benchmarks.texts import PUBLIC
from benchmarks.variation_gain import points
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.training.distillation.soft_probe import fit_soft_probe
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts
from winnow.training.linear import LinearSettings
from winnow.training.predictions import Predictions

LAYERS = 3
"""Of the smaller encoder."""

HELD_OUT = 20
"""Train rows of each label that `--tune` measures on."""

WEIGHTS, TEMPERATURES = (0.25, 0.5, 0.75, 1.0), (1.0, 2.0, 4.0)

ENCODER_GRID = ((0.5, 1.0), (0.5, 2.0), (0.5, 4.0), (0.9, 2.0))
"""Weights and temperatures that `--tune` measures for the encoder, which takes longer."""

ALL = 10**6


@dataclass(frozen=True)
class Texts:
    """Texts and their labels."""

    texts: list[str]
    labels: list[str]

    def draw(self, rows: int, seed: int) -> Texts:
        """At most so many rows of each label."""
        seen: Counter[str] = Counter()
        kept = []
        for i in np.random.default_rng(seed).permutation(len(self.texts)):
            seen[self.labels[i]] += 1
            if seen[self.labels[i]] <= rows:
                kept.append(i)
        return Texts([self.texts[i] for i in sorted(kept)], [self.labels[i] for i in sorted(kept)])

    def without(self, others: Texts) -> Texts:
        """The rows whose text is not among others."""
        known = set(others.texts)
        kept = [i for i, text in enumerate(self.texts) if text not in known]
        return Texts([self.texts[i] for i in kept], [self.labels[i] for i in kept])


@dataclass(frozen=True)
class TrainedClassifier:
    """An encoder and its head, loaded as a run loads them."""

    folder: str
    path: Path

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Class probabilities, in the order of the sorted labels."""
        from scipy.special import softmax

        from winnow.training.encoder.batched_inference import compute_logits
        from winnow.training.encoder.encoder_classifier import load_base_encoder
        from winnow.training.encoder.lora_adapter import load_merged
        from winnow.training.hardware import detect_hardware

        base = load_base_encoder(self.folder, pooling="own")
        model = load_merged(base, self.path, detect_hardware(EncoderSettings().precision))
        found: NDArray[np.float64] = softmax(compute_logits(model, base.tokenize(texts, 128)), axis=1)
        return found


def read_texts(source: str, split: str, labels: int) -> Texts:
    """The rows of a split with the first labels of the alphabet, without those out of scope."""
    lines = (PUBLIC / SOURCES[source] / f"{SOURCES[source]}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == split and row["label"] != OUT_OF_SCOPE]
    chosen = set(sorted({row["label"] for row in rows})[:labels])
    kept = [row for row in rows if row["label"] in chosen]
    return Texts([row["text"] for row in kept], [row["label"] for row in kept])


def smaller_encoder(folder: Path) -> str:
    """The bundled encoder with its first layers only."""
    from safetensors.numpy import load_file, save_file

    target = Path(shutil.copytree(bundled_model_folder(), folder / "smaller"))
    config = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps(config | {"num_hidden_layers": LAYERS}))
    weights = load_file(target / "model.safetensors")
    left_out = tuple(f"encoder.layer.{i}." for i in range(LAYERS, config["num_hidden_layers"]))
    kept = {name: one for name, one in weights.items() if not name.startswith(left_out)}
    save_file(kept, target / "model.safetensors", metadata={"format": "pt"})
    return str(target)


def train_encoder(
    folder: str, rows: Texts, settings: EncoderSettings, teacher: Predictions | None
) -> TrainedClassifier:
    """Train without validation rows, so that all epochs count, and save."""
    from winnow.training.encoder.lora_adapter import save_adapter
    from winnow.training.encoder.trainer import fit_encoder

    path = Path(tempfile.mkdtemp())
    train = LabeledTexts(rows.texts, rows.labels, teacher=teacher)
    fitted = fit_encoder(
        folder, train, LabeledTexts([], []), settings=settings, seed=0, checkpoints=path / "checkpoints"
    )
    save_adapter(fitted.model, fitted.classes, path)
    shutil.rmtree(path / "checkpoints", ignore_errors=True)
    return TrainedClassifier(folder, path)


@dataclass(frozen=True)
class Bench:
    """What is measured on, and the models that are measured."""

    measured: Texts
    smaller: str
    embedder: Embedder
    settings: EncoderSettings

    def accuracy(self, probabilities: NDArray[np.float64] | NDArray[np.float32]) -> float:
        """Of probabilities for the measured rows, the classes being their sorted labels."""
        classes = sorted(set(self.measured.labels))
        said = [classes[i] for i in probabilities.argmax(axis=1)]
        return float(np.mean([one == label for one, label in zip(said, self.measured.labels, strict=True)]))

    def linear(self, rows: Texts, teacher: Predictions | None, weight: float, temperature: float) -> float:
        """Accuracy of the linear probe."""
        vectors = self.embedder.encode(rows.texts)
        probe = self._probe(vectors, rows, teacher, weight, temperature)
        return self.accuracy(probe.probabilities(self.embedder.encode(self.measured.texts)))

    def _probe(
        self,
        vectors: NDArray[np.float32],
        rows: Texts,
        teacher: Predictions | None,
        weight: float,
        temperature: float,
    ) -> LinearProbe:
        if teacher is None:
            return fit_probe(vectors, rows.labels)
        return fit_soft_probe(vectors, rows.labels, teacher, weight=weight, temperature=temperature)

    def encoder(self, rows: Texts, teacher: Predictions | None, weight: float, temperature: float) -> float:
        """Accuracy of the smaller encoder."""
        settings = replace(self.settings, teacher_weight=weight, teacher_temperature=temperature)
        model = train_encoder(self.smaller, rows, settings, teacher)
        return self.accuracy(model.probabilities(self.measured.texts))


def teach(model: TrainedClassifier, rows: Texts) -> Predictions:
    """What a teacher says about train rows."""
    return Predictions(sorted(set(rows.labels)), model.probabilities(rows.texts))


def draws_with_teachers(
    bench: Bench, pool: Texts, rows: int, draws: int, kind: str
) -> Iterator[tuple[Texts, Predictions, float]]:
    """The train rows of each draw, what its teacher says about them, and the accuracy of the teacher."""
    folder = str(bundled_model_folder())
    whole = train_encoder(folder, pool, bench.settings, None) if kind == "all" else None
    for draw in range(draws):
        drawn = pool.draw(rows, draw)
        model = whole or train_encoder(folder, drawn, bench.settings, None)
        yield drawn, teach(model, drawn), bench.accuracy(model.probabilities(bench.measured.texts))


def compare(bench: Bench, pool: Texts, sizes: Sequence[int], draws: int, kind: str) -> None:
    """One row for each student and size: accuracy without and with the teacher, and the paired difference."""
    linear, encoder = LinearSettings(), EncoderSettings()
    print("| rows a label | student | teacher | alone | with teacher | difference, points |\n|---|---|---|---|---|---|")
    for rows in sizes:
        found = []
        for drawn, soft, teacher in draws_with_teachers(bench, pool, rows, draws, kind):
            both = [
                (
                    student(drawn, None, 0, 1),
                    student(drawn, soft, settings.teacher_weight, settings.teacher_temperature),
                )
                for student, settings in ((bench.linear, linear), (bench.encoder, encoder))
            ]
            found.append((teacher, *both))
        for place, name in ((1, "linear"), (2, f"encoder, {LAYERS} layers")):
            alone, taught = (statistics.mean(one[place][side] for one in found) for side in (0, 1))
            teacher = statistics.mean(one[0] for one in found)
            gain = points([one[place][1] - one[place][0] for one in found])
            print(f"| {rows} | {name} | {teacher:.4f} | {alone:.4f} | {taught:.4f} | {gain} |", flush=True)


def tune(bench: Bench, pool: Texts, sizes: Sequence[int], draws: int, kind: str) -> None:
    """Accuracy on held-out train rows for every weight and temperature, as the mean over draws."""
    grids = {"linear": list(itertools.product(WEIGHTS, TEMPERATURES)), "encoder": list(ENCODER_GRID)}
    for rows in sizes:
        given = list(draws_with_teachers(bench, pool, rows, draws, kind))
        print(f"\n{rows} rows a label, teacher {statistics.mean(one[2] for one in given):.4f}", flush=True)
        for name, student in (("linear", bench.linear), ("encoder", bench.encoder)):
            alone = statistics.mean(student(drawn, None, 0, 1) for drawn, _, _ in given)
            print(f"{name} alone {alone:.4f}", flush=True)
            for weight, temperature in grids[name]:
                taught = statistics.mean(student(drawn, soft, weight, temperature) for drawn, soft, _ in given)
                print(f"{name} weight {weight} temperature {temperature}: {taught:.4f}", flush=True)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("--labels", type=int, default=20)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[10, 50])
    parser.add_argument("--teacher", choices=["same", "all"], default="same")
    parser.add_argument("--epochs", type=int, default=EncoderSettings().epochs)
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    started = time.perf_counter()
    pool = read_texts(given.source, "train", given.labels)
    measured = pool.draw(HELD_OUT, ALL) if given.tune else read_texts(given.source, "test", given.labels)
    pool = pool.without(measured)
    print(f"{given.source}: {given.labels} labels, {len(pool.texts):,} train rows, {len(measured.texts):,} measured")
    with tempfile.TemporaryDirectory() as scratch:
        settings = replace(EncoderSettings(), epochs=given.epochs)
        bench = Bench(measured, smaller_encoder(Path(scratch)), open_embedder(), settings)
        (tune if given.tune else compare)(bench, pool, given.rows, given.draws, given.teacher)
    print(f"{time.perf_counter() - started:,.0f} s")


if __name__ == "__main__":
    main()
