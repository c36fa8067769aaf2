"""How runs are compared, by kind. A kind without an entry in COMPARERS is compared as classification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.training.evaluation.compare import Comparison, compare
from winnow.training.evaluation.tools.compare_tool_runs import ToolComparison, compare_tool_runs
from winnow.training.run_release import release_of
from winnow.training.runs import Run
from winnow.training.scorers import has_labels_only
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS

Comparer = Callable[..., Comparison | ToolComparison]
"""A function with the parameters of `training.evaluation.compare.compare`."""


def compare_dialogue_runs(runs: Sequence[Run], split: str = "validation", **how: Any) -> Comparison | ToolComparison:
    """Runs by their answers; imported runs that hold labels only are compared as classification with each other."""
    compare_runs: Comparer = compare if all(map(has_labels_only, runs)) else compare_tool_runs
    return compare_runs(runs, split, **how)


COMPARERS: dict[str, Comparer] = {INTENTS.name: compare, TOOLS.name: compare_dialogue_runs}


def comparer_of(runs: Sequence[Run]) -> Comparer:
    """The function that compares these runs. Raises WinnowError where their releases are of several kinds."""
    kinds = {release_of(run).kind.name for run in runs}
    if len(kinds) > 1:
        found = f"releases of kinds {' and '.join(sorted(kinds))}"
        raise WinnowError(Problem("runs", found, "runs of one kind", "compare runs of one task"))
    return COMPARERS.get(next(iter(kinds), INTENTS.name), compare)
