"""Where the selected records come from: sources, flags, lots, audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from winnow.config.task import Task
from winnow.core.result import Measure
from winnow.core.working_row import WorkingRow
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.releases.manifest import SourceFacts
from winnow.curation.review.label_accuracy import LabelAccuracy, confirmed_response_share, measure_label_accuracy
from winnow.curation.review.lot_facts import ExportedLotFacts
from winnow.curation.review.lots import Lot, load_lots
from winnow.curation.store.database import Connection
from winnow.curation.store.flags import all_flags
from winnow.curation.store.origin_models import origin_models
from winnow.curation.store.sources import all_sources

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Provenance:
    """What the database knows in addition to the working table, at the same moment."""

    sources: list[dict[str, Any]]
    """Every source, by file hash."""
    models: Mapping[str, str]
    """The models that wrote the rows of a source, by source; only where one is stated."""
    flags: list[tuple[str, str]]
    """Record and name of every flag."""
    accuracy: LabelAccuracy | None
    """Of the audited labels; None when none was audited."""
    confirmed: Measure
    """Share of single answers to hold-out rows that the outcome confirms, with interval; or why not measured."""
    lots: list[Lot]
    """Decided lots."""

    def exported_sources(self, selected: pd.DataFrame) -> list[SourceFacts]:
        """The sources of the selected records, as the manifest lists them."""
        shown = Counter(source for sources in selected["sources"] for source in sources)
        return [
            SourceFacts(
                name=source["name"],
                sha256=source["file_hash"],
                origin=source["origin"],
                license=source["license"],
                batch=source["batch_id"],
                records=shown[source["id"]],
                origin_model=self.models.get(source["id"]),
            )
            for source in self.sources
            if source["id"] in shown
        ]

    def exported_lots(self, selected: pd.DataFrame) -> list[ExportedLotFacts]:
        """The lots with selected records, and the verdict on each."""
        ids = set(selected["id"])
        exported = [(lot.facts(), len(ids.intersection(lot.decided_records()))) for lot in self.lots]
        return [ExportedLotFacts(**dict(facts), exported=count) for facts, count in exported if count]

    def flagged(self, selected: pd.DataFrame, name: str) -> int:
        """How many selected records carry a flag."""
        ids = set(selected["id"])
        return sum(flag == name and record in ids for record, flag in self.flags)


def count_models(selected: pd.DataFrame) -> dict[str, int] | None:
    """The selected records by the model that wrote them, most first; None if no model is stated."""
    counts = Counter(model for models in selected["origin_models"] for model in models)
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))) or None


def read_provenance(connection: Connection, rows: Sequence[WorkingRow], task: Task) -> Provenance:
    """Read sources, flags, audits and lots; `rows` are the working rows of the same moment."""
    return Provenance(
        all_sources(connection),
        origin_models(connection).of_source,
        all_flags(connection),
        measure_label_accuracy(connection, rows),
        confirmed_response_share(latest_responses(connection, task), rows),
        [lot for lot in load_lots(connection, rows) if lot.recorded_verdict],
    )
