"""Which runs can answer queries: those with a model that labels texts."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.training.run_facts import IMPORTED, answers_in_dialogues
from winnow.training.runs import Run


def require_routable(run: Run) -> None:
    """Raises WinnowError for a run that answers in dialogues, and for one whose predictions were imported."""
    if answers_in_dialogues(run.facts):
        fix = f"answer dialogues with it: `{command('predict', run.id, 'FILE')}`, or predict_dialogues in Python"
        raise WinnowError(Problem(run.id, "a run that answers in dialogues", "a run that labels texts", fix))
    if run.facts.method == IMPORTED:
        fix = f"choose one from {command('runs')}"
        raise WinnowError(Problem(run.id, "an imported run without a model", "a run trained by Winnow", fix))
