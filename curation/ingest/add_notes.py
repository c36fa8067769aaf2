"""What `add` says about rows that are kept otherwise than their file gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from winnow.core.counted import agreeing, counted
from winnow.core.vocabulary import Origin, State
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.ingest.screen_file import ScreenedFile
from winnow.curation.ingest.store_records import KeptAssignments
from winnow.curation.store.database import Connection
from winnow.curation.store.machine_written import machine_written
from winnow.curation.store.working_view import working_rows


def time_notes(screened: Sequence[ScreenedFile]) -> list[str]:
    """How many times could not be read."""
    unread = sum(row.unreadable_time for one in screened for row in one.kept)
    fix = "name the time format, such as %d.%m.%Y %H:%M"
    return [f"{counted(unread, 'time')} not kept, because they cannot be read: {fix}"] if unread else []


def renamed_notes(kept: Sequence[KeptRow]) -> list[str]:
    """How many rows count under the new name of their label."""
    renamed = Counter((row.given_label, row.label) for row in kept if row.given_label not in (None, row.label))
    return [
        f"{counted(count, 'row')} labeled {old!r} count as {new!r}, because the label was renamed"
        for (old, new), count in renamed.items()
    ]


def changed_notes(changed: int) -> list[str]:
    """How many rows of a known source have another content now."""
    reason = "a row of a file is added once, and it was added with other content before"
    note = f"{counted(changed, 'row')} not changed: {reason}"
    return [note] if changed else []


def recognized_notes(
    connection: Connection, pairs: Sequence[tuple[str, KeptRow]], origins: Mapping[str, str]
) -> list[str]:
    """How many rows of other origins repeat machine-written rows, and how many of these were refused."""
    if all(origin == Origin.SYNTHETIC for origin in origins.values()):
        return []
    machine = machine_written(connection).records
    repeated = [r.record_id for source, r in pairs if origins[source] != Origin.SYNTHETIC and r.record_id in machine]
    if not repeated:
        return []
    refused = {row.id for row in working_rows(connection) if row.state == State.REJECTED}
    count = sum(record in refused for record in repeated)
    meaning = "their origin stays synthetic, and only people or lots decide their labels"
    note = (
        f"{counted(len(repeated), 'row')} {agreeing(len(repeated), 'repeats', 'repeat')} "
        f"machine-written rows: {meaning}"
    )
    return [f"{note}; {count:,} of them were refused" if count else note]


def kept_assignment_notes(kept: KeptAssignments) -> list[str]:
    """How many known records keep another split or group than these rows give."""
    notes = []
    if kept.assigned_splits:
        given = "the official split given now: a split never changes once it is assigned"
        notes.append(
            f"{counted(kept.assigned_splits, 'known record')} "
            f"{agreeing(kept.assigned_splits, 'keeps', 'keep')} an assigned split other than {given}"
        )
    if kept.groups:
        given = "the session declared now: a group never changes, so rows of one session may be in several splits"
        notes.append(
            f"{counted(kept.groups, 'known record')} "
            f"{agreeing(kept.groups, 'keeps', 'keep')} a group other than {given}"
        )
    return notes
