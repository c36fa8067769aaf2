"""For machine-written rows, this workspace's own decisions take precedence over what a release states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from winnow.core.counted import agreeing, counted
from winnow.core.example import repeat_key
from winnow.core.vocabulary import DecidedBy, Origin, State
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.ingest.store_occurrences import is_decided
from winnow.curation.store.database import Connection
from winnow.curation.store.machine_written import MachineWritten
from winnow.curation.store.restored_labels import restored_labels
from winnow.curation.store.working_view import working_rows


@dataclass(frozen=True)
class _OwnKnowledge:
    """What the workspace knows before the rows are stored."""

    machine: MachineWritten
    refused_keys: frozenset[str]
    """Repeat keys of machine-written records that are refused."""
    restored: frozenset[str]
    """Records whose decision is known from a release only."""
    restored_keys: frozenset[str]
    """Their repeat keys."""

    def decides(self, row: KeptRow) -> bool:
        """Whether the state of the row is that of this workspace, whatever a release says."""
        key = repeat_key(row.fold_key)
        if key in self.refused_keys:
            return True
        if row.record_id in self.restored or key in self.restored_keys:
            return False  # a workspace that reads several releases back knows nothing else about the row
        return row.record_id in self.machine.records or self.machine.repeats(row.fold_key)


class KeptDecisions(NamedTuple):
    """Rows to store, and notes for the user."""

    pairs: list[tuple[str, KeptRow]]
    """Source ids and rows."""
    notes: list[str]
    """How many rows have another state here than the release says; empty if none has."""


def keep_own_decisions(
    connection: Connection, pairs: Sequence[tuple[str, KeptRow]], machine: MachineWritten
) -> KeptDecisions:
    """Pairs of sources and rows, without who decided the rows that this workspace knows as machine-written.

    Call it before the rows are stored; `machine` is what machines wrote until then.
    """
    if not (machine.keys or machine.key_hashes or machine.records) or not any(is_decided(row) for _, row in pairs):
        return KeptDecisions(list(pairs), [])
    rows = working_rows(connection)
    restored = restored_labels(connection).keys()
    refused = {repeat_key(r.fold_key) for r in rows if r.state == State.REJECTED and r.origin == Origin.SYNTHETIC}
    restored_keys = {machine.record_keys[record] for record in restored if record in machine.record_keys}
    own = _OwnKnowledge(machine, frozenset(refused), frozenset(restored), frozenset(restored_keys))
    held = {row.record_id: row.label for _, row in pairs if is_decided(row) and own.decides(row)}
    labels = {row.id: row.label for row in rows if row.state == State.LABELED}
    differing = sum(labels.get(record) != label for record, label in held.items())
    kept = [(source, _as_of_file(row) if row.record_id in held else row) for source, row in pairs]
    return KeptDecisions(kept, _notes(differing))


def _as_of_file(row: KeptRow) -> KeptRow:
    return replace(row, frozen=row.frozen and row.frozen._replace(decided_by=DecidedBy.FILE))


def _notes(differing: int) -> list[str]:
    reason = (
        "this workspace knows them as machine-written, and what a release says about who decided them does not count"
    )
    return (
        [
            f"{counted(differing, 'row')} {agreeing(differing, 'keeps', 'keep')} the state that "
            f"they have in this workspace: {reason}"
        ]
        if differing
        else []
    )
