"""A dry run's estimate, and what a prompted run will cost on validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from winnow.cli.render import terminal

if TYPE_CHECKING:
    from winnow.training.encoder.dry_run import DryRunEstimate


def print_dry_run(estimate: DryRunEstimate, release: str, method: str, json: bool) -> None:
    """Print time and memory of the full training, estimated from its first steps."""
    if json:
        terminal.print_json(asdict(estimate))
        return
    whole = (
        f"{estimate.total_steps:,} steps in {estimate.seconds:,.0f} s, {estimate.seconds_per_epoch:,.1f} s per epoch"
    )
    terminal.print_line(f"dry run: {estimate.steps} steps, {estimate.seconds_per_step:.3f} s each; nothing was saved")
    terminal.print_line(f"full training: at most {whole}, at the current machine load")
    for name, count in estimate.peak_memory.items():
        size = f"{count / 2**20:,.0f} MiB" if isinstance(count, int) else count
        terminal.print_line(f"peak memory, {name.removesuffix('_bytes')}: {size}")
    terminal.print_next(f"winnow train {release} --method {method}")


def prompt_cost_line(facts: Mapping[str, Any]) -> str:
    """Expected requests and cost of evaluating a prompted run on validation."""
    tokens, expected = facts["prompt"], facts["estimate"]
    usd = expected["usd"]
    cost = f"about {usd:.4f} USD" if isinstance(usd, float) else "cost unknown: no price for this model"
    return (
        f"validation: {expected['texts']:,} texts in {expected['requests']:,} requests, each with a prompt of "
        f"{tokens['tokens']:,} tokens (counted {tokens['counted']}); {cost}"
    )
