"""Store corrected labels as decisions of the person who corrected them, with the table as their source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DecisionKind, Origin
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE
from winnow.curation.ingest.label_corrections import (
    CorrectionTable,
    LabelsInUse,
    ReadCorrections,
    first_problems,
    read_corrections,
)
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.answers_in_files import AnswerInFile, insert_answers
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.sources import LABELS_BY, NewSource, all_sources, store_source
from winnow.curation.store.working_view import working_rows
from winnow.validators.kinds import kind_of


@dataclass(frozen=True)
class StoredCorrections:
    """What tables of corrections changed."""

    rows: int
    sources: list[str]
    notes: list[str]


def store_label_corrections(
    store: Store, task: Task, tables: Sequence[CorrectionTable], *, by: str, scrubber: Scrubber, dry_run: bool = False
) -> StoredCorrections:
    """Store what a person decided in tables of suspected label errors, all in one transaction.

    A table is a source without rows: weight, origin, split and license of the records stay, and `retract` takes the
    decisions back. Storing the same table again changes nothing. Raises WinnowError with every row that is wrong;
    nothing is stored then.
    """
    who = scrubber.pseudonym(by)
    with store.writing(dry_run=dry_run) as connection:
        use = _labels_in_use(connection, task, scrubber)
        read = [read_corrections(table, use) for table in tables]
        problems = [problem for one in read for problem in one.problems]
        if problems:
            raise WinnowError(list(first_problems(problems)))
        live = {source["file_hash"] for source in all_sources(connection) if source["retracted_at"] is None}
        sources = [_store(connection, table, found, who) for table, found in zip(tables, read, strict=True)]
        labels = {row.id: row.label for row in working_rows(connection)}
    notes = [
        note
        for table, found in zip(tables, read, strict=True)
        for note in _notes(table.name, found, labels, who=who, known=table.file_hash in live)
    ]
    return StoredCorrections(sum(len(table.rows) for table in tables), sources, notes)


def _labels_in_use(connection: Connection, task: Task, scrubber: Scrubber) -> LabelsInUse:
    renames = label_renames(connection)
    return LabelsInUse(
        kind=kind_of(task),
        targets=task.label_names,
        renamed={one.old: current_label(one.old, renames) for one in renames},
        records={row.id: row for row in working_rows(connection)},
        scrubbed=lambda text: scrubber.scrub(text).text,
    )


def _store(connection: Connection, table: CorrectionTable, found: ReadCorrections, who: str) -> str:
    """Store the decisions of one table; returns the id of its source."""
    settings = json.dumps({"columns": {"label": "label"}, LABELS_BY: who}, sort_keys=True)
    new = NewSource(table.file_hash, table.name, settings, Origin.HUMAN, UNKNOWN_LICENSE, None)
    moment = utc_now()
    source = store_source(connection, new, moment)
    answers = [
        AnswerInFile(one.record_id, source, who, DecisionKind.LABEL, one.label, moment, one.number)
        for one in found.decided
    ]
    insert_answers(connection, answers)
    return source


def _notes(name: str, found: ReadCorrections, labels: Mapping[str, str], *, who: str, known: bool) -> list[str]:
    """What a table changed, in words."""
    changed = sum(one.is_new for one in found.decided)
    done = f"{counted(changed, 'label')} corrected, {len(found.decided) - changed:,} confirmed by {who}"
    again = "; the file was added before, and nothing changed" if known else ""
    notes = [f"{name}: {done}; {counted(found.unchanged, 'unchanged row')} left as before{again}"]
    outvoted = sum(labels.get(one.record_id) != one.label for one in found.decided)
    if outvoted:
        why = "two or more people agree on it, or an adjudicator or a later decision outranks the correction"
        notes.append(f"{counted(outvoted, 'record')} keep another label: {why}; `{command('push adjudicate')}`")
    return notes
