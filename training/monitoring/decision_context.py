"""What a recommendation chooses from besides the measured values: runs, releases, and the commands that act on them."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.core.commands import command
from winnow.training.monitoring.choose_method import TrainingSituation


@dataclass(frozen=True)
class Obstacle:
    """What has to be resolved first."""

    what: str
    """What is wrong, with its numbers."""
    fix: str
    """The command or edit that resolves it."""


@dataclass(frozen=True)
class DecisionContext:
    """The runs and releases to choose from, and the commands that act on them."""

    baseline: str
    """What is in production today, or its substitute."""
    candidate: str | None = None
    """The run that could be deployed."""
    deployed: str | None = None
    simplest_run: str | None = None
    """The baseline, if it is an undeployed run of a simpler method: it could be the candidate itself."""
    untuned: str | None = None
    """The most accurate system that is not fine-tuned; None where there is none."""
    fine_tuned: str | None = None
    """A fine-tuned run: the deployed one, or one on the newest release."""
    nothing_to_replace: bool = False
    """Nothing is deployed or imported, and no simpler run is there: the candidate has nothing to be better than."""
    has_simple_run: bool = True
    """Whether a linear or prompted run shows what fine-tuning has to be better than."""
    no_signal: Obstacle | None = None
    """The finding that the candidate answers no better than by chance."""
    failed_gate: Obstacle | None = None
    """The first gate that fails."""
    forgetting: Obstacle | None = None
    """Why `deploy` would refuse the candidate: it degrades, or nobody measured whether it does."""
    make_baseline: str = ""
    """The command that makes a run to compare with, where there is nothing."""
    train_simplest: str = ""
    """The command that trains the simplest model of the kind."""
    unevaluated: str | None = None
    """The baseline, the candidate or the fine-tuned run, if it was not evaluated yet."""
    candidate_is_newer: bool = False
    """The candidate was trained on a newer release than the deployed run: it is the retrained model."""
    release: str | None = None
    """The newest release; None when there is none."""
    newer_release_exists: bool = False
    """The newest release is newer than the deployed run's."""
    method: str = "linear"
    """The training method to recommend: that of the deployed run, or the simplest."""
    use_release: str = ""
    """The command in place of training, for kinds that no method trains."""
    collect: str = command("push label")
    """The command that adds labeled records."""
    fix_command: str = command("status")
    """The command of the first finding about the candidate."""
    training: TrainingSituation | None = None
    """What fine-tuning depends on; None where nothing can be trained."""
