"""Labels that a release states together with who decided them, for rows of a release that were added again."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from winnow.core.vocabulary import DecidedBy, State
from winnow.curation.annotations.derive_label import DerivedLabel
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.decisions import last_decision_id
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.tables import restored_label, source


class RestoredLabel(NamedTuple):
    """The label of one record in one source of release rows."""

    record_id: str
    source_id: str
    label: str
    decided_by: DecidedBy
    """Whose decisions gave the record its label when the release was frozen."""


def insert_restored_labels(connection: Connection, labels: list[RestoredLabel]) -> None:
    """Store labels; one that is already stored is not changed."""
    last_decision = last_decision_id(connection)
    insert_new(connection, restored_label, [{**one._asdict(), "last_decision": last_decision} for one in labels])


def restored_labels(connection: Connection) -> dict[str, DerivedLabel]:
    """The outcome that the release stated for each record of an unretracted source; of several, the one added last."""
    columns, renamed = restored_label.c, label_renames(connection)
    query = (
        select(columns.record_id, columns.label, columns.decided_by, columns.last_decision)
        .join(source, source.c.id == columns.source_id)
        .where(source.c.retracted_at.is_(None))
        .order_by(columns.id)
    )
    return {
        record: DerivedLabel(State.LABELED, current_label(label, renamed, decision=last_decision), decided_by)
        for record, label, decided_by, last_decision in connection.execute(query)
    }
