"""Which models wrote the rows of sources: one name for a whole source, or one for a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from winnow.core.working_row import MODEL_SEPARATOR
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import batch, origin_model, source

WHOLE_SOURCE = 0
"""In place of a row: the model wrote every row of the source that names none."""

UNKNOWN_MODEL = "unknown"
"""The model of a batch that names none."""


@dataclass(frozen=True)
class OriginModels:
    """The models that wrote rows, as the sources state it."""

    of_source: Mapping[str, str] = field(default_factory=dict)
    """By source; a synthetic source that states none has the model of its batch."""
    of_row: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """By source and row, where a row names its own."""

    def of(self, source_id: str, row: int) -> str:
        """The model that wrote a row; several are separated by `; `. Empty if none is stated."""
        return self.of_row.get(source_id, {}).get(row) or self.of_source.get(source_id, "")


def origin_models(connection: Connection) -> OriginModels:
    """The models of every source, retracted ones included."""
    batches = select(source.c.id, batch.c.model).join(batch, batch.c.id == source.c.batch_id)
    of_source = {one: model for one, model in connection.execute(batches) if model != UNKNOWN_MODEL}
    of_row: dict[str, dict[int, str]] = {}
    for source_id, row, model in connection.execute(select(origin_model)):
        if row == WHOLE_SOURCE:
            of_source[source_id] = model
        else:
            of_row.setdefault(source_id, {})[row] = model
    return OriginModels(of_source, of_row)


def insert_origin_models(connection: Connection, source_id: str, models: Mapping[int, str]) -> None:
    """Store the model of each row of a source; what is stored already is not changed."""
    rows = [{"source_id": source_id, "row": row, "model": model} for row, model in models.items()]
    insert_new(connection, origin_model, rows)


def models_in(stated: str) -> list[str]:
    """The models that a text names."""
    return [name for name in map(str.strip, stated.split(MODEL_SEPARATOR.strip())) if name]
