"""The records that wait for a lot, by their producer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from winnow.core.lot_kind import LotKind
from winnow.core.vocabulary import Origin, State
from winnow.core.working_row import WorkingRow
from winnow.curation.store.database import Connection
from winnow.curation.store.label_proposals import latest_proposals
from winnow.curation.store.lot_tables import proposed_labels, records_in_lots
from winnow.curation.store.machine_written import Producer

NO_PROMPT_VERSION = "-"
"""The prompt version of proposed labels that no prompt made."""


def producer_name(producer: Producer) -> str:
    """Generator, prompt version and model, for display; without the version where there is none."""
    return " ".join(part for part in producer if part != NO_PROMPT_VERSION)


@dataclass(frozen=True)
class LotPool:
    """The records of one producer that no lot has yet."""

    kind: LotKind
    labels: dict[str, str] = field(default_factory=dict)
    """Proposed label by record."""
    proposals: dict[str, int] = field(default_factory=dict)
    """The proposal of each record whose label a model proposed."""


def undrawn_pools(connection: Connection, rows: Iterable[WorkingRow]) -> Mapping[Producer, LotPool]:
    """What the next lots are drawn from: generated records, and records whose label a model proposed."""
    waiting = {row.id: row for row in rows if row.state == State.PROPOSED}
    if not waiting:
        return {}
    pools: dict[Producer, LotPool] = {}
    in_lots = records_in_lots(connection)
    for record, (producer, label) in proposed_labels(connection).items():
        if record in waiting and waiting[record].origin == Origin.SYNTHETIC and record not in in_lots:
            pools.setdefault(producer, LotPool(LotKind.GENERATED_RECORDS)).labels[record] = label
    for record, proposal in latest_proposals(connection).items():
        if record in waiting and waiting[record].origin != Origin.SYNTHETIC and not proposal.is_in_lot:
            pool = pools.setdefault(proposal.producer, LotPool(LotKind.PROPOSED_LABELS))
            pool.labels[record] = proposal.label
            pool.proposals[record] = proposal.id
    return pools
