"""The working table: every record with its derived label and state, split, origin and weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from winnow.core.vocabulary import ORIGINS, DecidedBy, Origin, Split, State
from winnow.core.working_row import ENUMERATED_COLUMNS, WORKING_COLUMNS, WorkingRow
from winnow.curation.annotations.derive_label import DerivedLabel, derive_labels
from winnow.curation.annotations.votes import ABSTAINED, DISCARDED
from winnow.curation.store import tables
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.lot_tables import labels_decided_by_lots
from winnow.curation.store.tables import occurrence, record_group
from winnow.validators.kinds import KINDS

if TYPE_CHECKING:
    import pandas as pd


def working_rows(connection: Connection) -> list[WorkingRow]:
    """One row per record, sorted by id.

    A record that is in no unretracted source is `superseded`: it keeps its assigned split and its history, and is no
    longer exported. A forgotten record has no row.
    """
    weight, live_sources = _live_sources(connection)
    synthetic = frozenset(record for record, by in live_sources.items() if by.origin == Origin.SYNTHETIC)
    votes = votes_of(connection)
    derived = derive_labels(votes, synthetic=synthetic)
    unsure = {vote.record_id for vote in votes if vote.choice == ABSTAINED and vote.value != DISCARDED}
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
    undecided = {False: DerivedLabel(State.UNLABELED), True: DerivedLabel(State.PROPOSED)}
    lot_labels, refused = labels_decided_by_lots(connection), DerivedLabel(State.REJECTED, None, "lot")
    superseded, unseen = DerivedLabel(State.SUPERSEDED), _LiveSources()
    forgotten = forgotten_ids(connection)
    rows = []
    for identity, kind, content, fold, group, assigned_split in connection.execute(query).fetchall():
        if identity in forgotten:
            continue
        by = live_sources.get(identity, unseen)
        own = derived.get(identity, undecided[identity in synthetic]) if by.sources else superseded
        if own.state == State.PROPOSED and identity in lot_labels and identity not in unsure:
            label = lot_labels[identity]
            own = refused if label is None else DerivedLabel(State.LABELED, label, "lot")
        text = KINDS[kind].embedding_text(content)
        row = WorkingRow(
            identity, content, text, fold, group, Split(assigned_split), by.origin, weight[identity], own.state,
            own.label or "", DecidedBy(own.decided_by), own.candidates, by.sources, by.licenses,
        )  # fmt: skip
        rows.append(row)
    return rows


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
