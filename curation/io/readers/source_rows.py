"""Read a file or table into rows of content, label, route, split, session and time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from winnow.config.source_options import SourceOptions
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import DecidedBy
from winnow.curation.io.readers.columns import Columns, RowLayouts, find_columns, layouts_of, row_layout, value_of
from winnow.curation.io.readers.dropped_rows import (
    AsAdded,
    ReadSource,
    dropped_sources,
    holds_dropped_rows,
    refuse_earlier_file,
)
from winnow.curation.io.readers.fill_columns import FilledColumns, fill_columns
from winnow.curation.io.readers.filtered_rows import FilteredRows, filtered
from winnow.curation.io.readers.frame_rows import frame_rows
from winnow.curation.io.readers.group_columns import GroupCandidate, group_candidates
from winnow.curation.io.readers.message_tables import message_table
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow, value_text
from winnow.curation.io.readers.origin_columns import SyntheticColumn, synthetic_columns
from winnow.curation.io.readers.raw_rows import RawRows, read_rows
from winnow.curation.io.readers.row_answers import annotated_row, annotated_rows, row_answers, status_notes
from winnow.curation.io.readers.second_header import without_header_rows
from winnow.curation.io.readers.whole_labels import with_whole_labels
from winnow.curation.io.readers.wide_labels import named_columns, wide_answers, wide_labels
from winnow.curation.pii.detect import redact
from winnow.validators.annotator_answers import AnnotatorAnswer, AnswerStatus
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.row_layout import ArrangedRow
from winnow.validators.text import Drop

if TYPE_CHECKING:
    import pandas as pd


NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


class FrozenRow(NamedTuple):
    """What a row of a release states besides the columns of other files."""

    weight: int
    """How often the record occurred in its sources."""
    decided_by: DecidedBy
    """Whose decisions gave it the label."""
    verified: bool
    """A release next to the file or in the workspace contains the row unchanged."""


@dataclass(frozen=True)
class SourceRow:
    """One row as given in the file: unchecked values, and the problem if it could not be read."""

    number: int
    content: Mapping[str, object] = field(default_factory=dict)
    """One value per content column of the kind."""
    label: object = None
    route: object = None
    split: object = None
    session: object = None
    time: object = None
    problem: Drop | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    """Every column of the row in the file; empty for a row that was not read from one."""
    group: str | None = None
    """The id of an existing group: a variation joins the group of its seed. Of all files, only those of
    a release can set this."""
    frozen: FrozenRow | None = None
    """Set for a row with the columns of a release."""
    supersedes: object = None
    """The id of the record that the row corrects."""
    origin_model: object = None
    """The models that wrote the row."""
    answers: Sequence[AnnotatorAnswer] = ()
    """What people whom the file names answered, also answers that are no label. `label` is not one of theirs."""

    @property
    def given_labels(self) -> list[object]:
        """The label of the row, and those of its answers that count."""
        counted_answers = [one.label for one in self.answers if one.status == AnswerStatus.GIVEN]
        return [one for one in (self.label, *counted_answers) if one is not None and one != ""]


class RestoredRows(NamedTuple):
    """Rows with the columns of a release."""

    origin: str
    license: str
    release: str
    """SHA-256 of the manifest of the release that has all of them unchanged; empty if none has."""
    batch: str
    """The batch of synthetic rows; empty for others."""
    origin_model: str = ""
    """The models that wrote the rows, separated by `; `; empty if none is stated."""


@dataclass(frozen=True)
class SourceRows:
    """The content of one file."""

    name: str
    file_hash: str
    """SHA-256 of the file's bytes on disk."""
    columns: Columns
    rows: list[SourceRow]
    notes: list[str]
    columns_key: str = ""
    """Equal for files with the same columns: what was answered about one holds for the others."""
    group_candidates: Sequence[GroupCandidate] = ()
    """Unused columns that may say which rows belong together; empty when the group column was chosen."""
    synthetic_columns: Sequence[SyntheticColumn] = ()
    """Unused columns that say that a machine wrote some of the rows."""
    format: str = "jsonl"
    """Name of the format that it was read as."""
    as_added: AsAdded | None = None
    """Set for dropped rows that are added again: how the file was added that they came from."""
    restored: RestoredRows | None = None
    """Set for rows with the columns of a release, all of which one release has unchanged, or none."""
    is_log: bool = False
    """The rows are lines of an interaction log. They have no content until they are merged to interactions."""
    annotator_candidates: Sequence[str] = ()
    """Columns that could be those of several annotators, where that is an open question."""
    where: str | None = None
    """The condition that its rows meet; None if all rows of the file were read."""
    time_form: str | None = None
    """How its times are written, if that was named or the whole column had to decide it."""
    time_question: str = ""
    """A time that can be read in two ways, where nothing decides between them."""
    filled: FilledColumns | None = None
    """Which columns were guessed, and why."""
    section: SourceOptions | None = None
    """What the task file says about the file; its columns are already applied."""


def read_file(
    path: Path,
    *,
    columns: Columns | None = None,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    kind: Kind = INTENTS,
    group_answers: Mapping[str, str] = NO_ANSWERS,
    labels: Collection[str] | None = (),
) -> SourceRows:
    """Read a file in any supported format.

    `labels` are those of the task: a column with these values holds the labels. None where there is no task yet: then a
    column of few values that repeat does. `group_answers` maps the key of a file's columns to its group column or
    `none`, where this was answered before.
    Raises WinnowError when the file as a whole cannot be read; single bad rows are returned with their problem.
    """
    found = read_rows(path, format=format, encoding=encoding, table=table)
    return rows_of_file(found, columns=columns, kind=kind, group_answers=group_answers, labels=labels)


def rows_of_file(
    found: RawRows,
    *,
    columns: Columns | None = None,
    kind: Kind = INTENTS,
    group_answers: Mapping[str, str] = NO_ANSWERS,
    labels: Collection[str] | None = (),
) -> SourceRows:
    """The rows of a file that was read, with the role of each column; `group_answers` is as for `read_file`.

    Raises WinnowError when no column holds a part of the content.
    """
    chosen = columns or Columns()
    rows = _source_rows(found.name, found.file_hash, found.rows, chosen, found.notes, kind, group_answers, labels)
    return replace(rows, format=found.format, where=found.where)


def sources_of_file(
    found: RawRows,
    *,
    columns: Columns | None = None,
    kind: Kind = INTENTS,
    group_answers: Mapping[str, str] = NO_ANSWERS,
    labels: Collection[str] | None = (),
) -> list[SourceRows]:
    """The same; a file of dropped rows is read as the files that its rows came from.

    Raises WinnowError with every line of such a file that is damaged, too.
    """
    if not holds_dropped_rows(found.rows):
        return [rows_of_file(found, columns=columns, kind=kind, group_answers=group_answers, labels=labels)]
    return [
        SourceRows(
            name=one.name,
            file_hash=one.file_hash,
            columns=one.columns,
            rows=[_dropped_row(one, place, kind) for place in range(len(one.rows))],
            notes=[f"{found.name}: dropped rows of {one.name}, added with the options of that file"],
            format=one.format,
            as_added=one.as_added,
            is_log=one.is_log,
        )
        for one in dropped_sources(found.name, found.rows, kind)
    ]


def _dropped_row(source: ReadSource, place: int, kind: Kind) -> SourceRow:
    """One fixed row of a source, or why it stays dropped."""
    number, fields = source.rows[place]
    if source.is_log and not isinstance(fields, Drop):
        row = SourceRow(number, fields=fields)
    else:
        row = _source_row(number, fields, source.columns, kind, text=source.columns.text)
    return replace(row, problem=source.unchanged.get(place, row.problem))


def read_table(
    frame: pd.DataFrame,
    *,
    columns: Columns | None = None,
    name: str = "DataFrame",
    kind: Kind = INTENTS,
    group_answers: Mapping[str, str] = NO_ANSWERS,
    labels: Collection[str] | None = (),
    where: str | None = None,
) -> SourceRows:
    """Read a pandas table; missing values count as absent. Rows must meet the condition `where`, if there is one.

    The other parameters are as for `read_file`.
    """
    digest, numbered = frame_rows(frame)
    kept = filtered(name, numbered, where) if where else FilteredRows(numbered, [])
    rows = _source_rows(name, digest, kept.rows, columns or Columns(), kept.notes, kind, group_answers, labels)
    return replace(rows, where=where)


def _source_rows(
    name: str,
    digest: str,
    numbered: list[NumberedRow],
    chosen_columns: Columns,
    notes: list[str],
    kind: Kind,
    group_answers: Mapping[str, str],
    labels: Collection[str] | None,
) -> SourceRows:
    if not numbered:
        raise WinnowError(
            Problem(name, "no row", "rows of queries", "check that it is the right file, or set the format")
        )
    numbered = without_header_rows(numbered)
    good = [fields for _, fields in numbered if not isinstance(fields, Drop)]
    present = list(dict.fromkeys(key for fields in good for key in fields))
    if not good:
        return _no_readable_row(name, digest, numbered, chosen_columns, notes)
    refuse_earlier_file(name, present, good[0])
    key = stable_hash(*(name.encode("utf-8", "surrogatepass") for name in sorted(present)), length=20)
    if chosen_columns.group is None and digest in group_answers:
        chosen_columns = replace(chosen_columns, group=group_answers[digest])
    elif chosen_columns.group is None and key in group_answers:
        chosen_columns = replace(chosen_columns, group=group_answers[key])
        notes = [*notes, f"{name}: group column {group_answers[key]}, as answered before for files with these columns"]
    table = message_table(numbered, chosen_columns, kind)
    if table:
        numbered, chosen_columns, notes = table.rows, table.columns, [*notes, f"{name}: {table.note}"]
        good = [fields for _, fields in numbered if not isinstance(fields, Drop)]
        present = list(dict.fromkeys(key for fields in good for key in fields))
    if not good:
        return _no_readable_row(name, digest, numbered, chosen_columns, notes)
    good, chosen_columns, found_notes = annotated_rows(name, good, chosen_columns, kind)
    notes = [*notes, *found_notes]
    present = list(dict.fromkeys(key for fields in good for key in fields))
    splits = [value_text(fields.get(name)) for name in present if name.lower() == "split" for fields in good]
    layouts = layouts_of(good, kind, text=chosen_columns.text)
    filled = fill_columns(name, good, chosen_columns, kind, layouts, labels=labels)
    named, chosen_columns = named_columns(filled.columns, present)
    columns = find_columns(chosen_columns, present, splits=splits, name=name, kind=kind, layouts=layouts, rows=good)
    wide = wide_labels(good, columns, () if kind.holds_dialogues else labels, named=named)
    columns = wide.applied_to(columns)
    filled = replace(filled, unused_labels=[one for one in filled.unused_labels if one not in wide.columns])
    filled = filled if wide.is_open else filled.without_label(wide.columns)
    used = {*columns.chosen().values(), *wide.columns}.union(*(one.columns for one in layouts.rows))
    unused = [key for key in present if key not in used]
    notes = [*notes, *filled.notes(name), f"{name}: {_what_was_read(layouts, columns, unused)}"]
    candidates = group_candidates(good, unused) if columns.group is None else []
    rows = [_source_row(number, fields, columns, kind, text=chosen_columns.text) for number, fields in numbered]
    notes += status_notes(name, (answer for row in rows for answer in row.answers))
    rows = with_whole_labels(rows)
    found = synthetic_columns(good, unused)
    read = SourceRows(name, digest, columns, rows, notes, key, candidates, found, filled=filled)
    return replace(read, annotator_candidates=wide.candidates)


def _what_was_read(layouts: RowLayouts, columns: Columns, unused: Sequence[str]) -> str:
    """The layouts of the rows, the column of each role, and the columns that have none."""
    chosen = [f"{one.title} ({counted(rows, 'row')})" for one, rows in layouts.rows.items()]
    chosen += [f"{role} = {column!r}" for role, column in columns.chosen().items()]
    left = f"; not used: {', '.join(map(redact, unused[:10]))}" if unused else ""
    return ", ".join(chosen) + left


def _no_readable_row(
    name: str, digest: str, numbered: list[NumberedRow], columns: Columns, notes: list[str]
) -> SourceRows:
    rows = [SourceRow(number, problem=problem) for number, problem in numbered if isinstance(problem, Drop)]
    return SourceRows(name, digest, columns, rows, [*notes, f"{name}: no readable row"])


def _source_row(number: int, fields: Fields | Drop, columns: Columns, kind: Kind, *, text: str | None) -> SourceRow:
    """One row with its values by role; `text` is the column of the content, if it was chosen."""
    if isinstance(fields, Drop):
        return SourceRow(number, problem=fields)
    annotated = annotated_row(fields, kind)
    given, fields = fields, dict(annotated.fields)
    layout = row_layout(fields, kind, text=text)
    arranged = layout.arrange(fields) if layout else ArrangedRow(_content(fields, columns))
    drop = arranged if isinstance(arranged, Drop) else None
    found = ArrangedRow(_content(fields, columns)) if isinstance(arranged, Drop) else arranged
    label = value_of(fields, columns.label) if found.label is None else found.label
    label, answers = row_answers(label, annotated, value_of(fields, columns.annotator))
    wide = wide_answers(fields, columns.annotator)
    return SourceRow(
        number,
        content=found.content,
        label=label,
        route=value_of(fields, columns.route),
        split=value_of(fields, columns.split),
        session=found.session if columns.group is None else value_of(fields, columns.group),
        time=value_of(fields, columns.time),
        problem=drop,
        fields=given,
        supersedes=value_of(fields, columns.supersedes),
        origin_model=value_of(fields, columns.origin_model),
        answers=wide.answers if wide else answers,
    )


def _content(fields: Mapping[str, object], columns: Columns) -> dict[str, object]:
    return {role: fields.get(column) for role, column in columns.content.items()}
