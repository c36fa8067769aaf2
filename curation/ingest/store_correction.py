"""Store the corrected answer that a person wrote in the labeling tool: a record that supersedes the reviewed one.

Each person's corrections are one source for each origin and license of what they correct, so that `retract` undoes
them. All is written in the transaction of the decision that gives the correction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import HOLD_OUT_SPLITS, DropReason, Origin
from winnow.core.working_row import MODEL_SEPARATOR
from winnow.curation.ingest.corrections import StoredForCorrections, correction_problem
from winnow.curation.ingest.screen import KeptRow, ScreenContext, screen
from winnow.curation.ingest.store_occurrences import store_occurrences
from winnow.curation.ingest.store_records import store_records
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Connection
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.machine_written import MachineWritten, machine_written
from winnow.curation.store.occurrences import rows_of_sources
from winnow.curation.store.origin_models import insert_origin_models
from winnow.curation.store.records import contents_of_records, groups_of_records, splits_of_records
from winnow.curation.store.sources import (
    CORRECTIONS_BY,
    NewSource,
    SourceOfRecord,
    sources_of_record,
    store_source,
)
from winnow.curation.store.supersessions import insert_supersessions, live_supersessions
from winnow.curation.store.working_view import models_of_record
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop


@dataclass(frozen=True)
class Correction:
    """A corrected answer of a stored record."""

    record: str
    """The record that it corrects."""
    content: str
    """The content with the corrected answer."""
    label: str
    who: str
    """Who wrote it."""
    why: str
    """Where it was written."""
    at: str
    """When: ISO 8601, UTC."""


@dataclass
class CorrectionStore:
    """Stores corrections in one transaction."""

    connection: Connection
    task: Task
    scrubber: Scrubber
    _machine: list[MachineWritten] = field(default_factory=list)

    def store(self, one: Correction) -> str | Drop:
        """The id of the corrected record, or why the answer cannot be kept. Storing it again changes nothing."""
        found = self._screened(one)
        if isinstance(found, Drop):
            return found
        written_by = sources_of_record(self.connection, one.record)
        if not written_by:
            return Drop(DropReason.SUPERSEDES_UNKNOWN, f"record {one.record}, which it corrects, was retracted")
        origin = Origin.SYNTHETIC if self._is_machine_written(one.record) else Origin.HUMAN
        row = replace(found, group=groups_of_records(self.connection, {one.record})[one.record])
        stored = self._stored(one, row)
        own = stored.splits.get(row.record_id)
        if own in HOLD_OUT_SPLITS and own != stored.splits.get(one.record):
            detail = f"record {row.record_id} of {own} is the dialogue with this answer: leave this dialogue out"
            return Drop(DropReason.SUPERSEDES_HOLD_OUT, detail)
        problem = correction_problem(row, one.record, origin, kind_of(self.task), stored)
        if problem is not None:
            return problem
        for source in _new_sources(one, origin, written_by):
            self._store(one, row, source)
        return row.record_id

    def _is_machine_written(self, record: str) -> bool:
        if not self._machine:
            self._machine.append(machine_written(self.connection))
        return record in self._machine[0].records

    def _screened(self, one: Correction) -> KeptRow | Drop:
        """The row of the correction, as if it were one of a file: parsed, without private data, its label checked."""
        context = ScreenContext(self.scrubber, forgotten_ids(self.connection), label_renames(self.connection))
        content = kind_of(self.task).column_values(one.content)
        kept, dropped = screen([SourceRow(1, content, one.label, supersedes=one.record)], self.task, context)
        return dropped[0].drop if dropped else kept[0]

    def _stored(self, one: Correction, row: KeptRow) -> StoredForCorrections:
        wanted, connection = {one.record, row.record_id}, self.connection
        splits, contents = splits_of_records(connection, wanted), contents_of_records(connection, wanted)
        return StoredForCorrections(contents, splits, forgotten_ids(connection), live_supersessions(connection))

    def _store(self, one: Correction, row: KeptRow, new: NewSource) -> None:
        """Store record, occurrence and supersession; the label is a decision of the person, not of the source."""
        source = store_source(self.connection, new, one.at)
        known = rows_of_sources(self.connection, {source})
        number = next((place for (_, place), record in known.items() if record == row.record_id), len(known) + 1)
        unlabeled = replace(row, number=number, label=None, given_label=None)
        pairs, origins = [(source, unlabeled)], {source: new.origin}
        store_records(self.connection, self.task, pairs, origins, {source}, self._machine[0], one.at)
        store_occurrences(self.connection, pairs, one.at)
        if new.origin != Origin.SYNTHETIC and (models := models_of_record(self.connection, one.record)):
            insert_origin_models(self.connection, source, {number: MODEL_SEPARATOR.join(models)})
        stated = {"record_id": row.record_id, "superseded_id": one.record, "source_id": source}
        insert_supersessions(self.connection, [{**stated, "who": one.who, "why": one.why, "at": one.at}])


def _new_sources(one: Correction, origin: Origin, written_by: list[SourceOfRecord]) -> list[NewSource]:
    """The sources of a person's corrections: one for each license of the record, in the batch that it came from."""
    batch = next((source.batch_id for source in written_by if source.batch_id), None)
    batch = batch if origin == Origin.SYNTHETIC else None
    settings: Mapping[str, object] = {"columns": {}, CORRECTIONS_BY: one.who, "batch": batch}
    return [
        NewSource(
            file_hash=stable_hash("corrections", one.who, origin, license, batch or ""),
            name=f"corrected answers by {one.who}",
            settings=json.dumps(settings, ensure_ascii=False),
            origin=origin,
            license=license,
            batch_id=batch,
        )
        for license in dict.fromkeys(source.license for source in written_by)
    ]
