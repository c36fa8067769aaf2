"""winnow generate variations|examples|contrasts|negatives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_of
from winnow.cli.render import generation, terminal
from winnow.core.errors import Problem, WinnowError

if TYPE_CHECKING:
    from winnow.generators.generation_request import GenerationRequest
    from winnow.operations.generate import GenerationResult


generate = typer.Typer(
    help="Propose new records: by rule, or written by Claude. People review them all.", no_args_is_help=True
)


STOPPED_AT_BUDGET = 4


LabelOption = Annotated[list[str], typer.Option("--label", help="For this label; may be said again.")]


CountOption = Annotated[int | None, typer.Option(help="Queries to ask for in all; by default what is missing.")]


UntilOption = Annotated[int | None, typer.Option(help="Go on until so many survived, or the budget ends.")]


BudgetOption = Annotated[float | None, typer.Option(help="USD that this run may cost, whatever happens.")]


PlanOption = Annotated[Path | None, typer.Option(help="A plan of winnow coverage or winnow feedback.")]


BatchOption = Annotated[bool, typer.Option("--batch-api", help="Message Batches: half the price, within a day.")]


NoWaitOption = Annotated[bool, typer.Option("--no-wait", help="With --batch-api: end when it is submitted.")]


PollOption = Annotated[float, typer.Option(min=0.1, help="With --batch-api: seconds between two looks.")]


JudgeOption = Annotated[bool, typer.Option("--judge", help="Have a judge label all blind; who differs is suspected.")]


AgainOption = Annotated[bool, typer.Option("--again", help="Ask once more what a run has done already.")]


DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and ask nothing.")]


POLL_SECONDS = 20.0


@generate.command()
def variations(
    context: typer.Context,
    label: LabelOption = [],  # noqa: B006
    kind: Annotated[list[str], typer.Option("--kind", help="By this kind of change; may be said again.")] = [],  # noqa: B006
    count: Annotated[int | None, typer.Option(help="Variations in all; by default until groups are full.")] = None,
    json: JsonOption = False,
) -> None:
    """Vary train records by rule: slots, synonyms, contractions, frames and more. Needs no key."""
    result = workspace_of(context).generate_variations(labels=label, count=count, kinds=kind)
    if json:
        terminal.print_json(result.json())
        return
    generation.render_variations(result)
    terminal.print_next("winnow push review" if result.kept else "winnow coverage")


@generate.command()
def examples(
    context: typer.Context,
    label: LabelOption = [],  # noqa: B006  (Typer copies it)
    kind: Annotated[str, typer.Option(help="examples, ambiguous, domain or fixes.")] = "examples",
    count: CountOption = None,
    until: UntilOption = None,
    plan: PlanOption = None,
    judge: JudgeOption = False,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll: PollOption = POLL_SECONDS,
    again: AgainOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have Claude write queries of labels, spread over wordings, voices and situations."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll),
        generator="examples",
        labels=tuple(label),
        kind=kind,
        count=count,
        until=until,
        plan=plan,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=again,
        dry_run=dry_run,
    )


@generate.command()
def contrasts(
    context: typer.Context,
    pair: Annotated[list[str], typer.Option("--pair", help="Two labels, A,B; by default the confusable ones.")] = [],  # noqa: B006
    count: CountOption = None,
    until: UntilOption = None,
    plan: PlanOption = None,
    budget: BudgetOption = None,
    batch_api: BatchOption = False,
    no_wait: NoWaitOption = False,
    poll: PollOption = POLL_SECONDS,
    again: AgainOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have Claude write pairs that differ little and have different labels; a blind judge checks both."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll),
        generator="contrasts",
        pairs=tuple(_parse_pair(one) for one in pair),
        count=count,
        until=until,
        plan=plan,
        budget=budget,
        batches=batch_api,
        again=again,
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
    poll: PollOption = POLL_SECONDS,
    again: AgainOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Have Claude write queries that no label is for, near the task and far from it."""
    _run_generator(
        context,
        json,
        polling=(not no_wait, poll),
        generator="negatives",
        count=count,
        until=until,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=again,
        dry_run=dry_run,
    )


def _parse_pair(options: str) -> tuple[str, str]:
    first, comma, second = (part.strip() for part in options.partition(","))
    if not (comma and first and second and first != second):
        raise WinnowError(Problem("--pair", repr(options), "two labels, as A,B", "correct --pair"))
    return first, second


def _run_generator(context: typer.Context, json: bool, *, polling: tuple[bool, float], **options: Any) -> None:
    from winnow.generators.generation_request import GenerationRequest
    from winnow.generators.llm.batch_jobs import BatchPolling

    request = GenerationRequest(polling=BatchPolling(*polling), **options)
    workspace = workspace_of(context)
    with progress_bar("answers", json) as progress:
        result = workspace.generate(request, note=terminal.print_note, progress=progress)
    if json:
        terminal.print_json(result.json())
    else:
        generation.render_generation(result)
        terminal.print_next(_next_step(result, request))
    if result.end == "budget":
        raise typer.Exit(STOPPED_AT_BUDGET)


def _next_step(result: GenerationResult, request: GenerationRequest) -> str:
    if result.end == "budget":
        return "the same command with a higher --budget goes on"
    if result.end == "waiting":
        return "the same command, later: it collects the results"
    if result.end == "estimated":
        return "the same command without --dry-run, with a --budget"
    return "winnow push review" if result.kept else "winnow coverage"
