"""The base model that a run or its release names, found on this machine."""

from __future__ import annotations

from pathlib import Path

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.releases.release import Release
from winnow.training.causal_models import LocalBase, local_base
from winnow.training.run_facts import AdapterRunFacts, PromptRunFacts, answers_in_dialogues
from winnow.training.runs import Run


def base_of_run(run: Run) -> LocalBase:
    """The base model of a run. Raises WinnowError when it is not here, or has other weights."""
    requested = run.facts.base if isinstance(run.facts, AdapterRunFacts | PromptRunFacts) else None
    if requested is None:
        raise WinnowError(Problem(run.id, "it has no model on this machine", "a run with a base model", ""))
    base = local_base(requested.model)
    if base.weights_hash != requested.weights_hash:
        other = f"the model {requested.model} has weights {base.weights_hash[:16]}"
        fix = "bring the model that the run names, or train again with this one"
        raise WinnowError(Problem(run.id, other, requested.weights_hash[:16], fix))
    return base


def require_labels(run: Run) -> None:
    """Raises WinnowError for a run that answers in dialogues, where texts are to be labeled."""
    if answers_in_dialogues(run.facts):
        fix = f"give it dialogues: `{command('predict', run.id, 'FILE')}`"
        raise WinnowError(Problem(run.id, "it answers in dialogues", "a run that labels texts", fix))


def required_base_name(release: Release, model: str | None) -> str:
    """The same as `base_name`. Raises WinnowError when neither names one."""
    if name := base_name(release, model):
        return name
    fix = "name `base_model` in winnow.yaml and freeze again, or set `model` to a folder or hub id"
    raise WinnowError(Problem(f"release {release.name}", "no base model is named", "a causal language model", fix))


def base_name(release: Release, model: str | None) -> str | None:
    """The base model: the setting, or the task's, whose folder may be relative to the workspace of the release."""
    stated = release.task().base_model
    if model or stated is None:
        return model
    in_workspace = release.path.parent.parent / stated.model
    return str(in_workspace) if not Path(stated.model).exists() and in_workspace.exists() else stated.model
