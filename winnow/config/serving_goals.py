"""Goals for how a run is served: time, throughput, memory and size. Their values have units and may be above 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import Field

from winnow.config.section import Number


class ServingGoal(NamedTuple):
    """How a goal is read."""

    unit: str
    """The unit of its value."""
    is_highest: bool
    """Whether its value is the highest that is allowed; otherwise it is the lowest."""


SERVING_GOALS: Mapping[str, ServingGoal] = {
    "latency_p95_ms": ServingGoal("ms", is_highest=True),
    "throughput": ServingGoal("queries/s", is_highest=False),
    "memory_mb": ServingGoal("MB", is_highest=True),
    "adapter_mb": ServingGoal("MB", is_highest=True),
}
"""Measures that `goals` of every kind of task may contain; 1 MB is 10^6 bytes."""

GoalValue = Annotated[Number, Field(ge=0)]
"""The value of a goal: a share, or one in the unit of a serving goal."""
