"""Turns a request for dialogues into a job: how many each tool and each behavior without a call lacks now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.allocation import allocate
from winnow.generators.dialogues.dialogue_prompt import offered_tools
from winnow.generators.generated_labels import generated_labels, records_by_part
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.job import GenerationJob
from winnow.generators.llm.request import ModelChoice
from winnow.generators.plan import GenerationPlan, LabelNeed
from winnow.operations.proposal_intake import ProposalIntake
from winnow.validators.tools.behavior import Behavior


def plan_dialogues(
    request: GenerationRequest, plan: GenerationPlan | None, intake: ProposalIntake, judge: ModelChoice | None
) -> GenerationJob:
    """The job that a request for dialogues means for the current dataset. Raises WinnowError if nothing is missing."""
    _check_about(request, intake)
    needs = _dialogue_needs(request, plan, intake)
    if not needs:
        fix = f"run `{command('generate dialogues', count='N')}`"
        found = "nothing is missing"
        raise WinnowError(Problem("generate dialogues", found, "tools or behaviors with too few dialogues", fix))
    return GenerationJob(
        GeneratorName.DIALOGUES,
        needs,
        about=request.tools if request.behaviors else (),
        per_request=intake.task.generate.per_request,
        until=request.until,
        judge=judge,
    )


def _check_about(request: GenerationRequest, intake: ProposalIntake) -> None:
    """Raises WinnowError where no tool that dialogues are to be about requires a value that could be missing."""
    tools = [tool for tool in offered_tools(intake.task) if tool.name in request.tools]
    if tools and Behavior.ASK in request.behaviors and not any(tool.required for tool in tools):
        found = f"{', '.join(tool.name for tool in tools)} requires no value"
        raise WinnowError(Problem(Parameter("tool"), found, "a tool with a required argument", "choose another tool"))


def _dialogue_needs(
    request: GenerationRequest, plan: GenerationPlan | None, intake: ProposalIntake
) -> Sequence[LabelNeed]:
    """From the plan, else what the target per label lacks; a count of the request sets the total."""
    task, wanted = intake.task, request.count or request.until
    planned = {need.label: need for need in plan.needs} if plan else {}
    labels = (
        request.behaviors or request.tools or [name for name in generated_labels(task) if not plan or name in planned]
    )
    have = records_by_part(task, intake.label_counts())
    missing = {name: max(0, task.targets.per_label - have[name]) for name in labels}
    missing |= {name: need.count for name, need in planned.items() if name in missing}
    counts = allocate(wanted, missing) if wanted else missing
    return [
        replace(planned.get(name) or LabelNeed(name, count), count=count) for name, count in counts.items() if count
    ]
