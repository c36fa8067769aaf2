"""What a model that did not see them finds about the labels of train records; kept until records or labels change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from winnow.config.task import Task
from winnow.core.array_cache import load_arrays, save_arrays
from winnow.core.hashing import json_hash, stable_hash
from winnow.core.progress import Progress
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.label_errors import JudgedLabel, JudgedLabels, judge_labels
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.validators.kinds import kind_of

FORMAT = "2"
"""Raise it when judgments change: older cache entries are then ignored."""


class JudgedRecords(NamedTuple):
    """The train records that a model judged, and its judgments; positions refer to the records."""

    ids: list[str]
    judged: JudgedLabels


def judge_records(
    rows: Sequence[WorkingRow],
    task: Task,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    cache: Path,
    progress: Progress | None = None,
) -> JudgedRecords:
    """Judge the labeled records of train that do not repeat a hold-out record, or read what is cached.

    Where nothing changed, no model is loaded and no vector is read.
    """
    kind = kind_of(task)
    known = _known_labels(rows, task)
    labeled = [row for row in rows if row.state == State.LABELED and row.label in known]
    train = [row for row in labeled if row.assigned_split == Split.TRAIN]
    path = cache / f"labels-{_state_hash(rows, train, task, embedder)}.npz"
    stored = load_arrays(path)
    if stored is not None:
        return _from_arrays(stored)
    hold_out = HoldOutTexts.of(rows, task.language)
    asked = [row for row in train if not hold_out.repeated_by(row)]
    texts = [kind.request_text(row.content) if kind.request_text else row.text for row in asked]
    vectors = compared_vectors(texts, embedder, vectors_cache, ComparedFor.TOPIC, progress=progress)
    judged = judge_labels(vectors, [row.label for row in asked], [row.group for row in asked])
    found = JudgedRecords([row.id for row in asked], judged)
    save_arrays(path, _to_arrays(found))
    return found


def _known_labels(rows: Sequence[WorkingRow], task: Task) -> set[str]:
    """The labels of the task and the combinations of them that records have; combinations count whole."""
    kind = kind_of(task)
    listed = set(kind.targets(task))
    used = {row.label for row in rows if row.state == State.LABELED} - listed
    return listed | {label for label in used if kind.is_other_target(label, task)}


def _state_hash(rows: Sequence[WorkingRow], train: Sequence[WorkingRow], task: Task, embedder: Embedder) -> str:
    """Identifies everything that the judgments depend on: records, labels, groups, hold-out, model and language."""
    hold_out = "\n".join(row.id for row in rows if row.assigned_split != Split.TRAIN)
    judged = "\n".join(part for row in train for part in (row.id, row.label, row.group))
    settings = json_hash([FORMAT, embedder.comparison_identity, task.language, kind_of(task).name])
    return stable_hash(settings, hold_out, judged, length=20)


def _to_arrays(found: JudgedRecords) -> dict[str, Any]:
    ranked, unscored = found.judged.ranked, found.judged.unscored_labels
    labels = sorted({label for one in ranked for label in (one.given, one.proposed)})
    place = {label: number for number, label in enumerate(labels)}
    numbers = [(one.position, place[one.given], place[one.proposed]) for one in ranked]
    figures = [(one.score, one.given_probability, one.proposed_probability) for one in ranked]
    return {
        "ids": np.array(found.ids, dtype="U20"),
        "labels": np.array(labels, dtype=str),
        "numbers": np.array(numbers, dtype=np.int64).reshape(-1, 3),
        "figures": np.array(figures, dtype=np.float64).reshape(-1, 3),
        "unscored": np.array(list(unscored), dtype=str),
        "unscored_groups": np.array(list(unscored.values()), dtype=np.int64),
        "read_first": np.array(found.judged.read_first),
        "design_effect": np.array(found.judged.design_effect),
        "indistinct_labels": np.array(found.judged.indistinct_labels, dtype=str).reshape(-1, 2),
    }


def _from_arrays(stored: dict[str, Any]) -> JudgedRecords:
    unscored = dict(zip(stored["unscored"].tolist(), stored["unscored_groups"].tolist(), strict=True))
    pairs = tuple((one, other) for one, other in stored["indistinct_labels"].tolist())
    counts = int(stored["read_first"]), float(stored["design_effect"]), pairs
    return JudgedRecords(stored["ids"].tolist(), JudgedLabels(list(_judged(stored)), unscored, *counts))


def _judged(stored: dict[str, Any]) -> Iterator[JudgedLabel]:
    labels = stored["labels"].tolist()
    for (position, given, proposed), (score, own, other) in zip(
        stored["numbers"].tolist(), stored["figures"].tolist(), strict=True
    ):
        yield JudgedLabel(position, score, labels[given], labels[proposed], own, other)
