"""A measured value with its interval, or the reason why it was not measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int
    """Sample size: records for alpha, answers for a share."""

    def json(self) -> dict[str, Any]:
        """The JSON form for a report."""
        interval = [round(self.low, 6), round(self.high, 6)]
        return {"value": round(self.value, 6), "interval": interval, "count": self.count}


@dataclass(frozen=True)
class NotMeasured:
    """A figure that was not measured, and why."""

    why: str

    def json(self) -> dict[str, Any]:
        """The JSON form for a report."""
        return {"status": "not_measured", "why": self.why}


Measure = Estimate | NotMeasured


def not_measured(why: str) -> dict[str, Any]:
    """How a report represents a figure that was not measured."""
    return {"status": "not_measured", "why": why}


def is_measured(figure: object) -> bool:
    """Whether a figure of a report was measured: one that was not is a dict with that status."""
    return not (isinstance(figure, dict) and figure.get("status") == "not_measured")
