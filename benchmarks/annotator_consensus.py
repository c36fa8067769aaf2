"""Consensus of simulated annotators on CLINC150: CROWDLAB, majority, Dawid–Skene; accuracy and calibration.

Run by `python -m benchmarks.annotator_consensus`, not by `make bench`: it measures quality, not speed. Needs the
public data. Annotators err towards the three labels whose mean vectors are nearest to the right one. Class
probabilities are out-of-fold, from the linear probe on MiniLM vectors, trained on the majority labels, errors included.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from cleanlab.multiannotator import get_label_quality_multiannotator
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC
from winnow.curation.annotations.consensus import Consensus, find_consensus
from winnow.curation.annotations.crowdlab import ClassProbabilities
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.linear_probe import fit_probe
from winnow.curation.engine.vectors import Vectors
from winnow.training.evaluation.calibration import calibration_error

SEEDS = 2

FOLDS = 5

TOWARDS = (0.6, 0.25, 0.15)
"""Shares of the errors that go to the nearest, second and third nearest label."""

MIXED_PEOPLE = (0.95, 0.9, 0.85, 0.75, 0.6)

GOOD_PEOPLE = (0.98, 0.97, 0.96, 0.95, 0.93)

POOR_PEOPLE = (0.7, 0.65, 0.6, 0.55, 0.5)

THRESHOLDS = (0.7, 0.8, 0.9, 0.95)

STEPS = 50
"""Iterations of Dawid–Skene's EM, which converges much earlier."""

SMOOTHING = 0.01
"""Smoothing: added to every cell of its matrices."""


@dataclass(frozen=True)
class Scenario:
    """How many annotators label how many records, and how accurately."""

    name: str
    records: int
    skills: tuple[float, ...]
    """Share of right answers by person."""
    shares: tuple[float, ...]
    """Of the records, those with one, two … answers."""


SCENARIOS = (
    Scenario("1 to 5 answers", 3000, MIXED_PEOPLE, (0.2,) * 5),
    Scenario("2 answers", 3000, MIXED_PEOPLE, (0, 1, 0, 0, 0)),
    Scenario("3 answers", 3000, MIXED_PEOPLE, (0, 0, 1, 0, 0)),
    Scenario("1 answer, every fifth record 2", 3000, MIXED_PEOPLE, (0.8, 0.2, 0, 0, 0)),
    Scenario("1 to 5 answers, good people", 3000, GOOD_PEOPLE, (0.2,) * 5),
    Scenario("1 to 5 answers, poor people", 3000, POOR_PEOPLE, (0.2,) * 5),
    Scenario("1 to 5 answers, 4 records a label", 600, MIXED_PEOPLE, (0.2,) * 5),
)


@dataclass(frozen=True)
class Data:
    """The in-scope train rows of CLINC150."""

    vectors: Vectors
    truth: NDArray[np.int64]
    labels: list[str]

    def near(self) -> NDArray[np.int64]:
        """The three labels nearest to each, by the cosine of their means, shape (labels, 3)."""
        means = np.stack([self.vectors[self.truth == label].mean(axis=0) for label in range(len(self.labels))])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        cosine = means @ means.T
        np.fill_diagonal(cosine, -1)
        return np.argsort(-cosine, axis=1)[:, : len(TOWARDS)]


@dataclass(frozen=True)
class Drawn:
    """One simulation."""

    truth: NDArray[np.int64]
    response: NDArray[np.int64]
    """Shape (records, people), -1 where there is no answer."""
    counts: NDArray[np.int64]
    """Shape (records, labels)."""
    majority: NDArray[np.int64]
    """Ties by a coin."""
    model: NDArray[np.float64]
    """Out of fold, shape (records, labels)."""


Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Labels and their confidence."""


def clinc150() -> Data:
    rows = [json.loads(line) for line in (PUBLIC / "clinc150" / "clinc150.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["split"] == "train" and row["label"] != "oos"]
    labels = sorted({row["label"] for row in rows})
    truth = np.searchsorted(labels, [row["label"] for row in rows])
    return Data(open_embedder().encode([row["text"] for row in rows]), truth, labels)


def draw(data: Data, scenario: Scenario, seed: int) -> Drawn:
    """Annotations of a sample balanced by label, and the model that is trained on them."""
    rng = np.random.default_rng(seed)
    each = scenario.records // len(data.labels)
    rows = np.concatenate([rng.permutation(np.flatnonzero(data.truth == k))[:each] for k in range(len(data.labels))])
    truth, n, annotators = data.truth[rows], len(rows), len(scenario.skills)
    towards = data.near()[truth, rng.choice(len(TOWARDS), (annotators, n), p=TOWARDS)].T
    response = np.where(rng.random((n, annotators)) < scenario.skills, truth[:, None], towards)
    many = rng.choice(annotators, n, p=scenario.shares) + 1
    response[rng.random((n, annotators)).argsort(axis=1).argsort(axis=1) >= many[:, None]] = -1
    counts = np.stack([(response == label).sum(axis=1) for label in range(len(data.labels))], axis=1)
    majority = (counts + 0.5 * rng.random(counts.shape)).argmax(axis=1)
    return Drawn(truth, response, counts, majority, out_of_fold(data.vectors[rows], majority, len(data.labels), rng))


def out_of_fold(
    vectors: Vectors, labels: NDArray[np.int64], classes: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    fold = rng.permutation(np.arange(len(vectors)) % FOLDS)
    found = np.zeros((len(vectors), classes))
    for one in range(FOLDS):
        probe = fit_probe(vectors[fold != one], [f"{label:03}" for label in labels[fold != one]])
        columns = [int(name) for name in probe.classes]
        found[np.ix_(fold == one, columns)] = probe.probabilities(vectors[fold == one])
    return found


def plain_majority(drawn: Drawn) -> Found:
    return drawn.majority, drawn.counts.max(axis=1) / drawn.counts.sum(axis=1)


def plain_crowdlab(drawn: Drawn) -> Found:
    """Unmodified CROWDLAB: any label of the model, and cleanlab's score."""
    response = np.where(drawn.response < 0, np.nan, drawn.response)
    quality = get_label_quality_multiannotator(response, drawn.model, verbose=False)["label_quality"]
    return quality["consensus_label"].to_numpy(), quality["consensus_quality_score"].to_numpy()


def dawid_skene(drawn: Drawn) -> Found:
    """Dawid and Skene (1979): a confusion matrix per annotator by EM, initialized with the vote shares."""
    classes = drawn.counts.shape[1]
    believed = drawn.counts / drawn.counts.sum(axis=1, keepdims=True)
    for _ in range(STEPS):
        logs = np.tile(np.log(believed.mean(axis=0) + 1e-12), (len(believed), 1))
        for person in range(drawn.response.shape[1]):
            rows = np.flatnonzero(drawn.response[:, person] >= 0)
            response = drawn.response[rows, person]
            matrix = np.full((classes, classes), SMOOTHING)
            np.add.at(matrix.T, response, believed[rows])
            logs[rows] += np.log(matrix / matrix.sum(axis=1, keepdims=True))[:, response].T
        believed = np.exp(logs - logs.max(axis=1, keepdims=True))
        believed /= believed.sum(axis=1, keepdims=True)
    return believed.argmax(axis=1), believed.max(axis=1)


def winnow(drawn: Drawn, *, model: bool) -> tuple[Found, Consensus]:
    """`curation.annotations.consensus`, with or without the model."""
    rows, annotators = np.nonzero(drawn.response >= 0)
    responses = {"record": rows, "who": annotators, "label": drawn.response[rows, annotators]}
    table = pd.DataFrame({name: [f"{value:05}" for value in column] for name, column in responses.items()})
    records, classes = ([f"{value:05}" for value in range(size)] for size in drawn.model.shape)
    found = find_consensus(table, probabilities=ClassProbabilities(records, classes, drawn.model) if model else None)
    labels = np.array([int(one.label) for one in found.records])
    sure = np.array([one.confidence if isinstance(one.confidence, float) else np.nan for one in found.records])
    return (labels, sure), found


def quality(found: Found, truth: NDArray[np.int64]) -> tuple[float, float, float]:
    """Accuracy, expected calibration error, Brier score."""
    right = found[0] == truth
    return float(right.mean()), calibration_error(found[1], right), float(((found[1] - right) ** 2).mean())


def main() -> None:
    data = clinc150()
    lines: list[str] = []
    for scenario in SCENARIOS:
        every = [draw(data, scenario, seed) for seed in range(SEEDS)]
        with_model = [winnow(drawn, model=True) for drawn in every]
        methods = {
            "majority, share of answers": [plain_majority(drawn) for drawn in every],
            "Dawid–Skene": [dawid_skene(drawn) for drawn in every],
            "cleanlab's CROWDLAB, any label, its score": [plain_crowdlab(drawn) for drawn in every],
            "Winnow without a model": [winnow(drawn, model=False)[0] for drawn in every],
            "Winnow, CROWDLAB": [found for found, _ in with_model],
        }
        compared(scenario, methods, every)
        fallen = [found.why for _, found in with_model if found.why]
        alone = np.mean([(drawn.model.argmax(axis=1) == drawn.truth).mean() for drawn in every])
        print(f"\nThe model alone: {alone:.4f}.", "".join(f" Majority: {why}." for why in fallen))
        standings = [[one.status for one in found.records] for _, found in with_model]
        lines += marked(scenario, methods["Winnow, CROWDLAB"], standings, every)
    print("\n## What goes to an adjudicator (Winnow, CROWDLAB)\n")
    heads = " | ".join(f"below {threshold}" for threshold in THRESHOLDS)
    print(f"Share of records marked for ties or low confidence, and accuracy of the rest.\n\n| scenario | {heads} |")
    print("|---|" + "---|" * len(THRESHOLDS))
    print("\n".join(lines))


def compared(scenario: Scenario, methods: dict[str, list[Found]], every: Sequence[Drawn]) -> None:
    print(f"\n## {scenario.name}: {scenario.records:,} records, people {scenario.skills}, {SEEDS} seeds\n")
    print("| method | accuracy | by number of answers | worst of a seed less majority | ECE | Brier |")
    print("|---|---|---|---|---|---|")
    plain = methods["majority, share of answers"]
    for name, found in methods.items():
        scores = np.array([quality(one, drawn.truth) for one, drawn in zip(found, every, strict=True)])
        accuracy, ece, brier = scores.mean(axis=0)
        base = np.array([quality(one, drawn.truth)[0] for one, drawn in zip(plain, every, strict=True)])
        right = np.concatenate([one[0] == drawn.truth for one, drawn in zip(found, every, strict=True)])
        many = np.concatenate([drawn.counts.sum(axis=1) for drawn in every])
        by = ", ".join(f"{right[many == count].mean():.3f}" for count in np.unique(many))
        less = (scores[:, 0] - base).min()
        print(f"| {name} | {accuracy:.4f} | {by} | {less:+.4f} | {ece:.3f} | {brier:.4f} |", flush=True)


def marked(
    scenario: Scenario, found: Sequence[Found], standings: Sequence[list[str]], every: Sequence[Drawn]
) -> list[str]:
    cells = []
    right = np.concatenate([one[0] == drawn.truth for one, drawn in zip(found, every, strict=True)])
    sure = np.concatenate([one[1] for one in found])
    apart = np.isin(np.concatenate(standings), ("tie", "against_majority"))
    for threshold in THRESHOLDS:
        asked = apart | (sure < threshold)
        cells.append(f"{asked.mean():.1%}, {right[~asked].mean():.4f}")
    return [f"| {scenario.name} | {' | '.join(cells)} |"]


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="The number of unique classes")
    main()
