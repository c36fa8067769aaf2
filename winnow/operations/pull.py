"""Pull: bring annotators' responses back as decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from winnow.curation.labeling.response_import import ImportedResponses
from winnow.curation.labeling.throughput import AnnotatorActivity, RemainingWork
from winnow.curation.review.lots import Lot


@dataclass(frozen=True)
class PullResult:
    """What a pull brought, who did how much, and what is left."""

    pulled: ImportedResponses
    annotators: list[AnnotatorActivity]
    remaining: RemainingWork
    unresolved: int
    """Records that wait for an adjudicator and stand in no queue yet."""
    decided_lots: list[Lot]
    """Lots that were decided just now."""
    unreviewed: int
    """Records that lots ask for, to be decided."""
    url: str

    @property
    def next(self) -> str:
        """The next sensible command."""
        if self.unresolved:
            return "winnow push adjudicate"
        if self.unreviewed and not self.remaining.pending.records.get("review"):
            return "winnow push review"
        return "winnow pull (when more was answered)" if self.remaining.pending.responses else "winnow check"

    def json(self) -> dict[str, Any]:
        """The shape of `pull --json`."""
        return {
            "queue": "all",
            "records": len(self.pulled.records),
            "decisions": self.pulled.decisions,
            "pending": sum(self.remaining.pending.records.values()),
            "responses": self.pulled.responses,
            "discarded": self.pulled.discarded,
            "by_queue": dict(self.pulled.by_queue),
            "annotators": [
                {
                    "name": one.name,
                    "new": self.pulled.by_person[one.name],
                    "responses": one.responses,
                    "discarded": one.discarded,
                    "seconds": one.seconds,
                }
                for one in self.annotators
            ],
            "remaining": {"records": self.remaining.pending.records, "responses": self.remaining.pending.responses},
            "minutes": self.remaining.minutes,
            "unresolved": self.unresolved,
            "decided_lots": [one.json() for one in self.decided_lots],
            "flagged": self.pulled.flagged,
            "ignored": dict(self.pulled.ignored),
            "missing_datasets": self.pulled.missing,
            "url": self.url,
        }
