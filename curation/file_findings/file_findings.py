"""All that was found in a file and decided about it, and the section of `sources` that says so to `add`."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from winnow.config.source_options import SourceOptions
from winnow.config.task import ScreenConfig
from winnow.config.template import fallback_of
from winnow.core.counted import counted
from winnow.core.timestamps import parse_time
from winnow.curation.engine.unread_texts import EmbedderReading
from winnow.curation.file_findings.annotator_findings import (
    annotator_decisions,
    annotator_setting,
    columns_of_people,
    people_of,
)
from winnow.curation.file_findings.column_findings import ColumnFinding, column_findings
from winnow.curation.file_findings.label_decisions import LabelDecisions, decide_labels
from winnow.curation.file_findings.text_findings import TextFindings, text_findings
from winnow.curation.io.readers.column_profile import sampled
from winnow.curation.io.readers.columns import NO_COLUMN, Columns
from winnow.curation.io.readers.fill_columns import FilledColumns
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.labels.two_level_labels import coarser_columns
from winnow.validators.text import Drop

MAX_GROUP_SHARE = 0.2
"""Share of the rows that one user or session may have in a column that is taken for groups: a group never spans two
splits, so that a larger one leaves nothing for the others. Chosen by us."""

MIN_LANGUAGE_SHARE = 0.6
"""Share of the judged texts that must be in one language before it becomes the language of the task. Chosen by us."""


@dataclass(frozen=True)
class TimeFindings:
    """When the texts were written."""

    first: str
    """The earliest time, as a date; empty if none can be read."""
    last: str
    """The latest time."""
    unreadable: int
    """Times that cannot be read."""


@dataclass(frozen=True)
class GroupFindings:
    """The users or sessions of a file."""

    column: str
    """The column that says so."""
    groups: int
    """Users or sessions."""
    largest: int
    """Rows of the largest one."""


class Decision(NamedTuple):
    """Something that was decided about a file and that is not certain."""

    what: str
    """What was decided, and why."""
    parameter: str = ""
    """The parameter that decides otherwise; empty where the task file does."""


@dataclass(frozen=True)
class FileFindings:
    """What a file holds, and what was decided about it."""

    name: str
    """The name of the file."""
    format: str
    """The format that it was read as."""
    rows: int
    """Rows, those included that could not be read."""
    columns: tuple[ColumnFinding, ...]
    """The columns, in the order of the file."""
    labels: LabelDecisions
    """The labels, and the values that are none."""
    texts: TextFindings
    """The texts."""
    section: SourceOptions
    """How `add` reads the file, as `sources` says it."""
    language: str | None
    """The language of most texts; None if no language has most of them."""
    times: TimeFindings | None = None
    """None without a column of times."""
    groups: GroupFindings | None = None
    """None without a column of users or sessions."""
    unreadable: dict[str, int] = field(default_factory=dict)
    """Rows that cannot be read, by reason."""
    first_unreadable: str = ""
    """The first of them, and why."""
    notes: tuple[str, ...] = ()
    """What the reader said."""
    decisions: tuple[Decision, ...] = ()
    """What was decided that is not certain."""
    encoding: str = ""
    """The text encoding; empty for a binary format."""
    separator: str = ""
    """What separates the cells of delimited text; empty for other formats."""
    people: int = 0
    """The people whom the file names next to labels: these are decisions of theirs."""
    embedder: EmbedderReading | None = None
    """What the embedder does not read of the texts; None where it reads all of them."""

    def json_form(self) -> dict[str, Any]:
        """The findings as values of JSON."""
        from dataclasses import asdict

        unread = self.embedder.model_dump() | {"notes": self.embedder.notes()} if self.embedder else None
        section = self.section.model_dump(exclude_defaults=True, mode="json")
        return asdict(self) | {"section": section, "embedder": unread}


def describe(
    raw: RawRows, source: SourceRows, given: SourceOptions, *, decided: Sequence[Decision] = ()
) -> FileFindings:
    """What the rows of a file hold. `given` is what is known about it, of which `decided` is not certain.

    The rest is decided here.
    """
    good = [fields for _, fields in raw.rows if not isinstance(fields, Drop)]
    rows = [row for row in source.rows if row.problem is None]
    labels = decide_labels(source.name, source.rows, no_label=given.no_label or None)
    groups, grouped = groups_of(source, rows, given)
    section = _section(source, given, labels, good[0] if good else {}, groups)
    roles = {role: column for role, column in section.columns().items() if column != NO_COLUMN}
    of_people = columns_of_people(section.annotator)
    drops = [(row.number, row.problem) for row in source.rows if row.problem is not None]
    values = [next(iter(row.content.values()), None) for row in rows]
    texts = text_findings(values, max_characters=ScreenConfig().max_characters)
    filled = source.filled or FilledColumns(source.columns)
    first, share = next(iter(texts.languages.items()), ("", 0.0))
    language = first if share >= MIN_LANGUAGE_SHARE else None
    return FileFindings(
        name=source.name,
        format=source.format,
        rows=len(source.rows),
        columns=tuple(column_findings(good, roles, filled, of_people)),
        encoding=raw.encoding,
        separator=raw.separator,
        people=people_of(rows),
        labels=labels,
        texts=texts,
        section=section,
        language=language,
        times=times_of(rows) if source.columns.time not in (None, NO_COLUMN) else None,
        groups=groups,
        unreadable=dict(Counter(str(drop.reason) for _, drop in drops)),
        first_unreadable=f"row {drops[0][0]}: {drops[0][1].detail}" if drops else "",
        notes=tuple(notes_of(source, filled)),
        decisions=(
            *_column_decisions(filled, section),
            *(Decision(one, "annotator_column") for one in annotator_decisions(source, rows, given)),
            *_level_decisions(good, source.columns),
            *decided,
            *grouped,
            *origin_decisions(source, given),
            *_label_decisions(labels, given),
            *_route_decision(labels),
        ),
    )


def _section(
    source: SourceRows,
    given: SourceOptions,
    labels: LabelDecisions,
    first: dict[str, Any],
    groups: GroupFindings | None,
) -> SourceOptions:
    """How the file is read from now on: what was given, and the columns that were found in it."""
    known = {
        role: getattr(source.columns, role, None) for role in ("text", "label", "route", "split", "time", "annotator")
    }
    named = {role: column for role, column in known.items() if column == NO_COLUMN or column in first}
    named |= annotator_setting(source)
    if not labels.routes_agree and given.route is None:
        named["route"] = NO_COLUMN
    if groups:
        named["group"] = groups.column
    elif source.group_candidates:
        named["group"] = NO_COLUMN
    stated = given.model_dump(exclude_defaults=True)
    return SourceOptions(**{**named, "no_label": labels.no_label, **stated, "pattern": glob.escape(source.name)})


class FoundGroups(NamedTuple):
    """The users or sessions of a file, and what was decided about them."""

    groups: GroupFindings | None
    decisions: list[Decision]


def groups_of(source: SourceRows, rows: Sequence[SourceRow], given: SourceOptions) -> FoundGroups:
    """The users or sessions, and what was decided about them."""
    chosen = source.columns.group
    if chosen == NO_COLUMN:
        return FoundGroups(None, [])
    candidates = [chosen] if chosen else [one.column for one in source.group_candidates]
    decisions: list[Decision] = []
    for column in candidates:
        sizes = Counter(_group_of(row, column, chosen) for row in rows)
        del sizes[""]
        found = GroupFindings(column, len(sizes), max(sizes.values(), default=0))
        if given.group or chosen or found.largest <= max(MAX_GROUP_SHARE * len(rows), 2):
            why = "looks like a user, a session or a conversation: its rows stay in one split"
            decisions += [] if chosen else [Decision(f"group = {column!r}: it {why}", "group_column")]
            return FoundGroups(found, decisions)
        why = f"the largest of {counted(found.groups, 'value')} has {counted(found.largest, 'row')} of {len(rows):,}"
        decisions.append(Decision(f"group: not {column!r}, because {why}", "group_column"))
    return FoundGroups(None, decisions)


def _group_of(row: SourceRow, column: str, chosen: str | None) -> str:
    return value_text(row.session if chosen else row.fields.get(column)).strip()


def times_of(rows: Sequence[SourceRow]) -> TimeFindings:
    """When the rows were written."""
    given = [text for row in rows if (text := value_text(row.time).strip())]
    read = sorted(time for text in given if (time := parse_time(text)))
    dates = (read[0].date().isoformat(), read[-1].date().isoformat()) if read else ("", "")
    return TimeFindings(*dates, unreadable=len(given) - len(read))


def notes_of(source: SourceRows, filled: FilledColumns) -> Iterator[str]:
    """What the reader found out, without what the tables of columns and decisions show."""
    shown = filled.notes(source.name)
    roles = tuple(f"{source.name}: {role} = " for role in source.columns.chosen())
    yield from (note for note in source.notes if note not in shown and not (roles and note.startswith(roles)))


def _column_decisions(filled: FilledColumns, section: SourceOptions) -> Iterator[Decision]:
    """Each column that was guessed, and the parameter that chooses another one."""
    of_people = columns_of_people(section.annotator)
    for role, guess in filled.guesses.items():
        if guess.column in of_people:
            continue
        others = f", not {' or '.join(map(repr, guess.others[:3]))}" if guess.others else ""
        yield Decision(f"{role} = {guess.column!r}, by {guess.reason}{others}", f"{role}_column")


def _level_decisions(rows: Sequence[Fields], columns: Columns) -> Iterator[Decision]:
    """An unused column that is the other level of the labels, such as the scenario of an intent."""
    label = columns.label
    if label in (None, NO_COLUMN):
        return
    unused = {key for fields in sampled(rows) for key in fields} - {*columns.chosen().values()}
    likely = [one.coarser if one.finer == label else one.finer for one in coarser_columns(sampled(rows), label, unused)]
    for one in coarser_columns(rows, label, sorted(likely)):
        if one.finer == label:
            has = f"each of its {counted(one.values, 'value')} stands for several of the {counted(one.labels, 'label')}"
            yield Decision(f"route: not {one.coarser!r}, although {has}", "route_column")
        else:
            divides = f"{one.finer!r} divides its {counted(one.values, 'value')} into {one.labels:,}"
            yield Decision(f"label = {label!r}, although {divides}", "label_column")


def origin_decisions(source: SourceRows, given: SourceOptions) -> Iterator[Decision]:
    """That `add` asks who wrote the rows: only a person knows, and a synthetic row is never hold-out."""
    if source.synthetic_columns and not given.origin:
        stated = source.synthetic_columns[0]
        rows = f"{stated.synthetic:,} of {counted(stated.rows, 'row')}"
        asks = "`add` asks for it before it stores anything"
        yield Decision(f"origin: open, because {stated.column!r} says that a machine wrote {rows}; {asks}")


def _label_decisions(labels: LabelDecisions, given: SourceOptions) -> Iterator[Decision]:
    if labels.no_label and not given.no_label:
        words = ", ".join(map(repr, labels.no_label))
        yield Decision(f"{words}: no label, because it is a word for a missing value", "no_label")
    if fallback := fallback_of(labels.counts):
        yield Decision(f"fallback = {fallback!r}, the out-of-scope label, by its name: see `fallback` in winnow.yaml")
    if not labels.counts:
        what = "no row has a label: the rows are traffic, and `labels` in winnow.yaml stays empty"
        yield Decision(what, "label_column")


def _route_decision(labels: LabelDecisions) -> Iterator[Decision]:
    if not labels.routes_agree:
        yield Decision("route: none, because rows of one label have different routes", "route_column")
