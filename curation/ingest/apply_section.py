"""What a section of `sources` in the task file says about a file, where the options of `add` leave it open."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any

from winnow.config.source_options import READING_FIELDS, SourceOptions
from winnow.core.counted import counted
from winnow.core.layout import TASK_FILE
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE, AddOptions, check_options
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows

DEFAULTS = {"format": "auto"}
"""The values that stand for an open option of a reader; None for the others."""


def reading_options(section: SourceOptions | None, **given: Any) -> dict[str, Any]:
    """The options of a reader: those that were given, and those of the section for the others."""
    stated = {name: getattr(section, name) for name in READING_FIELDS} if section else {}
    return {
        name: stated[name] if value == DEFAULTS.get(name) and stated.get(name) is not None else value
        for name, value in given.items()
    }


def open_option(section: SourceOptions | None, name: str, given: str | None) -> str | None:
    """An option of `add` that was given, else that of the section."""
    stated: str | None = getattr(section, name) if section else None
    return stated if given is None else given


def columns_with(section: SourceOptions | None, given: Columns | None) -> Columns:
    """The columns that were given, and those of the section for the other roles."""
    columns = given or Columns()
    known = {field.name for field in fields(Columns)}
    stated = section.columns() if section else {}
    open_roles: dict[str, Any] = {
        role: column for role, column in stated.items() if role in known and getattr(columns, role) is None
    }
    return replace(columns, **open_roles)


def options_with(section: SourceOptions | None, given: AddOptions) -> AddOptions:
    """The options that were given, and those of the section for the others.

    Raises WinnowError when they contradict each other.
    """
    if section is None:
        return given
    license = section.license if given.license == UNKNOWN_LICENSE and section.license else given.license
    options = replace(
        given,
        origin=given.origin or section.origin,
        origin_model=given.origin_model or section.origin_model,
        license=license,
    )
    check_options(options)
    return options


def with_section(source: SourceRows, section: SourceOptions | None) -> SourceRows:
    """The rows of a file with the section that they were read with; words for "no label" are no labels.

    Rows that were dropped before, and those of a log, state themselves what they are.
    """
    if section is None or source.as_added:
        return source
    words = frozenset(word.strip() for word in section.no_label)
    given = (value_text(label).strip() for row in source.rows for label in row.given_labels)
    found = Counter(label for label in given if label in words)
    rows = [_without_words(row, words) if words else row for row in source.rows]
    notes = [
        f"{source.name}: {counted(count, 'row')} with {word!r} as label count as unlabeled, as `no_label` of "
        f"{TASK_FILE} says"
        for word, count in found.items()
    ]
    return replace(source, rows=rows, notes=[*source.notes, *notes], section=section)


def _without_words(row: SourceRow, words: frozenset[str]) -> SourceRow:
    """The row without labels that mean "no label", its own and those of people."""
    own = None if value_text(row.label).strip() in words else row.label
    answers = [replace(one, label=None) if value_text(one.label).strip() in words else one for one in row.answers]
    return replace(row, label=own, answers=answers)
