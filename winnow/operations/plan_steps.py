"""The steps that carry out a plan, by rules first: each asks a generator for what is still missing of some quotas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from winnow.core.model_vocabulary import EXAMPLE_KINDS, GenerationEnd, GeneratorName
from winnow.core.quota_names import QuotaName
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.worker_pool import OnProgress
from winnow.generators.plan import GenerationPlan, LabelNeed
from winnow.generators.plan_part import PlanPart
from winnow.generators.plan_quotas import Quota
from winnow.generators.quota_counts import REGION_STEP, STEP_QUOTAS
from winnow.operations._context import WorkspaceContext
from winnow.operations.generate import generate
from winnow.operations.generate_variations import generate_variations
from winnow.operations.plan_progress import QuotaProgress


class StepMaker(StrEnum):
    """Who carries out a step."""

    RULES = "rules"
    """No model is asked, and nothing is paid."""
    MODEL = "model"


@dataclass(frozen=True)
class StepContext:
    """What a step works with."""

    workspace: WorkspaceContext
    plan: GenerationPlan
    request: GenerationRequest
    """The options of the command: the budget, batches, and whether only to estimate."""
    note: Callable[[str], None]
    progress: OnProgress | None = None

    def part(self, step: str) -> PlanPart:
        """The part of the plan that a step carries out."""
        return PlanPart(self.plan.id, step)

    def ask_model(self, step: str, request: GenerationRequest, *, more: int) -> StepEnd:
        """Have a model write until so many more candidates are accepted."""
        asked = replace(
            request,
            part=self.part(step),
            more=more,
            budget=self.request.budget,
            batches=self.request.batches,
            polling=self.request.polling,
            dry_run=self.request.dry_run,
        )
        result = generate(self.workspace, asked, note=self.note, progress=self.progress)
        return StepEnd(result.end, result.estimate.usd)


class StepEnd(NamedTuple):
    """How a step ended."""

    end: GenerationEnd
    usd: float | None = 0.0
    """What its first round is estimated to cost; None where the price is not known."""


@dataclass(frozen=True)
class PlanStep:
    """One step: what it is called, who makes it, and which quotas it can fill."""

    name: str
    maker: StepMaker
    quotas: Sequence[QuotaName]
    carry_out: Callable[[StepContext, PlanStep, Sequence[QuotaProgress]], StepEnd]
    """Adds what is missing of the given quotas of these names; they are not empty."""
    of: str = ""
    """The only subject whose quotas it fills; empty for all."""
    never: Sequence[str] = ()
    """Subjects whose quotas it cannot fill."""

    def fills(self, quota: Quota) -> bool:
        """Whether it can add what a quota counts."""
        return quota.name in self.quotas and (not self.of or quota.of == self.of) and quota.of not in self.never

    def open_quotas(self, progress: Sequence[QuotaProgress]) -> list[QuotaProgress]:
        """The quotas that it can fill and that are not filled."""
        return [one for one in progress if one.missing and self.fills(one.quota)]


def total_missing(quotas: Sequence[QuotaProgress]) -> int:
    """What is missing of quotas together."""
    return sum(one.missing for one in quotas)


def _vary(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    wanted = {one.quota.of: one.missing for one in quotas}
    generate_variations(context.workspace, wanted=wanted, part=context.part(step.name))
    return StepEnd(GenerationEnd.DONE)


def _write_queries(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    """Examples of any kind; a quota for all labels together is distributed as without a plan."""
    known = {need.label: need for need in context.plan.needs}
    needs = [
        replace(known.get(one.quota.of) or LabelNeed(one.quota.of, 0), count=one.missing)
        for one in quotas
        if one.quota.of
    ]
    planned = GenerationPlan(needs, (), {}) if needs else None
    request = GenerationRequest(GeneratorName.EXAMPLES, kind=step.name, planned=planned)
    return context.ask_model(step.name, request, more=total_missing(quotas))


def _write_region(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    regions = [region for region in context.plan.regions if region.id == step.of]
    request = GenerationRequest(GeneratorName.EXAMPLES, planned=GenerationPlan((), regions, {}))
    return context.ask_model(step.name, request, more=total_missing(quotas))


def _write_negatives(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    return context.ask_model(step.name, GenerationRequest(GeneratorName.NEGATIVES), more=total_missing(quotas))


def write_contrasts(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    """Have a model write contrastive pairs."""
    pairs = {(one.quota.pair[0], one.quota.pair[1]): one.missing for one in quotas}
    request = GenerationRequest(GeneratorName.CONTRASTS, planned=GenerationPlan((), (), pairs))
    return context.ask_model(step.name, request, more=2 * total_missing(quotas))


def query_steps(plan: GenerationPlan) -> list[PlanStep]:
    """The steps for `kind: intents`, in order."""
    model, examples = StepMaker.MODEL, [str(kind) for kind in EXAMPLE_KINDS]
    return [
        PlanStep("variations", StepMaker.RULES, (QuotaName.PER_LABEL,), _vary),
        *(PlanStep(kind, model, (STEP_QUOTAS[kind],), _write_queries) for kind in examples),
        *(
            PlanStep(f"{REGION_STEP}{region.id}", model, (QuotaName.REGIONS,), _write_region, of=region.id)
            for region in plan.regions
        ),
        PlanStep("negatives", model, (QuotaName.NEGATIVES,), _write_negatives),
        PlanStep("contrasts", model, (QuotaName.CONTRASTS,), write_contrasts),
    ]
