"""What `train --dry-run` and `train --for` do for method `adapter`, loading nothing before it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.releases.release import Release
from winnow.training.adapter.adapter_settings import AdapterSettings

if TYPE_CHECKING:
    from winnow.training.adapter.adapter_plan import AdapterPlan, TargetCheck
    from winnow.training.packaging.target_rules import TargetRules


def dry_run(
    release: Release, *, settings: AdapterSettings | None = None, seed: int = 0, target: TargetRules | None = None
) -> AdapterPlan:
    """What the whole training would take, and what a target would refuse; nothing is kept."""
    from winnow.training.adapter.plan_adapter import measured_plan

    return measured_plan(release, settings=settings or AdapterSettings(), seed=seed, target=target)


def check_target(release: Release, *, settings: AdapterSettings, seed: int, target: TargetRules) -> TargetCheck:
    """What a target would refuse about the adapter before it is trained; the base model's weights are not read."""
    from winnow.training.adapter.plan_adapter import plan_training, target_check

    return target_check(plan_training(release, settings=settings, seed=seed), target)
