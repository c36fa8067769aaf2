"""A dry run's estimate, and what a prompted run will cost on validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from winnow.cli.render import terminal

if TYPE_CHECKING:
    from winnow.training.encoder.dry_run import DryRunEstimate


def print_dry_run(estimate: DryRunEstimate, release: str, method: str, json: bool) -> None:
    """What a training would take, as it went in its first steps."""
    if json:
        terminal.print_json(asdict(estimate))
        return
    whole = f"{estimate.total_steps:,} steps in {estimate.seconds:,.0f} s, {estimate.seconds_per_epoch:,.1f} s an epoch"
    terminal.print_line(f"{estimate.steps} steps taken, {estimate.seconds_per_step:.3f} s each; nothing is kept")
    terminal.print_line(f"the whole: at most {whole}, on a machine as busy as now")
    for name, count in estimate.peak_memory.items():
        size = f"{count / 2**20:,.0f} MiB" if isinstance(count, int) else count
        terminal.print_line(f"peak memory, {name.removesuffix('_bytes')}: {size}")
    terminal.print_next(f"winnow train {release} --method {method}")


def prompt_cost_line(facts: Mapping[str, Any]) -> str:
    """What a run that asks Claude will take on validation."""
    tokens, foreseen = facts["prompt"], facts["estimate"]
    usd = foreseen["usd"]
    cost = f"about {usd:.4f} USD" if isinstance(usd, float) else "cost not known: the model has no price"
    return (
        f"validation: {foreseen['texts']:,} texts in {foreseen['requests']:,} requests, each with a prompt of "
        f"{tokens['tokens']:,} tokens (counted {tokens['counted']}); {cost}"
    )
