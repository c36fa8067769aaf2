"""The steps that carry out a plan for dialogues: contrasts by rule first, then dialogues and contrasts by a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import GenerationEnd, GeneratorName
from winnow.core.quota_names import TOOL_QUOTAS, QuotaName
from winnow.generators.allocation import allocate
from winnow.generators.dialogues.dialogue_forms import ASKED_FIRST, CLOSED, COMPOUND, LOOKUP, ORDINAL, SINGLE
from winnow.generators.dialogues.dialogue_prompt import offered_tools
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.pick_contrasts import ContrastPicker
from winnow.generators.plan import GenerationPlan, LabelNeed
from winnow.operations.generate_contrasts_by_rule import generate_contrasts_by_rule
from winnow.operations.plan_progress import QuotaProgress
from winnow.operations.plan_steps import PlanStep, StepContext, StepEnd, StepMaker, total_missing, write_contrasts
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.argument_gaps import ArgumentGap, GapKind, possible_gaps
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.dialogue_composition import changes_by_id

NOT_GENERATED = (Behavior.GENERAL.value,)
"""What no generator writes: instructions without tools."""

Cells = list[dict[str, Any]]
"""Parts of briefs, each with a `count`."""


def dialogue_steps(plan: GenerationPlan) -> list[PlanStep]:
    """The steps for `kind: tools`, in order. Instructions without tools are left to people."""
    write = (
        ("dialogues", (QuotaName.PER_TOOL,), _calls),
        ("dialogues without a call", (QuotaName.BEHAVIORS,), _answers),
        ("dialogues with an id", (QuotaName.THREADS_ID,), _with_ids),
        ("dialogues with two calls", (QuotaName.COMPOUND,), _compound),
        ("dialogues of several turns", (QuotaName.MULTI_TURN,), _several_turns),
        ("dialogues with arguments", (QuotaName.ARGUMENTS,), _arguments),
    )
    return [
        PlanStep("contrasts by rule", StepMaker.RULES, TOOL_QUOTAS, _by_rule, never=NOT_GENERATED),
        PlanStep("contrasts", StepMaker.MODEL, (QuotaName.CONTRASTS,), write_contrasts),
        *(
            PlanStep(name, StepMaker.MODEL, quotas, partial(_write, needs), never=NOT_GENERATED)
            for name, quotas, needs in write
        ),
    ]


def _by_rule(context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    tools = {tool.name: tool for tool in offered_by_task(context.workspace.task)}
    picker = ContrastPicker(tools, context.part(step.name))
    for one in quotas:
        picker.lacks(one.quota, one.missing)
    made = generate_contrasts_by_rule(context.workspace, picker=picker)
    known = all(rule.known for rule in made.rules.values())
    return StepEnd(GenerationEnd.KNOWN if known else GenerationEnd.DONE)


Needs = Callable[[Sequence[Tool], Sequence[QuotaProgress]], Iterator[LabelNeed]]
"""What a model is asked for, from the tools that training may call and the quotas that are not filled."""


def _write(needs: Needs, context: StepContext, step: PlanStep, quotas: Sequence[QuotaProgress]) -> StepEnd:
    wanted = list(needs(offered_tools(context.workspace.task), quotas))
    if not wanted:  # such as two calls with one tool
        found = ", ".join(str(one.quota) for one in quotas)
        raise WinnowError(
            Problem("plan", found, "quotas that a generator can fill", "write these by hand and add them")
        )
    request = GenerationRequest(GeneratorName.DIALOGUES, planned=GenerationPlan(wanted, (), {}))
    return context.ask_model(step.name, request, more=sum(need.count for need in wanted))


def _calls(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    """Dialogues with one call, half of them with what the assistant says of the result."""
    for one in quotas:
        half = one.missing // 2
        yield LabelNeed(one.quota.of, one.missing, _cells((SINGLE.name, one.missing - half), (CLOSED.name, half)))


def _answers(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    yield from (LabelNeed(one.quota.of, one.missing) for one in quotas)


def _with_ids(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    yield from (LabelNeed(one.quota.of, one.missing, _cells((LOOKUP.name, one.missing))) for one in quotas)


def _compound(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    """Spread over the tools that need no id, each with another of them in turn."""
    plain = [tool.name for tool in tools if not changes_by_id(tool)]
    if len(plain) < 2:
        return
    for place, (name, count) in enumerate(_spread(total_missing(quotas), plain)):
        others = [one for one in [*plain[place:], *plain[:place]] if one != name]
        cells = [{"form": COMPOUND.name, "also": others[i % len(others)], "count": 1} for i in range(count)]
        yield LabelNeed(name, count, cells)


def _several_turns(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    """Spread over the tools for which the user has to speak twice: for a missing value, or to choose an entry."""
    forms = {tool.name: (ORDINAL if changes_by_id(tool) else ASKED_FIRST).name for tool in tools if tool.required}
    for name, count in _spread(total_missing(quotas), list(forms)):
        yield LabelNeed(name, count, _cells((forms[name], count)))


def _arguments(tools: Sequence[Tool], quotas: Sequence[QuotaProgress]) -> Iterator[LabelNeed]:
    gaps = {gap.key: gap for gap in possible_gaps(tools)}
    for tool in tools:
        cells = [
            {**_brief_of(gaps[one.quota.of]), "form": SINGLE.name, "count": one.missing}
            for one in quotas
            if one.quota.of in gaps and gaps[one.quota.of].tool == tool.name
        ]
        if cells:
            yield LabelNeed(tool.name, sum(cell["count"] for cell in cells), cells)


def _brief_of(gap: ArgumentGap) -> dict[str, Any]:
    """The part of a brief that closes a gap."""
    if gap.kind == GapKind.UNUSED_VALUE:
        return {"optional": [gap.argument], "values": {gap.argument: gap.value}}
    return {"optional": [gap.argument] if gap.kind == GapKind.NEVER_GIVEN else []}


def _cells(*forms: tuple[str, int]) -> Cells:
    return [{"form": form, "count": count} for form, count in forms if count]


def _spread(count: int, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """A number for each name, as equal as possible."""
    return ((name, part) for name, part in allocate(count, dict.fromkeys(names, 0)).items() if part)
