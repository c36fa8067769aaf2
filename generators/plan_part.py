"""The part of a plan that a run carries out: it is stored with the run, so that what it added counts for the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

PLAN_KEY, STEP_KEY = "plan_id", "plan_step"
"""Where the settings of a run hold them."""


@dataclass(frozen=True)
class PlanPart:
    """One step of a plan."""

    plan: str
    """The plan's id."""
    step: str
    """The name of the step; one run after the other carries it out."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the settings of a run hold about it."""
        return {PLAN_KEY: self.plan, STEP_KEY: self.step}


class AddedRecord(NamedTuple):
    """A record that a run of a plan added and that nobody refused since."""

    id: str
    step: str
    """The step that added it."""
    label: str
    """Its proposed or accepted label."""
    content: str
    group: str


def part_of(settings: Mapping[str, Any]) -> PlanPart | None:
    """The part of a plan that a run with these settings carries out; None for other runs."""
    plan = settings.get(PLAN_KEY)
    return PlanPart(str(plan), str(settings.get(STEP_KEY, ""))) if plan else None
