"""What a release is for next: training here, or an export where models are trained with other software."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.agent_roles import AgentRole
from winnow.core.commands import command
from winnow.core.model_vocabulary import TrainingMethod
from winnow.validators.kinds.kind import Kind


def use_command(kind: Kind, release: str, *, roles: Sequence[AgentRole] = ()) -> str:
    """Training by the simplest method of the kind, for the first of a task's roles; an export if the kind has none."""
    if not kind.training_methods:
        return command("export", release, format=kind.export_format)
    return command("train", release, method=kind.training_methods[0], role=[one.name for one in roles[:1]])


def run_command(kind: Kind, release: str) -> str:
    """What makes a run: training, or, if the kind has no method, reading the predictions of other software."""
    if not kind.training_methods:
        return command("evaluate", release, predictions="FILE")
    first = kind.training_methods[0]
    return command("train", release) if first == TrainingMethod.LINEAR else command("train", release, method=first)
