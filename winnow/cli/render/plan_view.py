"""Prints how a plan was carried out: what each step was to give, what it gave, and what is still missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_table
from winnow.core.counted import counted
from winnow.core.model_vocabulary import GenerationEnd

if TYPE_CHECKING:
    from winnow.operations.generate_plan import CarriedStep, PlanResult

END_TEXTS = {
    "": "not started",
    GenerationEnd.DONE: "done",
    GenerationEnd.KNOWN: "nothing new",
    GenerationEnd.BUDGET: "stopped at the budget",
    GenerationEnd.WAITING: "batch jobs are pending",
    GenerationEnd.NO_YIELD: "the last rounds added nothing",
}

QUOTAS_SHOWN = 30


def render_plan(result: PlanResult, *, estimated: bool) -> None:
    """Print steps, then the quotas that are not filled."""
    if not result.steps and not result.missing:
        print_line("every quota of the plan is filled; nothing was generated")
        return
    if estimated and result.steps:
        rows = [(step.name, step.maker, f"{step.wanted:,}", _estimate(step)) for step in result.steps]
        print_table(["step", "by", "to give", "estimate"], rows, right=[2])
    elif result.steps:
        rows_given = [
            (step.name, step.maker, f"{step.wanted:,}", f"{step.added:,}", f"{step.wanted - step.added:,}", _end(step))
            for step in result.steps
        ]
        print_table(["step", "by", "to give", "gave", "missing", "end"], rows_given, right=[2, 3, 4])
    for step in result.steps:
        if step.problem:
            print_line(f"{step.name}: {step.problem}", style="yellow")
    if result.no_model:
        print_line(f"no model was asked: {result.no_model}", style="yellow")
    for quota in result.left_to_people:
        print_line(f"{quota}: no generator writes them; write {quota.count:,} by hand and add them", style="yellow")
    if not estimated:
        _print_missing(result)
        print_line(f"plan {result.plan}: ${result.usd:.4f} spent so far")


def next_step(result: PlanResult, *, estimated: bool) -> str:
    """What to do after a plan was carried out."""
    if estimated:
        return "the same command without --dry-run, with a --budget"
    if result.end == GenerationEnd.BUDGET:
        return "the same command with a higher --budget continues"
    if result.end == GenerationEnd.WAITING:
        return "the same command later, which collects the results"
    return "winnow push review"


def _print_missing(result: PlanResult) -> None:
    missing = result.missing
    if not missing:
        print_line("every quota of the plan is filled")
        return
    rows = [
        (one.quota.name, one.quota.of, f"{one.quota.count:,}", f"{one.added:,}", f"{one.missing:,}")
        for one in missing[:QUOTAS_SHOWN]
    ]
    print_line()
    print_table(["still missing", "of", "quota", "added", "missing"], rows, right=[2, 3, 4])
    if len(missing) > QUOTAS_SHOWN:
        print_line(f"and {counted(len(missing) - QUOTAS_SHOWN, 'more quota')}; --json has all")


def _estimate(step: CarriedStep) -> str:
    if step.end == GenerationEnd.ESTIMATED:
        return "cost unknown" if step.usd is None else f"${step.usd:.4f}"
    return _end(step)


def _end(step: CarriedStep) -> str:
    return "not possible" if step.problem else END_TEXTS.get(step.end, step.end)
