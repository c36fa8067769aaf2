"""Prints a generation run: what was added, what was dropped and why, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.cli.render.terminal import print_line, print_note, printable

if TYPE_CHECKING:
    from winnow.operations.generate import GenerationResult
    from winnow.operations.generate_variations import GeneratedVariations


END_MESSAGES = {
    "budget": "stopped at the budget; what was received is kept, and nothing of it is asked again",
    "waiting": "batches are under way",
    "no_yield": "what still comes does not survive: other labels, another kind or new records would help",
    "known": "this was done before, and nothing was asked; --again asks once more",
}


LESS_DIVERSE_MESSAGE = "{}: less various than what people wrote; look at them before more are made"


def render_generation(result: GenerationResult) -> None:
    """What a run did."""
    added = result.added
    for line in added.notes:
        print_note(printable(line))
    if result.end == "estimated":
        return
    if result.end in END_MESSAGES:
        print_line(END_MESSAGES[result.end], style="yellow")
    print_line(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    if added.reasons:
        print_line("dropped because " + ", ".join(f"{reason} {count:,}" for reason, count in added.reasons.items()))
        print_line(f"which: {added.dropped_file}")
    if result.unanswered:
        print_line(f"{result.unanswered:,} questions were refused, cut off or given up", style="yellow")
    if result.suspected_errors:
        print_line(f"{result.suspected_errors:,} suspects: reviewers see them beside the sample")
    for label in result.less_diverse:
        print_line(LESS_DIVERSE_MESSAGE.format(label), style="yellow")
    spent = result.spent
    print_line(
        f"run {result.run.id}: {result.kept:,} records so far, paid {_format_usd(spent.paid)}"
        + _unsettled_costs(spent.lost, spent.reserved)
    )


def render_variations(result: GeneratedVariations) -> None:
    """What a run of rules did."""
    added = result.added
    if result.known:
        print_line("these seeds were varied so before; nothing changed", style="yellow")
    print_line(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    if result.by_kind:
        print_line(f"of {result.seeds:,} seeds, by kind: " + _counted(result.by_kind))
        print_line("by label: " + _counted(result.by_label))
    if result.refused:
        print_line("refused by the rules: " + _counted(result.refused))
    if result.missing:
        print_line("short of what was asked for, groups being full: " + _counted(result.missing), style="yellow")
    if result.suspected_errors:
        print_line(f"{result.suspected_errors:,} suspects: reviewers see them beside the sample")
    for label in result.less_diverse:
        print_line(LESS_DIVERSE_MESSAGE.format(label), style="yellow")
    print_line(f"run {result.run.id}: {result.kept:,} records")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _unsettled_costs(lost: int, reserved: int) -> str:
    parts = [f"at most {_format_usd(lost)} for answers that never came"] if lost else []
    parts += [f"{_format_usd(reserved)} reserved for what is under way"] if reserved else []
    return "".join(f", {part}" for part in parts)


def _format_usd(nano: int) -> str:
    """Nanodollars as people read them."""
    from winnow.generators.llm.prices import format_usd as written

    return written(nano)


def run_line(run: Mapping[str, Any]) -> str:
    """A run of a generator in one line."""
    each = run["usd_per_accepted"]
    cost = "cost unknown" if run["usd"] is None else f"${run['usd']:.4f}"
    if isinstance(each, float):
        cost += f", ${each:.4f} an accepted record"
    lost = f", {run['lost']:,} answers lost" if run["lost"] else ""
    counts = f"{run['kept']:,} entered, {run['dropped']:,} dropped, {run['accepted']:,} accepted"
    return f"{run['run']} ({run['model']}): {counts}; {cost}{lost}" + ("" if run["ended_at"] else "; not ended")
