"""Open what is asked about the queries that a run does not answer: a file of rules, or another run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.progress import Progress
from winnow.training.routing.routable_run import require_routable
from winnow.training.routing.router import open_router
from winnow.training.routing.rule_file import read_rules
from winnow.training.routing.rule_stage import RuleStage
from winnow.training.routing.run_stage import RunStage
from winnow.training.routing.second_stage import SecondStage
from winnow.training.runs import Run

RULE_SUFFIXES = (".yaml", ".yml", ".json")
"""Names that end so are files of rules, whether they exist or not."""


def open_second_stage(
    file_or_run: str | Path,
    run: Run,
    *,
    find_run: Callable[[str | Path], Run],
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> SecondStage:
    """The second stage of `run`: the rules in a file, or a run that `find_run` opens by its id or path.

    Raises WinnowError with every problem of the file, and for a run that cannot answer in place of `run`: one that
    labels no texts, the same one, or one of a task with other labels.
    """
    path = Path(file_or_run)
    if path.is_file() or path.suffix.lower() in RULE_SUFFIXES:
        return RuleStage(read_rules(path, list(run.facts.routes)), run)
    second = find_run(file_or_run)
    require_routable(second)
    _require_same_task(run, second)
    return RunStage(open_router(second, vectors_cache=vectors_cache, progress=progress), run.facts.routes)


def _require_same_task(first: Run, second: Run) -> None:
    place = Parameter("fallback")
    if first.id == second.id:
        found = f"{second.id} is the run itself, which is not more confident the second time"
        raise WinnowError(Problem(place, found, "a file of rules, or another run", "name another one"))
    missing = [label for label in second.facts.routes if label not in first.facts.routes]
    if missing:
        found = f"{second.id} answers with labels that the task of {first.id} does not have: {', '.join(missing)}"
        fix = "train both on releases with the same labels"
        raise WinnowError(Problem(place, found, "a run whose labels are all labels of the task", fix))
