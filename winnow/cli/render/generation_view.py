"""Prints a generation run: what was added, what was dropped and why, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.cli.render.terminal import print_line, print_note, printable
from winnow.core.counted import agreeing, counted
from winnow.core.model_vocabulary import GenerationEnd

if TYPE_CHECKING:
    from winnow.operations.generate import GenerationResult
    from winnow.operations.generate_contrasts_by_rule import ContrastsByRule
    from winnow.operations.generate_variations import GeneratedVariations


END_MESSAGES = {
    GenerationEnd.BUDGET: "stopped at the budget; received responses are kept, and nothing is paid for twice",
    GenerationEnd.WAITING: "batch jobs are pending",
    GenerationEnd.NO_YIELD: "the last rounds added nothing; try other labels, another kind, or add records first",
    GenerationEnd.KNOWN: "an earlier run did the same, so nothing was sent; --rerun starts a new run",
}

LESS_DIVERSE_MESSAGE = "{}: less diverse than the records people wrote; check them before generating more"


def render_generation(result: GenerationResult) -> None:
    """Print the result of a run with a language model."""
    from winnow.generators.llm.prices import FREE, format_usd

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
        print_line(f"dropped rows: {added.dropped_file}")
    if result.unanswered:
        print_line(
            f"{counted(result.unanswered, 'request')} "
            f"{agreeing(result.unanswered, 'was', 'were')} refused, cut off or given up",
            style="yellow",
        )
    if result.suspected_errors:
        print_line(
            f"{counted(result.suspected_errors, 'suspected label error')}: reviewers see them in addition to the sample"
        )
    for label in result.less_diverse:
        print_line(LESS_DIVERSE_MESSAGE.format(label), style="yellow")
    spent = result.spent
    cost = FREE.as_of if result.free else f"paid {format_usd(spent.paid)}"
    costs = cost + _unsettled_costs(spent.lost, spent.reserved)
    print_line(f"run {result.run.id}: {counted(result.kept, 'record')} so far, {costs}")


def render_variations(result: GeneratedVariations) -> None:
    """Print the result of a run of rules."""
    added = result.added
    for left_out in result.left_out:
        print_note(printable(str(left_out)))
    if result.known:
        print_line("the same seeds were varied before; nothing changed", style="yellow")
    print_line(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    if result.by_kind:
        print_line(f"of {counted(result.seeds, 'seed')}, by kind: " + _counted(result.by_kind))
        print_line("by label: " + _counted(result.by_label))
    if result.refused:
        print_line("dropped by the rules: " + _counted(result.refused))
    if result.missing:
        print_line(
            "fewer than requested, because groups are full or no rule applies: " + _counted(result.missing),
            style="yellow",
        )
    if result.suspected_errors:
        print_line(
            f"{counted(result.suspected_errors, 'suspected label error')}: reviewers see them in addition to the sample"
        )
    for label in result.less_diverse:
        print_line(LESS_DIVERSE_MESSAGE.format(label), style="yellow")
    print_line(f"run {result.run.id}: {counted(result.kept, 'record')}")


def render_contrasts_by_rule(result: ContrastsByRule) -> None:
    """Print what each rule made of the seeds, and why it made nothing of the others."""
    added = result.added
    print_line(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    print_line(f"of {counted(result.seeds, 'seed')}, by rule:")
    for name, one in result.rules.items():
        state = "made before" if one.known else _counted(one.by_label) or "none"
        refused = f"; refused: {_counted(one.refused)}" if one.refused else ""
        print_line(f"{name}: {counted(one.kept, 'contrast')} ({state}){refused}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _unsettled_costs(lost: int, reserved: int) -> str:
    from winnow.generators.llm.prices import format_usd

    parts = [f"at most {format_usd(lost)} for responses that never arrived"] if lost else []
    parts += [f"{format_usd(reserved)} reserved for pending requests"] if reserved else []
    return "".join(f", {part}" for part in parts)


def run_line(run: Mapping[str, Any]) -> str:
    """A generation run in one line."""
    each = run["usd_per_accepted"]
    cost = "cost unknown" if run["usd"] is None else f"${run['usd']:.4f}"
    if run["usd"] == 0 and run["answers"]:
        cost = "free, local"
    elif isinstance(each, float):
        cost += f", ${each:.4f} per accepted record"
    lost = f", {counted(run['lost'], 'response')} lost" if run["lost"] else ""
    counts = f"{run['kept']:,} added, {run['dropped']:,} dropped, {run['accepted']:,} accepted"
    return f"{run['run']} ({run['model']}): {counts}; {cost}{lost}" + ("" if run["ended_at"] else "; unfinished")
