"""Screen rows: which are kept, and why the others are dropped. kept + dropped = given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.example import record_id
from winnow.core.timestamps import parse_time
from winnow.curation.annotations.renamed_labels import LabelRename, current_label
from winnow.curation.io.readers.columns import parse_split
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.curation.pii.scrub import Scrubbed, Scrubber
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop, label_problem, route_problem

PRIVATE_DATA = "private_data"
"""Reason for a row that is dropped because of private data."""

FORGOTTEN = "forgotten"
"""Reason for a row that repeats a forgotten record."""

TEXT_WITHHELD = (PRIVATE_DATA, FORGOTTEN)
"""Reasons for which the text of a dropped row is not written out."""


@dataclass(frozen=True)
class KeptRow:
    """A row that passed."""

    number: int
    record_id: str
    content: str
    """In the canonical form of the task's kind."""
    fold_key: str
    stratum: str
    """Hold-out quotas are kept per stratum."""
    label: str | None
    given_label: str | None
    """The label as given in the file; it may have been renamed since."""
    split: str | None
    session: str | None
    group: str | None
    """The existing group that it joins, if the row names one."""
    time: str | None
    unreadable_time: bool
    """The source gave a time that cannot be parsed; it is not kept, because it could contain anything."""
    private: Counter[str]
    """What was replaced, by entity."""


@dataclass(frozen=True)
class DroppedRow:
    """A row that was dropped, and why."""

    row: SourceRow
    drop: Drop


@dataclass(frozen=True)
class ScreenContext:
    """What the workspace knows that decides about rows."""

    scrubber: Scrubber
    forgotten: frozenset[str] = frozenset()
    """Ids of records that must not be added again."""
    renamed: Sequence[LabelRename] = ()


def screen(
    rows: Iterable[SourceRow], task: Task, context: ScreenContext, *, split: str | None = None
) -> tuple[list[KeptRow], list[DroppedRow]]:
    """Sort rows into kept and dropped, and scrub the kept ones. `split` is the official split of rows without one.

    A renamed label that the task no longer has counts under its new name.
    """
    kept: list[KeptRow] = []
    dropped: list[DroppedRow] = []
    kind, routes = kind_of(task), task.routes
    labels = dict.fromkeys(kind.targets(task))
    for row in rows:
        parsed = row.problem or kind.parse(row.text, task)
        problem = parsed if isinstance(parsed, Drop) else None
        given = _cell_value(row.label)
        label = given if given is None or given in labels else current_label(given, context.renamed)
        if problem is None and label is not None:
            problem = None if label in labels else label_problem(label, list(labels))
            route = _cell_value(row.route)
            if problem is None and route is not None:
                problem = route_problem(label, route, routes)
        given_split = _cell_value(row.split)
        if problem is None and given_split is not None and parse_split(given_split) is None:
            problem = Drop("unknown_split", f"split {given_split!r}; expected train, validation or test")
        if problem is not None:
            dropped.append(DroppedRow(row, problem))
            continue
        content = str(parsed)
        scrubbed = _scrub(kind, content, context.scrubber)
        if scrubbed.dropped:
            detail = f"it holds {scrubbed.dropped}, which winnow.yaml says to drop; see the source's row"
            dropped.append(DroppedRow(row, Drop(PRIVATE_DATA, detail)))
            continue
        content = scrubbed.text
        identity = record_id(kind.name, content)
        if identity in context.forgotten:
            dropped.append(
                DroppedRow(row, Drop(FORGOTTEN, f"record {identity} was forgotten and cannot be added again"))
            )
            continue
        session, time = _cell_value(row.session), _cell_value(row.time)
        official = parse_split(given_split) if given_split else split
        kept.append(
            KeptRow(
                number=row.number,
                record_id=identity,
                content=content,
                fold_key=kind.fold_key(content),
                stratum=kind.stratum(content, label),
                label=label,
                given_label=given,
                split=official,
                session=context.scrubber.pseudonym(session) if session else None,
                group=row.group,
                time=time if time and parse_time(time) else None,
                unreadable_time=bool(time and not parse_time(time)),
                private=scrubbed.replaced,
            )
        )
    return kept, dropped


def _scrub(kind: Kind, content: str, scrubber: Scrubber) -> Scrubbed:
    """The content with the private data in its texts replaced."""
    parts = [scrubber.scrub(text) for text in kind.texts(content)]
    blocked = next((part.dropped for part in parts if part.dropped), "")
    if blocked:
        return Scrubbed("", dropped=blocked)
    replaced = sum((part.replaced for part in parts), Counter[str]())
    return Scrubbed(kind.with_texts(content, [part.text for part in parts]), replaced)


def _cell_value(value: Any) -> str | None:
    """A cell as text; None when it is empty. Characters that a database cannot store are replaced."""
    if value is None or value != value:
        return None
    text = str(value).strip().encode("utf-8", "replace").decode()
    return text or None
