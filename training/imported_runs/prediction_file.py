"""Read another system's file of predictions: id or text, label, confidence, class probabilities."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.curation.io.readers.columns import KNOWN_NAMES
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.training.imported_runs.refused_rows import refuse_problems
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.text import Drop

ID_NAMES = ("id", "record", "record_id")

TEXT_NAMES = INTENTS.content_columns["text"].names
"""A record of one text can be named by it; records of other kinds are named by their id."""

LABEL_NAMES = ("predicted", "prediction", "predicted_label", *KNOWN_NAMES["label"])
"""In order of preference: a column named as a prediction before one that may hold the gold label."""

CONFIDENCE_NAMES = ("confidence", "score")

PROBABILITIES_NAMES = ("probabilities", "scores")

PROBABILITY_PREFIXES = ("", "prob_", "probability_", "proba_", "p_", "score_")
"""What may precede a label in the name of a column with its probability."""

SUM_SLACK = 0.01
"""Probabilities may be rounded: they are normalized when their sum differs from 1 by at most this. As much may a
confidence differ from the probability of the label."""

TIE_SLACK = 1e-9
"""Probabilities of two labels that differ by less are equally high."""


@dataclass(frozen=True)
class ImportedPrediction:
    """The prediction in one row of the file."""

    row: int
    id: str | None
    text: str | None
    label: str | None
    """None when the system gave no answer."""
    confidence: float | None
    probabilities: tuple[float, ...] | None
    """In the order of the labels."""


@dataclass(frozen=True)
class PredictionFile:
    """The contents of a prediction file."""

    name: str
    sha256: str
    rows: list[ImportedPrediction]
    problems: list[Problem]
    """One problem per row that cannot be used; the other rows are in `rows`."""


@dataclass(frozen=True)
class _PredictionColumns:
    id: str | None
    text: str | None
    label: str
    confidence: str | None
    probabilities: str | None
    by_label: Mapping[str, str]
    """The column with the probability of each label; empty where there are none."""


def read_predictions(path: Path, labels: Sequence[str], *, fallback: str | None = None) -> PredictionFile:
    """Read a file in any format that `add` reads. `labels` are the labels that predictions may have.

    A system may answer `fallback` where it is not certain; otherwise a label that is not the most probable one is a
    problem of its row. Raises WinnowError when the file cannot be read, has no label column, or has neither an id nor
    a text column, or columns with the probabilities of some labels only.
    """
    found = read_rows(path)
    good = [fields for _, fields in found.rows if not isinstance(fields, Drop)]
    if not good:
        unreadable = [(f"{found.name}, row {number}", drop) for number, drop in found.rows if isinstance(drop, Drop)]
        refuse_problems([_unreadable_row(where, drop) for where, drop in unreadable], found.name)
    columns = _find_columns(found.name, list(dict.fromkeys(key for fields in good for key in fields)), labels)
    rows: list[ImportedPrediction] = []
    problems: list[Problem] = []
    for number, fields in found.rows:
        where = f"{found.name}, row {number}"
        if isinstance(fields, Drop):
            problems.append(_unreadable_row(where, fields))
            continue
        try:
            row = _parse_row(number, fields, columns, labels, where)
            rows.append(row)
            problems += _contradictions(row, labels, fallback, columns, where)
        except WinnowError as error:
            problems += error.problems
    return PredictionFile(found.name, found.file_hash, rows, problems)


def _unreadable_row(where: str, drop: Drop) -> Problem:
    return Problem(where, drop.detail, "a readable row", "correct the row")


def _find_columns(name: str, present: Sequence[str], labels: Sequence[str]) -> _PredictionColumns:
    by_folded = {column.strip().lower(): column for column in reversed(present)}

    def column(names: Sequence[str]) -> str | None:
        return next((by_folded[n] for n in names if n in by_folded), None)

    identity, text, label = column(ID_NAMES), column(TEXT_NAMES), column(LABEL_NAMES)
    held = ", ".join(present[:20]) or "none"
    problems = []
    if identity is None and text is None:
        problems.append(
            Problem(name, f"no id or text column among {held}", "a column `id` or `text`", "rename the column")
        )
    if label is None:
        problems.append(Problem(name, f"no label column among {held}", "a column `label`", "rename the column"))
    if problems or label is None:
        raise WinnowError(problems)
    confidence, probabilities = column(CONFIDENCE_NAMES), column(PROBABILITIES_NAMES)
    others = [one for one in present if one not in (identity, text, label, confidence, probabilities)]
    by_label = _probability_columns(name, others, labels) if probabilities is None else {}
    return _PredictionColumns(identity, text, label, confidence, probabilities, by_label)


def _probability_columns(name: str, present: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
    """The column of each label with its probability: all labels have one, or none has."""
    for prefix in PROBABILITY_PREFIXES:
        found = {label: f"{prefix}{label}" for label in labels if f"{prefix}{label}" in present}
        if len(found) == len(labels):
            return found
        if found:
            lacking = [f"{prefix}{label}" for label in labels if label not in found]
            shown = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
            problem = (
                f"columns with the probabilities of {len(found)} of "
                f"{counted(len(labels), 'label')}; {shown} are missing"
            )
            raise WinnowError(Problem(name, problem, "one for each label, or none", "complete or rename the columns"))
    return {}


def _contradictions(
    row: ImportedPrediction, labels: Sequence[str], fallback: str | None, columns: _PredictionColumns, where: str
) -> list[Problem]:
    """Where the label or the confidence of a row contradicts its probabilities."""
    if row.probabilities is None or row.label is None:
        return []
    of_label, highest = row.probabilities[list(labels).index(row.label)], max(row.probabilities)
    problems = []
    if row.label != fallback and of_label < highest - TIE_SLACK:
        best = labels[row.probabilities.index(highest)]
        found = f"label {row.label!r} has the probability {of_label:.3g}, but {best!r} has {highest:.3g}"
        fix = "correct the label, or leave out the probabilities if the system decides otherwise"
        problems.append(Problem(where, found, "the most probable label, or the fallback", fix))
    states_confidence = (columns.confidence or "").strip().lower() == CONFIDENCE_NAMES[0]
    if states_confidence and row.confidence is not None and abs(row.confidence - of_label) > SUM_SLACK:
        found = f"confidence {row.confidence:.3g}, but the probability of {row.label!r} is {of_label:.3g}"
        problems.append(Problem(where, found, "the same number", "correct one of them, or leave one out"))
    return problems


def _parse_row(
    number: int, fields: Mapping[str, Any], columns: _PredictionColumns, labels: Sequence[str], where: str
) -> ImportedPrediction:
    """Parse one row; raises WinnowError with its problem."""
    identity, text, label = (_cell_text(fields.get(name or "")) for name in (columns.id, columns.text, columns.label))
    if identity is None and text is None:
        raise WinnowError(Problem(where, "neither id nor text", "one of them", "add the id or the text of the record"))
    if label is not None and label not in labels:
        fix = suggestion(label, list(labels), "map it to a label of the task or leave it empty")
        raise WinnowError(Problem(where, f"label {label!r}", "a label of the release", fix))
    given = {one: fields.get(name) for one, name in columns.by_label.items()} or fields.get(columns.probabilities or "")
    probabilities = _parse_probabilities(given, labels, where)
    confidence = _parse_confidence(fields.get(columns.confidence or ""), where)
    if confidence is None and probabilities is not None and label is not None:
        confidence = probabilities[list(labels).index(label)]
    return ImportedPrediction(number, identity, text, label, confidence, probabilities)


def _cell_text(value: Any) -> str | None:
    """A cell as text; None when it is empty."""
    text = "" if value is None or value != value else str(value).strip()
    return text or None


def _parse_confidence(value: Any, where: str) -> float | None:
    if _cell_text(value) is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= 1:
        raise WinnowError(Problem(where, f"confidence {str(value)[:40]!r}", "a number from 0 to 1", "rescale it"))
    return number


def _parse_probabilities(value: Any, labels: Sequence[str], where: str) -> tuple[float, ...] | None:
    if _cell_text(value) is None:
        return None
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        numbers = {str(label): float(share) for label, share in parsed.items()}
    except (TypeError, ValueError, AttributeError, OverflowError):
        expected = 'an object such as {"billing": 0.9, "account": 0.1}'
        raise WinnowError(Problem(where, f"probabilities {str(value)[:40]!r}", expected, "")) from None
    unknown = [label for label in numbers if label not in labels]
    if unknown:
        raise WinnowError(Problem(where, f"probabilities of {', '.join(unknown[:5])}", "labels of the release", ""))
    total = sum(numbers.values())
    if not abs(total - 1) <= SUM_SLACK or min(numbers.values()) < 0:
        raise WinnowError(
            Problem(where, f"probabilities that sum to {total:g}", "non-negative numbers that sum to 1", "")
        )
    return tuple(numbers.get(label, 0.0) / total for label in labels)
