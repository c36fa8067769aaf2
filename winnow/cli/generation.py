"""winnow generate variations|examples|dialogues|contrasts|negatives, and winnow generate --plan FILE."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import JsonOption, choice, progress_bar, workspace_of
from winnow.cli.planned_generation import carry_out_plan
from winnow.cli.render import generation_view, terminal
from winnow.core.errors import Parameter, Problem, ServiceError, WinnowError
from winnow.core.model_vocabulary import EXAMPLE_KINDS, ContrastSource, GenerationEnd, GeneratorName
from winnow.generators.dialogue_rules import DIALOGUE_RULES
from winnow.generators.dialogue_variations import VALUES
from winnow.generators.variations.variation_kinds import KINDS
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS

if TYPE_CHECKING:
    from winnow.generators.generation_request import GenerationRequest
    from winnow.operations.generate import GenerationResult


generate = typer.Typer(
    help="Generate new records, by rule or with a language model. All of them go to review.", no_args_is_help=True
)


STOPPED_AT_BUDGET = 4

LabelOption = Annotated[list[str], typer.Option("--label", help="Generate for this label; can be repeated.")]

CountOption = Annotated[
    int | None, typer.Option(help="Total number of queries or dialogues to request; default: what is missing.")
]

UntilOption = Annotated[int | None, typer.Option(help="Stop after N accepted candidates or at the budget.")]

BudgetOption = Annotated[float | None, typer.Option(help="Hard spending limit for this run, in USD.")]

PlanOption = Annotated[Path | None, typer.Option(help="A plan written by winnow coverage or winnow feedback.")]

BatchOption = Annotated[
    bool, typer.Option("--batch-api", help="Use the Message Batches API: half the price, results within a day.")
]

NoWaitOption = Annotated[bool, typer.Option("--no-wait", help="With --batch-api: do not wait for the results.")]

PollOption = Annotated[float, typer.Option(min=0.1, help="With --batch-api: seconds between two polls.")]

JudgeOption = Annotated[
    bool, typer.Option("--judge", help="Label every candidate blind with a judge model; disagreements go to review.")
]

RerunOption = Annotated[bool, typer.Option("--rerun", help="Start a new run even if an identical one is complete.")]

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Estimate the cost without generating anything.")]

POLL_SECONDS = 20.0


@generate.callback(invoke_without_command=True)
def plan_options(
    context: typer.Context,
    plan: PlanOption = None,
    budget: Annotated[float | None, typer.Option(help="Hard spending limit for the whole plan, in USD.")] = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll_seconds: PollOption = POLL_SECONDS,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Generate new records, by rule or with a language model. All of them go to review.

    With --plan and no generator: carry out a plan, by rules first and by a model next, within one budget.
    """
    polling = (not no_wait, poll_seconds)
    carry_out_plan(context, plan, budget, dry_run=dry_run, batches=batch_api, polling=polling, json=json)


@generate.command()
def variations(
    context: typer.Context,
    label: LabelOption = [],  # noqa: B006
    kind: Annotated[list[str], choice((*KINDS, VALUES), "Use this kind of variation; can be repeated.")] = [],  # noqa: B006
    count: Annotated[
        int | None, typer.Option(help="Total number of variations; default: until groups are full.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Vary train records by rule: slots, synonyms, contractions, frames and more. Needs no API key."""
    from winnow.operations.generate_variations import generate_variations

    result = generate_variations(workspace_of(context), labels=label, count=count, kinds=kind)
    if json:
        terminal.print_json(result.json())
        return
    generation_view.render_variations(result)
    terminal.print_next("winnow push review" if result.kept else "winnow coverage")


@generate.command()
def examples(
    context: typer.Context,
    label: LabelOption = [],  # noqa: B006  (Typer copies it)
    kind: Annotated[str, choice(EXAMPLE_KINDS, "What the queries are for.")] = GeneratorName.EXAMPLES,
    count: CountOption = None,
    until: UntilOption = None,
    plan: PlanOption = None,
    judge: JudgeOption = False,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll_seconds: PollOption = POLL_SECONDS,
    rerun: RerunOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have a language model write queries for labels, in diverse wordings, personas and situations."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll_seconds),
        generator="examples",
        labels=tuple(label),
        kind=kind,
        count=count,
        until=until,
        plan=plan,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=rerun,
        dry_run=dry_run,
    )


@generate.command()
def dialogues(
    context: typer.Context,
    tool: Annotated[
        list[str],
        typer.Option(
            "--tool", help="Write dialogues that call this tool; with --behavior: that are about it. Can be repeated."
        ),
    ] = [],  # noqa: B006
    behavior: Annotated[
        list[str], choice(NO_CALL_KINDS, "Write dialogues of this behavior, without a call; can be repeated.")
    ] = [],  # noqa: B006
    count: CountOption = None,
    until: UntilOption = None,
    plan: PlanOption = None,
    judge: JudgeOption = False,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll_seconds: PollOption = POLL_SECONDS,
    rerun: RerunOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have a language model write dialogues that call tools, ask, answer directly, or say that no tool serves."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll_seconds),
        generator=GeneratorName.DIALOGUES.value,
        tools=tuple(tool),
        behaviors=tuple(behavior),
        count=count,
        until=until,
        plan=plan,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=rerun,
        dry_run=dry_run,
    )


@generate.command()
def contrasts(
    context: typer.Context,
    pair: Annotated[
        list[str], typer.Option("--pair", help="Two labels, as A,B; default: the confusable pairs. Can be repeated.")
    ] = [],  # noqa: B006
    by: Annotated[
        str, choice(ContrastSource, "Who makes them: a language model, or rules, which are for dialogues.")
    ] = ContrastSource.MODEL,
    rule: Annotated[list[str], choice(DIALOGUE_RULES, "With --by rules: use this rule; can be repeated.")] = [],  # noqa: B006
    count: Annotated[
        int | None,
        typer.Option(
            help="Total number of pairs to request, or of contrasts by rule; default: what is missing, or by rule "
            "until groups are full."
        ),
    ] = None,
    until: UntilOption = None,
    plan: PlanOption = None,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll_seconds: PollOption = POLL_SECONDS,
    rerun: RerunOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Make similar pairs with different labels: a model writes them and a blind judge checks both sides, or by rule."""
    if by == ContrastSource.RULES:
        given = {"pair": pair, "until": until, "plan": plan, "budget": budget, "batch_api": batch_api}
        given |= {"no_wait": no_wait, "rerun": rerun, "dry_run": dry_run}
        _contrasts_by_rule(context, rule, count, given, json)
        return
    if rule:
        raise WinnowError(Problem(Parameter("rule"), ", ".join(rule), "only with --by rules", "add --by rules"))
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll_seconds),
        generator="contrasts",
        pairs=tuple(_parse_pair(one) for one in pair),
        count=count,
        until=until,
        plan=plan,
        budget=budget,
        batches=batch_api,
        again=rerun,
        dry_run=dry_run,
    )


@generate.command()
def negatives(
    context: typer.Context,
    count: CountOption = None,
    until: UntilOption = None,
    judge: JudgeOption = False,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll_seconds: PollOption = POLL_SECONDS,
    rerun: RerunOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have a language model write out-of-scope queries, close to the task and far from it."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll_seconds),
        generator="negatives",
        count=count,
        until=until,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=rerun,
        dry_run=dry_run,
    )


def _contrasts_by_rule(
    context: typer.Context, rules: list[str], count: int | None, given: Mapping[str, Any], json: bool
) -> None:
    """Make contrasts by rule. Raises WinnowError for what only a model uses."""
    from winnow.operations.generate_contrasts_by_rule import generate_contrasts_by_rule

    unused = [
        Problem(Parameter(name), "contrasts by rule do not have it", fix="leave it out")
        for name in given
        if given[name]
    ]
    if unused:
        raise WinnowError(unused)
    result = generate_contrasts_by_rule(workspace_of(context), rules=rules, count=count)
    if json:
        terminal.print_json(result.json())
        return
    generation_view.render_contrasts_by_rule(result)
    terminal.print_next("winnow push review" if result.kept else "winnow coverage")


def _parse_pair(text: str) -> tuple[str, str]:
    first, comma, second = (part.strip() for part in text.partition(","))
    if not (comma and first and second and first != second):
        raise WinnowError(Problem(Parameter("pair"), repr(text), "two labels, as A,B"))
    return first, second


def _run_generator(context: typer.Context, json: bool, *, polling: tuple[bool, float], **options: Any) -> None:
    from winnow.generators.generation_request import GenerationRequest
    from winnow.generators.llm.batch_jobs import BatchPolling
    from winnow.operations import generate as operation

    request = GenerationRequest(polling=BatchPolling(*polling), **options)
    with progress_bar("responses", json) as progress:
        result = operation.generate(workspace_of(context), request, note=terminal.print_note, progress=progress)
    if json:
        terminal.print_json(result.json())
    else:
        generation_view.render_generation(result)
        terminal.print_next(_next_step(result, request))
    if result.end == GenerationEnd.BUDGET:
        raise typer.Exit(STOPPED_AT_BUDGET)
    if result.only_unanswered:
        raise typer.Exit(ServiceError.exit_code)


def _next_step(result: GenerationResult, request: GenerationRequest) -> str:
    if result.end == GenerationEnd.BUDGET:
        return "the same command with a higher --budget continues"
    if result.end == GenerationEnd.WAITING:
        return "the same command later, which collects the results"
    if result.end == GenerationEnd.ESTIMATED:
        return "the same command without --dry-run, with a --budget"
    if result.only_unanswered:
        return "the same command with --rerun, once the model answers: no response could be used"
    return "winnow push review" if result.kept else "winnow coverage"
