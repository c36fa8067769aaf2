"""Read a log of two variants in production: variant, outcome, and optionally rating, session, request and time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import json_hash
from winnow.core.record import Record
from winnow.core.timestamps import parse_time
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.validators.text import Drop

OUTCOMES: Mapping[str, float] = {
    **dict.fromkeys(("success", "1", "1.0", "true"), 1.0),
    **dict.fromkeys(("failure", "0", "0.0", "false"), 0.0),
}
"""What an outcome may be, in lower case."""

SESSION_NAMES, REQUEST_NAMES, TIME_NAMES = ("session", "session_id", "user", "user_id"), ("id", "request_id"), ("time",)
"""Columns that may hold who was served, which request it was, and when; the first that a row has is read."""

READ_COLUMNS = ("variant", "outcome", "rating", *SESSION_NAMES, *REQUEST_NAMES, *TIME_NAMES)


@dataclass(frozen=True)
class AbRow:
    """One answer in production."""

    number: int
    """Number of the row in the file, from 1."""
    variant: str
    outcome: float
    """1 for a success, 0 for a failure."""
    rating: float | None
    session: str
    """Empty if the row has none."""
    request: str
    """Empty if the row has none."""
    time: float | None
    """Seconds since 1970."""

    @property
    def answer(self) -> str:
        """Identifies the answer that the row is about; empty if the row cannot be told from one about another answer.

        It names the request, or the session and the time.
        """
        if self.request:
            return json_hash([self.variant, self.session, self.request])
        return json_hash([self.variant, self.session, self.time]) if self.session and self.time is not None else ""


class LeftOutAbRow(Record):
    """A row of the log that is not counted."""

    row: int
    """Number of the row, from 1."""
    reason: str
    """What was found and what was expected."""


@dataclass(frozen=True)
class AbLog:
    """The content of a log."""

    name: str
    sha256: str
    rows: list[AbRow]
    left_out: list[LeftOutAbRow]


class _Faulty(NamedTuple):
    """What is wrong with a row."""

    reason: str


def read_ab_log(path: Path) -> AbLog:
    """Read a log in any format that `add` reads. A row that is wrong is left out with its reason; so is a copy.

    Rows of one request and variant that contradict each other are all left out. Raises WinnowError when the file cannot
    be read, or no row is left.
    """
    found = read_rows(path)
    rows: list[AbRow] = []
    left_out: list[LeftOutAbRow] = []
    for number, fields in found.rows:
        read = _Faulty(fields.detail) if isinstance(fields, Drop) else _read_row(number, fields)
        if isinstance(read, AbRow):
            rows.append(read)
        else:
            left_out.append(LeftOutAbRow(row=number, reason=read.reason))
    rows, repeated = _without_repeated(rows)
    left_out = sorted([*left_out, *repeated], key=lambda one: one.row)
    if not rows:
        raise WinnowError(_no_rows(path.name, left_out))
    return AbLog(found.name, found.file_hash, rows, left_out)


def _no_rows(name: str, left_out: Sequence[LeftOutAbRow]) -> Problem:
    found = f"no row can be used; row {left_out[0].row}: {left_out[0].reason}" if left_out else "it has no rows"
    fix = 'write rows like {"variant": "a", "outcome": "success", "session": "s1"}'
    return Problem(name, found, "rows with `variant` and `outcome`", fix)


def _read_row(number: int, fields: Mapping[str, Any]) -> AbRow | _Faulty:
    listed = next((name for name in READ_COLUMNS if isinstance(fields.get(name), dict | list)), "")
    if listed:
        return _Faulty(f"{listed} {_shown(fields[listed])}; expected: a text or a number")
    variant = value_text(fields.get("variant")).strip()
    if not variant:
        return _Faulty("no variant; expected: the name of what answered in `variant`")
    outcome = OUTCOMES.get(value_text(fields.get("outcome")).strip().lower())
    if outcome is None:
        return _Faulty(f"outcome {_shown(fields.get('outcome'))}; expected: success or failure, or 1 or 0")
    rating = _rating(fields.get("rating"))
    if isinstance(rating, _Faulty):
        return rating
    time = _first(fields, TIME_NAMES)
    at = parse_time(time) if time else None
    if time and at is None:
        return _Faulty(f"time {time!r}; expected: a time in ISO 8601, or seconds since 1970")
    session, request = _first(fields, SESSION_NAMES), _first(fields, REQUEST_NAMES)
    return AbRow(number, variant, outcome, rating, session, request, at.timestamp() if at else None)


def _rating(value: Any) -> float | _Faulty | None:
    text = value_text(value).strip()
    if not text:
        return None
    faulty = _Faulty(f"rating {_shown(value)}; expected: a number")
    if isinstance(value, bool):
        return faulty
    try:
        number = float(text)
    except ValueError:
        return faulty
    return number if math.isfinite(number) else faulty


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((text for name in names if (text := value_text(fields.get(name)).strip())), "")


def _shown(value: Any) -> str:
    return "is missing" if value is None else repr(value)[:60]


class _Unrepeated(NamedTuple):
    rows: list[AbRow]
    left_out: list[LeftOutAbRow]


def _without_repeated(rows: Sequence[AbRow]) -> _Unrepeated:
    """The rows of which each answer has one.

    A row that names neither its request nor its session and time cannot be told from one about another answer: it is
    kept.
    """
    verdicts: dict[str, set[tuple[float, float | None]]] = {}
    first: dict[str, int] = {}
    for row in rows:
        verdicts.setdefault(row.answer, set()).add((row.outcome, row.rating))
        first.setdefault(row.answer, row.number)
    kept, left_out = [], []
    for row in rows:
        if not row.answer:
            kept.append(row)
        elif len(verdicts[row.answer]) > 1:
            reason = f"rows about this answer contradict each other; the first one is row {first[row.answer]}"
            left_out.append(LeftOutAbRow(row=row.number, reason=reason))
        elif first[row.answer] != row.number:
            left_out.append(LeftOutAbRow(row=row.number, reason=f"a copy of row {first[row.answer]}"))
        else:
            kept.append(row)
    return _Unrepeated(kept, left_out)


def variants_of(log: AbLog) -> Counter[str]:
    """How many rows each variant has.

    Raises WinnowError unless there are two variants.
    """
    found = Counter(row.variant for row in log.rows)
    if len(found) != 2:
        names = ", ".join(f"{name!r}" for name in sorted(found)[:8])
        fix = "leave the rows of other variants out" if len(found) > 2 else "add the rows of the other variant"
        raise WinnowError(Problem(log.name, f"{len(found)} variants: {names}", "two variants", fix))
    return found
