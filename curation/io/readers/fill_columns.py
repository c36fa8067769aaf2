"""Fill in the columns that no known name decides, and say why each is taken and how to change it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.column_profile import ColumnProfile, profile, sampled
from winnow.curation.io.readers.columns import KNOWN_NAMES, NO_COLUMN, Columns, RowLayouts
from winnow.curation.io.readers.guess_columns import (
    Guess,
    columns_of_labels,
    guess_label,
    guess_split,
    guess_text,
    guess_time,
    is_named_for_time,
    is_of_model,
)
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.curation.pii.detect import redact
from winnow.validators.kinds.kind import Kind

RESERVED = frozenset(name for role, names in KNOWN_NAMES.items() if role != "label" for name in names)
"""Names of columns that have another role wherever they stand."""


@dataclass(frozen=True)
class FilledColumns:
    """The chosen columns with those that were guessed."""

    columns: Columns
    guesses: Mapping[str, Guess] = field(default_factory=dict)
    """Role to guess, for the roles that were guessed."""
    unused_labels: Sequence[str] = ()
    """Other columns whose values are labels of the task, among them those that say what a model answered."""

    def without_label(self, columns: Collection[str]) -> FilledColumns:
        """The same where one of these columns was guessed to hold the labels, and holds those of one annotator."""
        label = self.guesses.get("label")
        if label is None or label.column not in columns:
            return self
        return replace(self, guesses={role: one for role, one in self.guesses.items() if role != "label"})

    def notes(self, name: str) -> list[str]:
        """What was guessed about a file of this name."""
        lines = [
            f"{name}: {role} = {one.column!r}, by {one.reason}{_others(one)}" for role, one in self.guesses.items()
        ]
        if self.unused_labels:
            names = ", ".join(map(repr, self.unused_labels))
            lines.append(f"{name}: the values of {names} are labels of the task; not used as labels")
        return lines


def _others(guess: Guess) -> str:
    names = " or ".join(repr(redact(name)) for name in guess.others[:3])
    return f", not {names}" if names else ""


def fill_columns(
    name: str,
    rows: Sequence[Fields],
    chosen: Columns,
    kind: Kind,
    layouts: RowLayouts,
    *,
    labels: Collection[str] | None = None,
) -> FilledColumns:
    """The chosen columns, with a guess for each role that was left open and that no column is named for.

    `labels` are those of the task; None where there is no task yet: then the column of labels is guessed, too.
    Raises WinnowError where there is a task and several columns of text are equally likely.
    """
    if kind.holds_dialogues or layouts.rows or len(kind.content_columns) > 1:
        return FilledColumns(chosen)
    present = list(dict.fromkeys(key for fields in rows for key in fields))
    taken = {*chosen.chosen().values()}
    named = {column.strip().lower() for column in present if column not in taken}
    free = [column for column in present if column not in taken and column.strip().lower() not in RESERVED]
    sample = sampled(rows)

    @cache
    def profile_of(column: str) -> ColumnProfile:
        return profile(sample, column)

    def profiles() -> list[ColumnProfile]:
        return [profile_of(column) for column in free]

    guesses: dict[str, Guess] = {}
    open_roles: Sequence[tuple[str, Sequence[str], Callable[[], Guess | None]]] = (
        ("split", KNOWN_NAMES["split"], lambda: guess_split(rows, free)),
        ("time", KNOWN_NAMES["time"], lambda: guess_time([profile_of(one) for one in free if is_named_for_time(one)])),
        ("label", kind.label_columns, lambda: _label(rows, free, labels, profiles)),
        ("text", next(iter(kind.content_columns.values())).names, lambda: guess_text(profiles())),
    )
    for role, names, guess in open_roles:
        found = None if getattr(chosen, role) or not named.isdisjoint(names) else guess()
        if found:
            guesses[role] = found
            free.remove(found.column)
    if labels is not None and "text" in guesses and not guesses["text"].is_sure:
        raise WinnowError(_several_texts(name, guesses["text"]))
    return _filled(chosen, guesses, rows, free, labels)


def _filled(
    chosen: Columns,
    guesses: Mapping[str, Guess],
    rows: Sequence[Fields],
    free: Sequence[str],
    labels: Collection[str] | None,
) -> FilledColumns:
    """The chosen columns and the guesses. A column of labels wins over one that is only named for them."""
    guessed: dict[str, Any] = {role: guess.column for role, guess in guesses.items()}
    columns = replace(chosen, **guessed)
    if not labels or chosen.label == NO_COLUMN:
        return FilledColumns(columns, guesses)
    named = next((one for one in free if one.strip().lower() in KNOWN_NAMES["label"]), None)
    found = columns_of_labels(rows, free, labels)
    holding = [column for column in found if not is_of_model(column)]
    if chosen.label is None and named and named not in holding and holding and not _has_label(rows, named, labels):
        guess = Guess(holding[0], "its values, which are labels of the task", (named,))
        return FilledColumns(replace(columns, label=holding[0]), {**guesses, "label": guess}, holding[1:])
    return FilledColumns(columns, guesses, [one for one in found if one not in (named, chosen.label)])


def _has_label(rows: Sequence[Fields], column: str, labels: Collection[str]) -> bool:
    return any(value_text(fields.get(column)).strip() in labels for fields in rows)


def _label(
    rows: Sequence[Fields],
    free: Sequence[str],
    labels: Collection[str] | None,
    profiles: Callable[[], list[ColumnProfile]],
) -> Guess | None:
    """The column of labels: by its values where there is a task."""
    if labels is None:
        return guess_label(profiles())
    holding = columns_of_labels(rows, free, labels) if labels else []
    found = [column for column in holding if not is_of_model(column)]
    reason = "its values, which are labels of the task"
    return Guess(found[0], reason) if found else None


def _several_texts(name: str, guess: Guess) -> Problem:
    """The question which of several columns of text is the query."""
    candidates = (guess.column, *guess.others)
    found = f"{counted(len(candidates), 'column')} of free text and none with a known name"
    expected = "the one with the query: " + ", ".join(repr(redact(one)) for one in candidates[:5])
    return Problem(name, found, expected, "name the text column")
