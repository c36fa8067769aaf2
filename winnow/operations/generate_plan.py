"""Carry out a plan: rules first, then a model, until its quotas are filled or its budget is spent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.model_vocabulary import GenerationEnd
from winnow.core.ranges import range_problem
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.model_roles import choose_models
from winnow.generators.llm.prices import NANO_PER_USD
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.worker_pool import OnProgress
from winnow.generators.plan import GenerationPlan, read_plan
from winnow.generators.plan_quotas import Quota
from winnow.operations._context import WorkspaceContext
from winnow.operations.dialogue_steps import dialogue_steps
from winnow.operations.plan_progress import QuotaProgress, plan_progress, spent_by_plan
from winnow.operations.plan_steps import PlanStep, StepContext, StepMaker, query_steps, total_missing
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS

STEPS: Mapping[str, Callable[[GenerationPlan], list[PlanStep]]] = {
    INTENTS.name: query_steps,
    TOOLS.name: dialogue_steps,
}
"""The steps that carry out a plan of each kind, in order: rules first."""

PASSES = {StepMaker.RULES: 1, StepMaker.MODEL: 3}
"""How often a step is carried out while it adds something. A model may write records of another type than requested;
rules would make the same again."""

STOPPING_ENDS = (GenerationEnd.BUDGET, GenerationEnd.WAITING)
"""Ends of a step after which the following ones are not started."""


@dataclass(frozen=True)
class CarriedStep:
    """One step of a plan, and what it gave."""

    name: str
    maker: StepMaker
    wanted: int
    """What was missing of its quotas when it started."""
    added: int = 0
    """How much of that it added. A dialogue counts for each quota that it fits."""
    end: str = ""
    """How it ended; empty if it was not started."""
    usd: float | None = None
    """What it is estimated to cost, if only the cost was estimated."""
    problem: str = ""
    """Why it could not add anything."""


@dataclass
class PlanResult:
    """What carrying out a plan did, and what is still missing."""

    plan: str
    """The plan's id."""
    steps: list[CarriedStep] = field(default_factory=list)
    quotas: Sequence[QuotaProgress] = ()
    """Every quota with what has been added for it, by this command and earlier ones."""
    end: GenerationEnd = GenerationEnd.DONE
    left_to_people: Sequence[Quota] = ()
    """Quotas that no step can fill."""
    no_model: str = ""
    """Why no model can be asked; empty if one can, or if none is needed."""
    usd: float = 0.0
    """What all runs of the plan have spent and reserved."""

    @property
    def missing(self) -> list[QuotaProgress]:
        """The quotas that are not filled."""
        return [one for one in self.quotas if one.missing]

    def json(self) -> dict[str, Any]:
        """The JSON form."""
        quotas = [
            {"quota": one.quota.name, "of": one.quota.of, "count": one.quota.count, "added": one.added,
             "missing": one.missing}
            for one in self.quotas
        ]  # fmt: skip
        return {
            "plan": self.plan,
            "end": self.end,
            "steps": [asdict(step) for step in self.steps],
            "quotas": quotas,
            "left_to_people": [str(quota) for quota in self.left_to_people],
            "no_model": self.no_model,
            "usd": self.usd,
        }


def generate_plan(
    workspace: WorkspaceContext,
    path: Path,
    request: GenerationRequest,
    *,
    note: Callable[[str], None] = print,
    progress: OnProgress | None = None,
) -> PlanResult:
    """Carry out a plan. `request` has the options: the budget of the plan, batches, and whether only to estimate.

    What earlier commands added for the plan counts, so that running it again adds what is missing and nothing twice.
    Raises WinnowError for a wrong plan, and ServiceError when a model cannot be reached.
    """
    if problem := range_problem("budget", request.budget, above=0):
        raise WinnowError(problem)
    task = workspace.task
    if task.kind not in STEPS:
        expected = f"a kind that plans are carried out for: {', '.join(STEPS)}"
        raise WinnowError(Problem(TASK_FILE, f"kind: {task.kind}", expected, "write records by hand and add them"))
    plan = read_plan(path, task)
    if not plan.quotas:
        raise WinnowError(Problem(str(path), "all its quotas are 0", "a quota", "nothing needs to be written"))
    context = StepContext(workspace, plan, request, note, progress)
    result = PlanResult(plan.id, quotas=plan_progress(workspace, plan))
    steps = STEPS[task.kind](plan)
    result.left_to_people = [quota for quota in plan.quotas if not any(step.fills(quota) for step in steps)]
    for step in steps:
        _carry_out(context, step, result)
    database = SpendDatabase(workspace.folder.spend_database)
    result.usd = spent_by_plan(workspace.store, database, plan.id) / NANO_PER_USD
    return result


def _carry_out(context: StepContext, step: PlanStep, result: PlanResult) -> None:
    """Carry out one step, unless nothing of it is missing or the plan has stopped."""
    quotas = step.open_quotas(result.quotas)
    if not quotas:
        return
    carried = CarriedStep(step.name, step.maker, total_missing(quotas))
    if step.maker == StepMaker.MODEL and not result.no_model:
        result.no_model = _no_model(context)
    if result.end in STOPPING_ENDS or (step.maker == StepMaker.MODEL and result.no_model):
        result.steps.append(carried)
        return
    if step.maker == StepMaker.RULES and context.request.dry_run:
        result.steps.append(replace(carried, end=GenerationEnd.ESTIMATED, usd=0.0))
        return
    result.steps.append(_finished(context, step, carried, quotas, result))


def _finished(
    context: StepContext, step: PlanStep, carried: CarriedStep, quotas: Sequence[QuotaProgress], result: PlanResult
) -> CarriedStep:
    """The step with what it gave; the progress of the plan is measured anew."""
    for _ in range(PASSES[step.maker]):
        try:
            ended = step.carry_out(context, step, quotas)
        except ServiceError:
            raise
        except WinnowError as error:
            return replace(carried, problem="; ".join(map(str, error.problems)))
        if ended.end == GenerationEnd.ESTIMATED:
            return replace(carried, end=ended.end, usd=ended.usd)
        result.quotas = plan_progress(context.workspace, context.plan)
        before, quotas = total_missing(quotas), step.open_quotas(result.quotas)
        carried = replace(carried, end=ended.end, added=carried.wanted - total_missing(quotas))
        if ended.end in STOPPING_ENDS:
            result.end = ended.end
        if ended.end != GenerationEnd.DONE or not 0 < total_missing(quotas) < before:
            return carried
    return carried


def _no_model(context: StepContext) -> str:
    """Why no model can be asked: no key, or no price for a budget; empty if one can."""
    workspace, request = context.workspace, context.request
    try:
        roles = choose_models(
            workspace.task,
            workspace.folder.root,
            judged=True,
            budgeted=request.budget is not None,
            batches=request.batches,
        )
        for role in roles:
            role.connect()
    except WinnowError as error:
        return "; ".join(map(str, error.problems))
    return ""
