"""The result of `status`: counts of records, queues, lots, runs and releases."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from winnow.core.commands import in_python
from winnow.core.deployment import Deployment
from winnow.curation.checks.next_labels import NextLabels
from winnow.curation.review.lot_facts import LotFacts, UndrawnLotFacts
from winnow.curation.store.waivers import Waiver


@dataclass(frozen=True)
class SourceSummary:
    """A file or batch that was added."""

    id: str
    """Id of the source, which `retract` accepts."""
    name: str
    """File name."""
    origin: str
    """Where its rows come from: a value of `Origin`."""
    license: str
    """Declared license."""
    at: str
    """When it was added: ISO 8601, UTC."""
    retracted_at: str | None
    """When it was retracted; null while it counts."""


@dataclass(frozen=True, repr=False)
class Status:
    """Counts of records. Live ones are those that at least one unretracted source shows."""

    by_state: dict[str, int]
    """Records by state."""
    corrected: int
    """Superseded records that a corrected record replaced; the sources of the others were retracted."""
    by_origin: dict[str, int]
    """Live records by origin, the most frequent first."""
    by_label: dict[str, int]
    """Labeled records, in the task's order; labels without records count 0."""
    enough_for: str
    """What so many labeled dialogues are usually enough for; empty for kinds without usual sizes."""
    assigned_splits: dict[str, int]
    """Live records by assigned split."""
    queues: dict[str, int]
    """Records that each queue could hold."""
    pending: dict[str, int]
    """Records that were pushed and wait for a response, as far as responses have been pulled."""
    lots: list[LotFacts | UndrawnLotFacts]
    """Lots with their verdicts and what they wait for; synthetic records of no lot yet have the verdict `not_drawn`."""
    generation: list[dict[str, Any]]
    """Runs of generators: what they cost, and how many of their records entered and were accepted."""
    seconds: float | None
    """Median seconds that a person takes for a response; None while it is not known."""
    reading_seconds: float | None
    """Median seconds that reading a record without a label takes at 238 words a minute; None if there is none."""
    implausible: dict[str, int]
    """Responses by annotator that came faster than their record can be read; `seconds` leaves them out."""
    sources: list[SourceSummary]
    """Every source, retracted ones included, in the order in which they were added."""
    releases: list[str]
    """Names of the recorded releases, oldest first."""
    runs: list[str]
    """Names of the recorded runs, oldest first."""
    deployed: Deployment | None
    """The run in production; None before the first deployment."""
    waivers: list[Waiver]
    """Active exceptions to gates."""
    forgotten: int
    """Records whose content was deleted."""
    no_signal: str
    """What shows that the labels do not depend on the texts, by the last check; empty otherwise."""
    next_labels: NextLabels
    """What the next 100 labels are expected to buy, by the last check."""
    next: str
    """The recommended command."""

    def __repr__(self) -> str:
        states = ", ".join(f"{state} {count:,}" for state, count in self.by_state.items() if count)
        return f"<Status: {states or 'no records'}; next: {in_python(self.next)}>"

    def json(self) -> dict[str, Any]:
        """The shape of `status --json`."""
        return {
            "records": {
                "by_state": self.by_state,
                "corrected": self.corrected,
                "by_origin": self.by_origin,
                "by_label": self.by_label,
            },
            "enough_for": self.enough_for,
            "assigned_splits": self.assigned_splits,
            "queues": self.queues,
            "pending": self.pending,
            "lots": [lot.model_dump(mode="json") for lot in self.lots],
            "generation": self.generation,
            "seconds": self.seconds,
            "reading_seconds": self.reading_seconds,
            "implausible": self.implausible,
            "sources": [asdict(one) for one in self.sources],
            "releases": self.releases,
            "runs": self.runs,
            "deployed": asdict(self.deployed) if self.deployed else {"status": "nothing_deployed"},
            "waivers": [asdict(one) for one in self.waivers],
            "forgotten": self.forgotten,
            "no_signal": self.no_signal,
            "next_labels": asdict(self.next_labels),
            "next": self.next,
        }
