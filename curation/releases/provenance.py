"""Where the selected records come from: sources, flags, lots, audits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from winnow.config.task import Task
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.review.label_accuracy import LabelAccuracy, confirmed_response_share, measure_label_accuracy
from winnow.curation.review.lots import Lot, load_lots
from winnow.curation.store import tables

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Provenance:
    """What the database knows beside the working table, at the same moment."""

    sources: list[dict[str, Any]]
    """Every source, by file hash."""
    flags: list[tuple[str, str]]
    """Record and name of every flag."""
    accuracy: LabelAccuracy | None
    """Of the labels that were audited; None when none was."""
    confirmed: dict[str, Any]
    """Of single answers to hold-out rows, how many the outcome confirms, with interval; or why it is not measured."""
    lots: list[Lot]
    """Lots that were decided."""

    def exported(self, selected: pd.DataFrame) -> list[dict[str, Any]]:
        """The sources of the selected records, as the manifest lists them."""
        shown = Counter(source for sources in selected["sources"] for source in sources)
        return [
            {
                "name": source["name"],
                "sha256": source["file_hash"],
                "origin": source["origin"],
                "license": source["license"],
                "batch": source["batch_id"],
                "records": shown[source["id"]],
            }
            for source in self.sources
            if source["id"] in shown
        ]

    def exported_lots(self, selected: pd.DataFrame) -> list[dict[str, Any]]:
        """The lots of which records are selected, with what was ruled about them."""
        ids = set(selected["id"])
        return [{**lot.json(), "exported": len(ids & set(lot.members))} for lot in self.lots if ids & set(lot.members)]

    def flagged(self, selected: pd.DataFrame, name: str) -> int:
        """How many selected records carry a flag."""
        ids = set(selected["id"])
        return sum(flag == name and record in ids for record, flag in self.flags)


def read_provenance(connection: Connection, table: pd.DataFrame, task: Task) -> Provenance:
    """Read sources, flags, audits and lots; `table` is the working table of the same moment."""
    sources = connection.execute(
        select(tables.source).order_by(tables.source.c.file_hash, tables.source.c.id)
    ).mappings()
    flags = connection.execute(select(tables.flag.c.record_id, tables.flag.c.name))
    return Provenance(
        [dict(row) for row in sources],
        [(record, name) for record, name in flags],
        measure_label_accuracy(connection, table),
        confirmed_response_share(latest_responses(connection, task), table).json(),
        [lot for lot in load_lots(connection, _state_rows(table)) if lot.recorded_verdict],
    )


def _state_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    keys = ["id", "state", "label", "decided_by"]
    return [dict(zip(keys, row, strict=True)) for row in table[keys].itertuples(index=False)]
