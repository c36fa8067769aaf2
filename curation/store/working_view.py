"""The working table: every record with its derived label and state, split, origin and weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from winnow.core.vocabulary import DECIDED_BY_PEOPLE, ORIGINS, DecidedBy, Origin, Split, State
from winnow.core.working_row import ENUMERATED_COLUMNS, WORKING_COLUMNS, WorkingRow
from winnow.curation.annotations.derive_label import DerivedLabel, derive_labels
from winnow.curation.annotations.superseded import Superseded, superseded_records
from winnow.curation.annotations.votes import ABSTAINED, DISCARDED
from winnow.curation.store import tables
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_proposals import LabelProposal, ProposalStatus, latest_proposals
from winnow.curation.store.lot_tables import labels_decided_by_lots
from winnow.curation.store.machine_written import MachineWritten, Producer, machine_written
from winnow.curation.store.origin_models import UNKNOWN_MODEL, models_in, origin_models
from winnow.curation.store.refused_repeats import refused_repeats
from winnow.curation.store.restored_labels import restored_labels
from winnow.curation.store.supersessions import live_supersessions
from winnow.curation.store.tables import occurrence, record_group
from winnow.validators.kinds import KINDS

if TYPE_CHECKING:
    import pandas as pd


def working_rows(connection: Connection) -> list[WorkingRow]:
    """One row per record, sorted by id.

    A record that is in no unretracted source, or that another one corrects, is `superseded`: it keeps its assigned
    split and its history, and is no longer exported. A forgotten record has no row.
    """
    weight, live_sources = _live_sources(connection)
    written_by = _models_by_record(connection)
    outcomes = _read_outcomes(connection)
    query = (
        select(
            tables.record.c.id,
            tables.record.c.kind,
            tables.record.c.content,
            tables.record.c.fold_key,
            tables.record.c.group_id,
            record_group.c.assigned_split,
        )
        .join(record_group, record_group.c.id == tables.record.c.group_id)
        .order_by(tables.record.c.id)
    )
    superseded, unseen = DerivedLabel(State.SUPERSEDED), _LiveSources()
    corrected = _superseded_records(connection, outcomes)
    forgotten = forgotten_ids(connection)
    rows = []
    for identity, kind, content, fold, group, assigned_split in connection.execute(query).fetchall():
        if identity in forgotten:
            continue
        by = live_sources.get(identity, unseen)
        superseded_by, earlier = corrected.by.get(identity, ()), corrected.earlier.get(identity, ())
        own = outcomes.of(identity) if by.sources and not superseded_by else superseded
        origin = Origin.SYNTHETIC if identity in outcomes.machine.records else by.origin
        text = KINDS[kind].embedding_text(content)
        models = _all_models(written_by.get(identity, set()), outcomes.machine.records.get(identity))
        row = WorkingRow(
            identity, content, text, fold, group, Split(assigned_split), origin, weight[identity], own.state,
            own.label or "", DecidedBy(own.decided_by), own.candidates, by.sources, by.licenses,
            superseded_by, earlier, models,
        )  # fmt: skip
        rows.append(row)
    return rows


def _models_by_record(connection: Connection) -> dict[str, set[str]]:
    """The models that wrote each record, as its live sources state it."""
    stated = origin_models(connection)
    if not stated.of_source and not stated.of_row:
        return {}
    shown = select(occurrence.c.record_id, occurrence.c.source_id, occurrence.c.row)
    live = shown.join(tables.source).where(tables.source.c.retracted_at.is_(None))
    found: dict[str, set[str]] = {}
    for record, source, row in connection.execute(live):
        if model := stated.of(source, row):
            found.setdefault(record, set()).update(models_in(model))
    return found


def models_of_record(connection: Connection, record: str) -> list[str]:
    """The models that wrote a record, as its live sources state it, sorted."""
    return sorted(_models_by_record(connection).get(record, ()))


def _all_models(stated: set[str], producer: Producer | None) -> tuple[str, ...]:
    """The stated models, and the one that is known to have generated the text."""
    generated = {producer[2]} - {UNKNOWN_MODEL} if producer else set()
    return tuple(sorted(stated | generated))


def _superseded_records(connection: Connection, outcomes: _Outcomes) -> Superseded:
    """What the corrections that have an effect supersede."""
    stated = live_supersessions(connection)
    return superseded_records(one for one in stated if one.has_effect(outcomes.of(one.record).state))


def corrected_records(connection: Connection) -> set[str]:
    """The records in unretracted sources that corrections supersede."""
    if not live_supersessions(connection):
        return set()
    return {row.id for row in working_rows(connection) if row.superseded_by and row.sources}


_UNLABELED, _PROPOSED = DerivedLabel(State.UNLABELED), DerivedLabel(State.PROPOSED)

_REFUSED = DerivedLabel(State.REJECTED, None, "lot")


@dataclass(frozen=True)
class _Outcomes:
    """What decides the label of every record."""

    machine: MachineWritten
    derived: Mapping[str, DerivedLabel]
    """Of every record that has a vote."""
    lot_labels: Mapping[str, str | None]
    """The label that an accepted lot gave a record; None in a refused lot."""
    refused: frozenset[str]
    """Records that a lot or people refused, machine-written, and what repeats them."""
    restored: Mapping[str, DerivedLabel]
    """What a release stated about a record that people or a lot had decided."""
    unsure: frozenset[str]
    """Records that somebody could not decide."""
    proposals: Mapping[str, LabelProposal]
    """The latest label that a model proposed for a record."""

    def of(self, record: str) -> DerivedLabel:
        """The outcome for a record with an unretracted source.

        A refusal holds for what repeats the record, unless a person decides.
        """
        own = self.derived.get(record, _PROPOSED if record in self.machine.records else _UNLABELED)
        restored = self.restored.get(record)
        if own.decided_by in DECIDED_BY_PEOPLE or (own.state == State.PROPOSED and record in self.unsure):
            return own
        if restored and restored.decided_by in DECIDED_BY_PEOPLE:
            return restored
        label = self.lot_labels.get(record, "") if own.state == State.PROPOSED else ""
        if label is None or record in self.refused:
            return _REFUSED
        if restored:
            return restored
        return DerivedLabel(State.LABELED, label, "lot") if label else self._with_proposal(record, own)

    def _with_proposal(self, record: str, own: DerivedLabel) -> DerivedLabel:
        """The outcome for a record that people, files and other lots leave unlabeled: what a model proposed for it."""
        proposal = self.proposals.get(record)
        if proposal is None or own.state != State.UNLABELED:
            return own
        if proposal.status == ProposalStatus.WAITING:
            return DerivedLabel(State.PROPOSED, proposal.label)
        if proposal.status == ProposalStatus.ACCEPTED and record not in self.unsure:
            return DerivedLabel(State.LABELED, proposal.label, "lot")
        return own


def _read_outcomes(connection: Connection) -> _Outcomes:
    machine, votes = machine_written(connection), votes_of(connection)
    derived = derive_labels(votes, synthetic=frozenset(machine.records))
    lot_labels = labels_decided_by_lots(connection)
    refused = {
        record
        for record in machine.records
        if lot_labels.get(record, "") is None or derived.get(record, _PROPOSED).state == State.REJECTED
    }
    unsure = {vote.record_id for vote in votes if vote.choice == ABSTAINED and vote.value != DISCARDED}
    return _Outcomes(
        machine,
        derived,
        lot_labels,
        refused_repeats(connection, machine, refused),
        restored_labels(connection),
        frozenset(unsure),
        latest_proposals(connection),
    )


def working_table(connection: Connection) -> pd.DataFrame:
    """`working_rows` as a table."""
    return table_of_rows(working_rows(connection))


def table_of_rows(rows: Sequence[WorkingRow]) -> pd.DataFrame:
    """Working rows as a pandas table of Python objects: single values read three times as fast as from Arrow."""
    import pandas as pd

    values = {name: attrgetter(f"{name}.value" if name in ENUMERATED_COLUMNS else name) for name in WORKING_COLUMNS}
    columns = {name: pd.Series([value(row) for row in rows], dtype=object) for name, value in values.items()}
    return pd.DataFrame(columns).astype({"weight": int})


@dataclass(frozen=True)
class _LiveSources:
    """The live sources that contain a record."""

    origin: Origin = Origin.HUMAN
    sources: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()


def _live_sources(connection: Connection) -> tuple[Counter[str], dict[str, _LiveSources]]:
    """Weight and live sources of every record that is in at least one live source."""
    source = tables.source.c
    live = connection.execute(select(source.id, source.origin, source.license).where(source.retracted_at.is_(None)))
    facts = {identity: (origin, license) for identity, origin, license in live}
    weight: Counter[str] = Counter()
    sources: dict[str, tuple[str, ...]] = {}
    for record, shown_by in connection.execute(select(occurrence.c.record_id, occurrence.c.source_id)).fetchall():
        if shown_by in facts:
            weight[record] += 1
            known = sources.get(record, ())
            sources[record] = known if shown_by in known else tuple(sorted((*known, shown_by)))

    @cache
    def by(ids: tuple[str, ...]) -> _LiveSources:
        origins, licenses = zip(*(facts[i] for i in ids), strict=True)
        return _LiveSources(Origin(min(origins, key=ORIGINS.index)), ids, tuple(sorted(set(licenses))))

    return weight, {record: by(ids) for record, ids in sources.items()}
