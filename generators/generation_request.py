"""What a person asks a generator for, checked against the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import nearest_name
from winnow.generators.examples import EXAMPLE_KINDS
from winnow.generators.llm.batch_jobs import BatchPolling
from winnow.generators.plan import GenerationPlan, read_plan


@dataclass(frozen=True)
class GenerationRequest:
    """What a person asks a generator for."""

    generator: str
    labels: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    kind: str = "examples"
    """`examples`, `ambiguous`, `domain` or `fixes`."""
    count: int | None = None
    """Queries to ask for in all; None: what the plan or the targets lack."""
    until: int | None = None
    """Go on until so many survived."""
    plan: Path | None = None
    judge: bool = False
    budget: float | None = None
    """USD that this run may cost."""
    batches: bool = False
    polling: BatchPolling = field(default_factory=BatchPolling)
    again: bool = False
    """Ask once more what a run has done already."""
    dry_run: bool = False

    @property
    def wants_more(self) -> bool:
        """Whether a run that did the same and ended is no reason to stop: what is missing may be missing again."""
        default = self.generator != "contrasts" and not (self.count or self.until or self.plan)
        return self.again or default


def check_request(task: Task, request: GenerationRequest) -> GenerationPlan | None:
    """The plan of an order. Raises WinnowError with everything that is wrong with it."""
    names = task.label_names
    problems = [
        Problem("--label", f"{name!r} is no label", ", ".join(names[:20]), _suggestion(name, names))
        for name in (*request.labels, *(side for pair in request.pairs for side in pair))
        if name not in names
    ]
    if request.kind not in EXAMPLE_KINDS:
        problems.append(
            Problem("--kind", repr(request.kind), ", ".join(EXAMPLE_KINDS), _suggestion(request.kind, EXAMPLE_KINDS))
        )
    for option, value in (("--count", request.count), ("--until", request.until), ("--budget", request.budget)):
        if value is not None and value <= 0:
            problems.append(Problem(option, str(value), "more than 0", f"correct {option}"))
    if request.count is not None and request.until is not None:
        problems.append(Problem("--until", "--count too", "one of them", "leave one out"))
    if request.generator == "negatives" and task.fallback is None:
        problems.append(Problem("winnow.yaml", "no fallback", "the label of what is out of scope", "add `fallback:`"))
    if problems:
        raise WinnowError(problems)
    return read_plan(request.plan, names) if request.plan else None


def _suggestion(name: str, known: Sequence[str]) -> str:
    near = nearest_name(name, known)
    return f"did you mean {near!r}?" if near else "correct it"
