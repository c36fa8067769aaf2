"""Labels that models propose for unlabeled records, and what their lots decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from winnow.core.vocabulary import LotVerdict
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.decisions import last_decision_id
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.lot_tables import latest_verdicts
from winnow.curation.store.machine_written import Producer
from winnow.curation.store.tables import label_proposal, lot_member

GENERATOR = "propose"
"""The first word of the generator of lots of proposals; the band follows."""


class NewProposal(NamedTuple):
    """What a model says about one record."""

    record_id: str
    label: str
    confidence: float | None
    """None for a model that states none."""
    band: str
    """The confidence band; proposals of a band make lots of their own."""


class ProposalStatus(Enum):
    """What became of a proposal."""

    WAITING = auto()
    """No lot has it, or its lot is not decided."""
    ACCEPTED = auto()
    NOT_ACCEPTED = auto()
    """Its lot was refused, people decide it, or its label was left out of an accepted lot."""


@dataclass(frozen=True)
class LabelProposal:
    """The latest proposal for a record."""

    id: int
    record_id: str
    producer: Producer
    """`propose` with the confidence band, the prompt version, and the run or model."""
    label: str
    """Under its current name."""
    is_in_lot: bool
    status: ProposalStatus


@dataclass(frozen=True)
class _Verdicts:
    """The verdict of each lot, and the labels that it leaves out."""

    by_lot: Mapping[str, tuple[str, Set[str]]]

    def status(self, lot: str | None, label_in_lot: str) -> ProposalStatus:
        """What a lot's verdict means for a proposal."""
        if lot is None or lot not in self.by_lot:
            return ProposalStatus.WAITING
        verdict, left_out = self.by_lot[lot]
        accepted = verdict == LotVerdict.ACCEPTED and label_in_lot not in left_out
        return ProposalStatus.ACCEPTED if accepted else ProposalStatus.NOT_ACCEPTED


def insert_proposals(
    connection: Connection, proposals: Iterable[NewProposal], *, model: str, prompt_version: str, at: str
) -> None:
    """Store what a run or another model proposes; what it proposed for a record before is not changed."""
    same = {"model": model, "prompt_version": prompt_version, "last_decision": last_decision_id(connection), "at": at}
    insert_new(connection, label_proposal, [{**one._asdict(), **same} for one in proposals])


def latest_proposals(connection: Connection) -> dict[str, LabelProposal]:
    """The latest proposal for each record that has one."""
    columns = label_proposal.c
    query = (
        select(label_proposal, lot_member.c.lot_id, lot_member.c.proposed)
        .join(lot_member, lot_member.c.proposal_id == columns.id, isouter=True)
        .order_by(columns.id)
    )
    latest: dict[str, Any] = {row.record_id: row for row in connection.execute(query)}
    if not latest:
        return {}
    renamed = label_renames(connection)
    verdicts = _Verdicts(
        {
            lot: (row.verdict, set(row.detail["fully_inspected_labels"]))
            for lot, row in latest_verdicts(connection).items()
        }
    )

    @cache
    def name_now(label: str, decision: int) -> str:
        return current_label(label, renamed, decision=decision)

    return {
        record: LabelProposal(
            row.id,
            record,
            (f"{GENERATOR} {row.band}", row.prompt_version, row.model),
            name_now(row.label, row.last_decision),
            row.lot_id is not None,
            verdicts.status(row.lot_id, row.proposed or ""),
        )
        for record, row in latest.items()
    }


@dataclass(frozen=True)
class ProposalOfRecord:
    """One proposal for a record, as stored."""

    model: str
    """The run, or the name of the model."""
    label: str
    """Under the name that it had at the time."""
    confidence: float | None
    """As the model stated it; None if it stated none."""
    band: str
    """The confidence band."""
    lot: str | None
    """Id of its lot; None while no lot is drawn."""
    at: str
    """When it was proposed: ISO 8601, UTC."""


def proposals_of(connection: Connection, record: str) -> list[ProposalOfRecord]:
    """Every label that models proposed for a record, oldest first."""
    columns = label_proposal.c
    query = (
        select(columns.model, columns.label, columns.confidence, columns.band, lot_member.c.lot_id, columns.at)
        .join(lot_member, lot_member.c.proposal_id == columns.id, isouter=True)
        .where(columns.record_id == record)
        .order_by(columns.id)
    )
    return [ProposalOfRecord(*row) for row in connection.execute(query)]


def records_proposed_by(connection: Connection, model: str) -> set[str]:
    """The records for which a run or another model ever proposed a label."""
    query = select(label_proposal.c.record_id).where(label_proposal.c.model == model)
    return set(connection.execute(query).scalars())
