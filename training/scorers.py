"""How runs on a release are evaluated, by kind. A kind without an entry in SCORERS is scored as classification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from winnow.curation.releases.release import Release
from winnow.training.evaluation.evaluate import Evaluation, evaluate
from winnow.training.evaluation.tools.evaluate_tools import evaluate_tools
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.training.imported_runs.imported_answers import ANSWERS_FILE
from winnow.training.run_facts import IMPORTED
from winnow.training.runs import Run
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS

AnyEvaluation = Evaluation | ToolEvaluation
"""A run's result on one split; its `measures` say of what form."""

Scorer = Callable[..., AnyEvaluation]
"""A function with the parameters of `training.evaluation.evaluate.evaluate`."""


def score_tools(run: Run, release: Release, split: str = "validation", **how: Any) -> AnyEvaluation:
    """Answers of a run, judged; an imported run that holds labels only is scored as classification."""
    return (evaluate if has_labels_only(run) else evaluate_tools)(run, release, split, **how)


def has_labels_only(run: Run) -> bool:
    """Whether a run was imported from predicted labels, without answers."""
    return run.facts.method == IMPORTED and not (run.path / ANSWERS_FILE).exists()


SCORERS: dict[str, Scorer] = {INTENTS.name: evaluate, TOOLS.name: score_tools}


def scorer_of(kind: Kind) -> Scorer:
    """The scorer of a kind."""
    return SCORERS.get(kind.name, evaluate)
