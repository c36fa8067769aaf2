"""The commands that propose records: variations by rule, and what Claude writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from validators.faults import Fault, WinnowError
from winnow import generated, terminal
from winnow.options import Json, progress_bar, workspace_of

if TYPE_CHECKING:
    from winnow.generate import Generated
    from winnow.order import Order

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
    count: Annotated[int | None, typer.Option(help="Variations in all; by default until families are full.")] = None,
    json: Json = False,
) -> None:
    """Vary train records by rule: slots, synonyms, contractions, frames and more. Needs no key."""
    made = workspace_of(context).generate_variations(labels=label, count=count, kinds=kind)
    if json:
        terminal.say_json(made.json())
        return
    generated.say_varied(made)
    terminal.say_next("winnow push review" if made.kept else "winnow coverage")


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
    json: Json = False,
) -> None:
    """Have Claude write queries of labels, spread over wordings, voices and situations."""
    _ask(
        context,
        json,
        patience=(not no_wait, poll),
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
    json: Json = False,
) -> None:
    """Have Claude write pairs that differ little and have different labels; a blind judge checks both."""
    _ask(
        context,
        json,
        patience=(not no_wait, poll),
        generator="contrasts",
        pairs=tuple(_pair(one) for one in pair),
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
    json: Json = False,
) -> None:
    """Have Claude write queries that no label is for, near the task and far from it."""
    _ask(
        context,
        json,
        patience=(not no_wait, poll),
        generator="negatives",
        count=count,
        until=until,
        judge=judge,
        budget=budget,
        batches=batch_api,
        again=again,
        dry_run=dry_run,
    )


def _pair(told: str) -> tuple[str, str]:
    first, comma, second = (part.strip() for part in told.partition(","))
    if not (comma and first and second and first != second):
        raise WinnowError(Fault("--pair", repr(told), "two labels, as A,B", "correct --pair"))
    return first, second


def _ask(context: typer.Context, json: bool, *, patience: tuple[bool, float], **told: Any) -> None:
    from generators.batches import Patience
    from winnow.order import Order

    order = Order(patience=Patience(*patience), **told)
    workspace = workspace_of(context)
    with progress_bar("answers", json) as progress:
        made = workspace.generate(order, note=terminal.note, progress=progress)
    if json:
        terminal.say_json(made.json())
    else:
        generated.say_generated(made)
        terminal.say_next(_next(made, order))
    if made.end == "budget":
        raise typer.Exit(STOPPED_AT_BUDGET)


def _next(made: Generated, order: Order) -> str:
    if made.end == "budget":
        return "the same command with a higher --budget goes on"
    if made.end == "waiting":
        return "the same command, later: it collects the results"
    if made.end == "estimated":
        return "the same command without --dry-run, with a --budget"
    return "winnow push review" if made.kept else "winnow coverage"
