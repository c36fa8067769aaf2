"""winnow generate --plan FILE: carry out a plan, by rules first and by a model next."""

from __future__ import annotations

from pathlib import Path

import typer

from winnow.cli.params import progress_bar, workspace_of
from winnow.cli.render import plan_view, terminal
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import GenerationEnd

STOPPED_AT_BUDGET = 4


def carry_out_plan(
    context: typer.Context,
    plan: Path | None,
    budget: float | None,
    *,
    dry_run: bool,
    batches: bool,
    polling: tuple[bool, float],
    json: bool,
) -> None:
    """Run the group `generate` itself: with a plan and no generator, carry out the plan."""
    if context.invoked_subcommand is not None:
        given = plan is not None or budget is not None or dry_run or batches or json or not polling[0]
        _refuse_options(context, given)
        return
    if plan is None:
        fix = f"`{command('coverage')}` writes a plan"
        raise WinnowError(Problem(Parameter("plan"), "no generator and no plan", "one of them", fix))
    from winnow.generators.generation_request import GenerationRequest
    from winnow.generators.llm.batch_jobs import BatchPolling
    from winnow.operations.generate_plan import generate_plan

    request = GenerationRequest("plan", budget=budget, batches=batches, polling=BatchPolling(*polling), dry_run=dry_run)
    with progress_bar("responses", json) as progress:
        result = generate_plan(workspace_of(context), plan, request, note=terminal.print_note, progress=progress)
    if json:
        terminal.print_json(result.json())
    else:
        plan_view.render_plan(result, estimated=dry_run)
        terminal.print_next(plan_view.next_step(result, estimated=dry_run))
    if result.end == GenerationEnd.BUDGET:
        raise typer.Exit(STOPPED_AT_BUDGET)


def _refuse_options(context: typer.Context, given: bool) -> None:
    """Options before a generator would have no effect."""
    if given:
        fix = f"begin with `{command(f'generate {context.invoked_subcommand}')}`"
        raise WinnowError(Problem("generate", "options before the name of a generator", "options after it", fix))
