"""The feedback loop: one round of feedback on damaged data, compared with as many annotations of random records.

Run by `python -m benchmarks.feedback_loop [share ...] [--tuning]`, not by `make bench`; share is the share of
labels in the confused pairs that are flipped (default 0.1). Needs BANKING77. Every seed draws 15 % of the official
train as validation, with true labels; keeps 15 rows of each label of the 10 most confused pairs, with the other rows as
unlabeled traffic; and flips a share of the remaining labels in these pairs to the partner's. The model is the linear
probe. A round has ANNOTATIONS annotations, each with the published label. Accuracy is measured on the official test.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC
from winnow.curation.annotations.confused_pairs import ConfusedPairs, label_errors_between, labeling_value
from winnow.curation.annotations.label_errors import find_label_errors
from winnow.curation.annotations.out_of_fold import assign_folds, out_of_fold_probabilities
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.acquisition import AcquisitionPool, choose_queries
from winnow.training.evaluation.confusion_counts import ConfusionCounts, count_confusions, rank_confused_pairs
from winnow.training.feedback.actions import LEARNING_EXPONENT
from winnow.training.feedback.derive_feedback import Feedback, derive_feedback
from winnow.validators.wording.facets import length, phrasing

SEEDS = range(20, 25)

TUNING_SEEDS = (0, 11, 12)
"""Seeds that were used to compare selection methods during development."""

ANNOTATIONS = 300

PAIRS = 10

KEPT = 15

VALIDATION = 0.15

NEAR = 0.97

T_4 = 2.776
"""97.5 % point of Student's t at 4 degrees of freedom: 5 seeds."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Bank:
    """BANKING77, embedded, and its most confused pairs."""

    texts: list[str]
    labels: NDArray[np.str_]
    vectors: Vectors
    train: Rows
    test: Rows
    partner: dict[str, str]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Rows whose label is in a pair."""
        return np.isin(self.labels, list(self.partner))


@dataclass(frozen=True)
class State:
    """The state of a workspace: the given labels, and which rows are labeled and unlabeled."""

    given: NDArray[np.str_]
    labeled: Rows
    unlabeled: Rows

    def answered(self, rows: Rows, bank: Bank) -> State:
        """The state after annotators gave the true label of some rows."""
        given = self.given.copy()
        given[rows] = bank.labels[rows]
        return State(given, np.union1d(self.labeled, rows), np.setdiff1d(self.unlabeled, rows))


def bank() -> Bank:
    """Load the data; pairs are by out-of-fold confusions on the published labels, each label in one pair only."""
    rows = [json.loads(line) for line in (PUBLIC / "banking77" / "banking77.jsonl").read_text().splitlines()]
    texts, labels = [row["text"] for row in rows], np.array([row["label"] for row in rows])
    split = np.array([row["split"] for row in rows])
    vectors, train = open_embedder().encode(texts), np.flatnonzero(split == "train")
    own = labels[train].tolist()
    values, names = out_of_fold_probabilities(vectors[train], own, [assign_folds(own, groups(train), 0)])
    partner: dict[str, str] = {}
    for pair in rank_confused_pairs(
        ConfusionCounts(), count_confusions(own, [names[i] for i in values.argmax(axis=1)]), limit=len(own)
    ):
        one, other = pair.labels
        if len(partner) < 2 * PAIRS and not {one, other} & partner.keys():
            partner |= {one: other, other: one}
    return Bank(texts, labels, vectors, train, np.flatnonzero(split == "test"), partner)


def groups(rows: Rows) -> list[str]:
    """Every text is its own group."""
    return [f"{row:05d}" for row in rows]


def damaged(bank: Bank, seed: int, share: float) -> tuple[State, Rows]:
    """Train with missing rows and flipped labels in the pairs, and the validation rows."""
    generator = np.random.default_rng(seed)
    size, taken, kept = Counter(bank.labels[bank.train].tolist()), Counter[str](), Counter[str]()
    labeled, unlabeled, validation = [], [], []
    for row in generator.permutation(bank.train).tolist():
        label = str(bank.labels[row])
        if taken[label] < round(VALIDATION * size[label]):
            taken[label] += 1
            validation.append(row)
        elif label in bank.partner and kept[label] >= KEPT:
            unlabeled.append(row)
        else:
            kept[label] += 1
            labeled.append(row)
    given, rows = bank.labels.copy(), np.array(sorted(labeled))
    inside = rows[bank.inside[rows]]
    for row in generator.choice(inside, round(share * len(inside)), replace=False):
        given[row] = bank.partner[bank.labels[row]]
    return State(given, rows, np.array(sorted(unlabeled))), np.array(validation)


def fitted(bank: Bank, state: State) -> LinearProbe:
    """The model trained on the labeled rows."""
    return fit_probe(bank.vectors[state.labeled], state.given[state.labeled].tolist())


def predict(probe: LinearProbe, bank: Bank, rows: Rows) -> NDArray[np.str_]:
    """The model's predicted labels of rows."""
    found: NDArray[np.str_] = np.array(probe.classes)[probe.probabilities(bank.vectors[rows]).argmax(axis=1)]
    return found


def accuracy(bank: Bank, state: State) -> tuple[float, float]:
    """Accuracy of the retrained model on the official test, in percent: on rows of the pairs' labels, and on all."""
    right = predict(fitted(bank, state), bank, bank.test) == bank.labels[bank.test]
    return 100 * float(right[bank.inside[bank.test]].mean()), 100 * float(right.mean())


def feedback_on(bank: Bank, state: State, validation: Rows) -> Feedback:
    """Winnow's feedback on the model of this state."""
    rows = state.labeled
    texts = [bank.texts[row] for row in rows]
    facets = [[f"phrasing:{phrasing(text)}", f"length:{length(text)}"] for text in texts]
    train = pd.DataFrame({"id": groups(rows), "text": texts, "label": state.given[rows], "group": groups(rows)})
    seen = count_confusions(bank.labels[validation].tolist(), predict(fitted(bank, state), bank, validation).tolist())
    how = {"run": "r", "release": "r", "people": (), "annotations": ANNOTATIONS, "plan_name": "plan.json"}
    return derive_feedback(train.assign(facets=facets), bank.vectors[rows], seen, **how)


def to_label(bank: Bank, state: State, focus: ConfusedPairs, count: int, seed: int) -> Rows:
    """The rows that `push label --strategy feedback` would select."""
    probe, rows = fitted(bank, state), state.unlabeled
    every = np.ones(len(rows), dtype=bool)
    order = np.random.default_rng(seed).permutation(len(rows))
    known = bank.vectors[state.labeled]
    pool = AcquisitionPool(bank.vectors[rows], order, every, every.astype(float), known)
    taught = Counter(state.given[state.labeled].tolist())
    value = labeling_value(probe.probabilities(pool.vectors), probe.classes, taught, focus)
    return rows[choose_queries("diverse", replace(pool, value=value), count, near=NEAR, probe=None)]


def to_relabel(bank: Bank, state: State, focus: ConfusedPairs, asked: Rows) -> Rows:
    """The rows that `push relabel` would select, in order, without those that were already annotated."""
    rows = state.labeled
    found = label_errors_between(bank.vectors[rows], state.given[rows].tolist(), groups(rows), focus)
    ranked = rows[[one.position for one in found.ranked]]
    return ranked[~np.isin(ranked, asked)]


def loop(bank: Bank, state: State, found: Feedback, seed: int) -> tuple[State, int, int]:
    """One round with the recommended commands; also how many records were relabeled, and how many were wrong."""
    focus = ConfusedPairs("r", {pair.labels: pair.expected_errors for pair in found.pairs})
    shares = {step.name: step.records for step in found.actions}
    new = to_label(bank, state, focus, shares["label"], seed)
    after = state.answered(new, bank)
    again = to_relabel(bank, after, focus, new)[: ANNOTATIONS - len(new)]
    wrong = int((after.given[again] != bank.labels[again]).sum())
    return after.answered(again, bank), len(again), wrong


def rounds(bank: Bank, seed: int, share: float) -> dict[str, tuple[float, float]]:
    """Accuracy by which records were annotated."""
    state, validation = damaged(bank, seed, share)
    found = feedback_on(bank, state, validation)
    generator = np.random.default_rng(1000 + seed)

    def drawn(rows: Rows) -> State:
        return state.answered(generator.choice(rows, ANNOTATIONS, replace=False), bank)

    suspected_errors = find_label_errors(
        bank.vectors[state.labeled], state.given[state.labeled].tolist(), groups(state.labeled), seed=seed
    )
    suspected = state.labeled[[one.position for one in suspected_errors.suspected]]
    after, again, wrong = loop(bank, state, found, seed)
    flips = int((state.given[state.labeled] != bank.labels[state.labeled]).sum())
    print(f"seed {seed}: {flips} flipped, {found.wrong} estimated; relabel {again}, of which {wrong} wrong", flush=True)
    fixed = {
        "before": state,
        "random records": drawn(np.union1d(state.labeled, state.unlabeled)),
        "random candidates of both queues": drawn(np.union1d(suspected, state.unlabeled)),
        "random unlabeled records": drawn(state.unlabeled),
        "**the loop**": after,
    }
    return {name: accuracy(bank, one) for name, one in fixed.items()}


def mean_with_interval(values: Sequence[float]) -> str:
    """Mean and half-width of the 95 % interval over seeds."""
    spread = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {T_4 * spread:.1f}"


def table(bank: Bank, share: float, seeds: Sequence[int]) -> None:
    """Print the accuracy of every selection, and the gain of the loop, paired by seed."""
    runs = [rounds(bank, seed, share) for seed in seeds]
    print(f"\n## {share:.0%} flipped, {ANNOTATIONS} annotations, {len(runs)} seeds\n")
    print("| annotated records | pairs | all | gain of the loop: pairs | all |\n|---|---|---|---|---|")
    for name in runs[0]:
        own = [mean_with_interval([run[name][i] for run in runs]) for i in (0, 1)]
        more = [mean_with_interval([run["**the loop**"][i] - run[name][i] for run in runs]) for i in (0, 1)]
        print(f"| {name} | {' | '.join([*own, *(more if 'loop' not in name else ['', ''])])} |")
    before, after = (statistics.mean(100 - run[name][0] for run in runs) for name in ("before", "**the loop**"))
    rows = 2 * PAIRS * KEPT
    power = np.log(before / after) / np.log((rows + ANNOTATIONS) / rows)
    print(
        f"\nerrors of the pairs' labels decreased as rows to the power of -{power:.2f} "
        f"(Winnow assumes {LEARNING_EXPONENT})"
    )


def main(arguments: Sequence[str]) -> None:
    data = bank()
    shares = [float(one) for one in arguments if not one.startswith("--")] or [0.1]
    for share in shares:
        table(data, share, TUNING_SEEDS if "--tuning" in arguments else SEEDS)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(sys.argv[1:])
