"""A measured value with its interval, or the reason why it was not measured."""

from __future__ import annotations

from typing import Any, Literal

from pydantic.dataclasses import dataclass

from winnow.core.record import RECORD_CONFIG


@dataclass(frozen=True, config=RECORD_CONFIG)
class Measured:
    """A figure with its 95 % interval."""

    value: float
    """In the unit of the figure; a share is 0 to 1."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""
    count: int
    """Sample size: records for alpha, answers for a share of answers, rows for a share of rows."""

    def json(self) -> dict[str, Any]:
        """The JSON form for a report."""
        interval = [round(self.low, 6), round(self.high, 6)]
        return {"value": round(self.value, 6), "interval": interval, "count": self.count}


@dataclass(frozen=True, config=RECORD_CONFIG)
class NotMeasured:
    """A figure that was not measured, and why."""

    why: str
    """The reason, or the command that measures it."""
    status: Literal["not_measured"] = "not_measured"
    """Tells this record from a figure in JSON."""

    def json(self) -> dict[str, Any]:
        """The JSON form for a report."""
        return {"status": "not_measured", "why": self.why}


Measure = Measured | NotMeasured


def not_measured(why: str) -> dict[str, Any]:
    """How a report represents a figure that was not measured."""
    return {"status": "not_measured", "why": why}


def is_measured(figure: object) -> bool:
    """Whether a figure of a report was measured: one that was not is a dict with that status."""
    return not (isinstance(figure, dict) and figure.get("status") == "not_measured")
