"""A request to a generator, checked against the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winnow.config.task import Task
from winnow.core.choices import choice_problem
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import EXAMPLE_KINDS, GeneratorName
from winnow.core.ranges import range_problem
from winnow.generators.generated_labels import generated_labels
from winnow.generators.llm.batch_jobs import BatchPolling
from winnow.generators.plan import GenerationPlan, read_plan
from winnow.generators.plan_part import PlanPart
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS


@dataclass(frozen=True)
class GenerationRequest:
    """What a generator is to write."""

    generator: str
    labels: Sequence[str] = ()
    tools: Sequence[str] = ()
    """Of dialogues: the tools that they call or, with `behaviors`, that they are about; all where it is empty."""
    behaviors: Sequence[str] = ()
    """Of dialogues: the behaviors without a call; none where only dialogues with calls are wanted."""
    pairs: Sequence[tuple[str, str]] = ()
    kind: str = GeneratorName.EXAMPLES
    """`examples`, `ambiguous`, `domain` or `fixes`."""
    count: int | None = None
    """Total number of queries or dialogues to request; None: what the plan names or the targets lack."""
    until: int | None = None
    """Stop after this many accepted candidates."""
    plan: Path | None = None
    judge: bool = False
    budget: float | None = None
    """Spending limit of this run, in USD."""
    batches: bool = False
    polling: BatchPolling = field(default_factory=BatchPolling)
    again: bool = False
    """Start a new run although one with the same request has ended."""
    dry_run: bool = False
    part: PlanPart | None = None
    """The part of a plan that the run carries out. Its budget is that of all runs of the plan together."""
    planned: GenerationPlan | None = None
    """The plan itself, in place of its file."""
    more: int | None = None
    """Stop after this many accepted candidates more than the run has; for a part of a plan."""

    @property
    def wants_more(self) -> bool:
        """Whether to start a new run although one with the same request has ended: records may be missing again."""
        default = self.generator != "contrasts" and not (self.count or self.until or self.plan)
        return self.again or default or self.part is not None


def check_request(task: Task, request: GenerationRequest) -> GenerationPlan | None:
    """Read the plan of a request. Raises WinnowError with everything that is wrong with the request."""
    names = generated_labels(task)
    labels = (*request.labels, *(side for pair in request.pairs for side in pair))
    tools = [name for name in names if name not in [*NO_CALL_KINDS]]
    choices = [*(("label", label, names) for label in labels), ("kind", request.kind, EXAMPLE_KINDS)]
    choices += [("tool", name, tools) for name in request.tools]
    choices += [("behavior", name, NO_CALL_KINDS) for name in request.behaviors]
    problems = [problem for choice in choices if (problem := choice_problem(*choice))]
    numbers = (
        ("count", request.count),
        ("until", request.until),
        ("budget", request.budget),
        ("poll_seconds", request.polling.poll_seconds),
    )
    problems += [problem for name, value in numbers if (problem := range_problem(name, value, above=0))]
    if request.count is not None and request.until is not None:
        problems.append(Problem(Parameter("until"), "a count is given too", "either a count or this", "leave one out"))
    if request.generator == "negatives" and task.fallback is None:
        problems.append(Problem("winnow.yaml", "no fallback", "a label for out-of-scope queries", "add `fallback:`"))
    if problems:
        raise WinnowError(problems)
    return read_plan(request.plan, task) if request.plan else request.planned
