"""What the next labels of train records are expected to buy: measured by `check`, shown by `status`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from winnow.config.task import Task
from winnow.core.array_cache import load_arrays, newest_arrays, save_arrays
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.hashing import json_hash, stable_hash
from winnow.core.progress import Progress
from winnow.core.result import Measure, Measured, NotMeasured
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.out_of_fold_curve import OutOfFoldCurve, out_of_fold_curve
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.labeling.queues.label import rows_to_label
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import given_target
from winnow.validators.stats.chance_agreement import chance_agreement, is_beyond_chance
from winnow.validators.stats.expected_gain import expected_gain
from winnow.validators.stats.intervals import measured_proportion

ADDED = 100
"""Labels whose value is stated."""

MIN_LABELED = 50
"""With fewer, a curve of their halves is made of 20 records."""

MAX_LABELS = 1_000
"""Of different labels: more would make a check slow."""

FORMAT = "1"
"""Raise it when what is measured changes: older cache entries are then ignored."""

NOT_YET = NotMeasured(f"`{command('check')}` measures it")

NOTHING_LEFT = NotMeasured("no train record waits for a label")

DERIVED = NotMeasured("labels of this kind follow from the content")

TOO_MANY = NotMeasured(f"more than {counted(MAX_LABELS, 'different label')}")

NO_SIGNAL = NotMeasured("what a model answers agrees with the labels no more than by chance")


@dataclass(frozen=True)
class NextLabels:
    """What so many more labels are expected to buy, by the labels that were there when it was measured."""

    gain: Measure
    """Accuracy of a linear probe, 0 to 1, with its 95 % interval."""
    accuracy: Measure
    """That accuracy out of fold, on labels like those that were measured, with four fifths of them."""
    labeled: int
    """Labeled train records that it was measured on."""
    added: int = ADDED
    """How many more labels."""


def measure_next_labels(
    rows: Sequence[WorkingRow],
    task: Task,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    cache: Path,
    progress: Progress | None = None,
) -> NextLabels:
    """Measure it on the labeled records of train that do not repeat a hold-out record, or read what is cached."""
    train = _labeled(rows, task)
    reason = _why_not(rows, train, task)
    if reason is not None:
        return _unknown(reason, train)
    path = cache / f"curve-{_state_hash(rows, train, task, embedder)}.npz"
    stored = load_arrays(path)
    if stored is None:
        hold_out = HoldOutTexts.of(rows, task.language)
        asked = [row for row in train if not hold_out.repeated_by(row)]
        kind = kind_of(task)
        texts = [kind.request_text(row.content) if kind.request_text else row.text for row in asked]
        vectors = compared_vectors(texts, embedder, vectors_cache, ComparedFor.TOPIC, progress=progress)
        curve = out_of_fold_curve(vectors, [row.label for row in asked], [row.group for row in asked])
        stored = _to_arrays(judge_curve(curve, len(asked)))
        save_arrays(path, stored)
    return _from_arrays(stored)


def last_next_labels(rows: Sequence[WorkingRow], task: Task, cache: Path) -> NextLabels:
    """What the last check measured, also if labels have been added since: `labeled` says on how many it stands."""
    train = _labeled(rows, task)
    reason = _why_not(rows, train, task)
    if reason is not None:
        return _unknown(reason, train)
    stored = newest_arrays(cache, "curve-*.npz")
    return _unknown(NOT_YET, train) if stored is None else _from_arrays(stored)


def _labeled(rows: Sequence[WorkingRow], task: Task) -> list[WorkingRow]:
    known = set(kind_of(task).targets(task))
    return [r for r in rows if r.state == State.LABELED and r.assigned_split == Split.TRAIN and r.label in known]


def _why_not(rows: Sequence[WorkingRow], train: Sequence[WorkingRow], task: Task) -> NotMeasured | None:
    """Why it is not even tried; None if it is."""
    if kind_of(task).target_of is not given_target:
        return DERIVED
    if not any(row.assigned_split == Split.TRAIN for row in rows_to_label(rows, task)):
        return NOTHING_LEFT
    if len(train) < MIN_LABELED:
        return NotMeasured(f"{counted(len(train), 'labeled train record')}, {MIN_LABELED} are needed")
    return TOO_MANY if len({row.label for row in train}) > MAX_LABELS else None


def judge_curve(curve: OutOfFoldCurve | None, labeled: int) -> NextLabels:
    """What a curve says; nothing where the answers do not depend on the texts."""
    if curve is None:
        reason = NotMeasured("one label, or too few groups of records")
        return NextLabels(reason, reason, labeled)
    right = sum(one == other for one, other in zip(curve.given, curve.answered, strict=True))
    agreement = measured_proportion(right, len(curve.given))
    if not is_beyond_chance(agreement, chance_agreement(Counter(curve.given), Counter(curve.answered))):
        return NextLabels(NO_SIGNAL, NO_SIGNAL, labeled)
    return NextLabels(expected_gain(curve.points, labels=labeled, added=ADDED), agreement, labeled)


def _unknown(reason: NotMeasured, train: Sequence[WorkingRow]) -> NextLabels:
    return NextLabels(reason, reason, len(train))


def _state_hash(rows: Sequence[WorkingRow], train: Sequence[WorkingRow], task: Task, embedder: Embedder) -> str:
    """Identifies everything that the curve depends on: records, labels, groups, hold-out, model and language."""
    hold_out = "\n".join(row.id for row in rows if row.assigned_split != Split.TRAIN)
    measured = "\n".join(part for row in train for part in (row.id, row.label, row.group))
    settings = json_hash([FORMAT, embedder.comparison_identity, task.language, kind_of(task).name])
    return stable_hash(settings, hold_out, measured, length=20)


def _to_arrays(found: NextLabels) -> dict[str, np.ndarray]:
    why = found.gain.why if isinstance(found.gain, NotMeasured) else ""
    return {
        "labeled": np.array(found.labeled),
        "why": np.array(why),
        "figures": np.array([*map(_figures, (found.gain, found.accuracy))]),
    }


def _figures(measure: Measure) -> tuple[float, float, float, float]:
    if isinstance(measure, NotMeasured):
        return (0.0, 0.0, 0.0, 0.0)
    return (measure.value, measure.low, measure.high, float(measure.rows))


def _from_arrays(stored: dict[str, np.ndarray]) -> NextLabels:
    labeled, why = int(stored["labeled"]), str(stored["why"])
    if why:
        return NextLabels(NotMeasured(why), NotMeasured(why), labeled)
    gain, accuracy = (Measured(value, low, high, int(rows)) for value, low, high, rows in stored["figures"].tolist())
    return NextLabels(gain, accuracy, labeled)
