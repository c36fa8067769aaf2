"""Which runs can answer queries: those with a model that labels texts."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.training.run_facts import IMPORTED, AnyRunFacts, PromptRunFacts, answers_in_dialogues
from winnow.training.runs import Run


def why_not_routable(facts: AnyRunFacts, *, unpaid: bool = False) -> str:
    """Why a run cannot answer queries, as a clause about it; empty where it can. `unpaid` runs pay for no answer."""
    if answers_in_dialogues(facts):
        return "it answers in dialogues and labels no texts"
    if facts.method == IMPORTED:
        return "its predictions were imported: there is no model to run"
    if unpaid and isinstance(facts, PromptRunFacts) and facts.model is not None:
        return f"every query would be a paid request to {facts.model}"
    return ""


def require_routable(run: Run, *, unpaid: bool = False) -> None:
    """Raises WinnowError for a run that cannot answer queries, or with `unpaid` only in paid requests."""
    if why := why_not_routable(run.facts, unpaid=unpaid):
        raise WinnowError(Problem(f"run {run.id}", why, "a run that labels texts on this machine", _fix(run)))


def _fix(run: Run) -> str:
    if answers_in_dialogues(run.facts):
        return f"answer dialogues with it: `{command('predict', run.id, 'FILE')}`, or predict_dialogues in Python"
    return f"choose one from {command('runs')}"
