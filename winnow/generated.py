"""What the generate commands show: what entered, what fell and why, and where the money stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.terminal import note, printable, say

if TYPE_CHECKING:
    from winnow.generate import Generated
    from winnow.vary import Varied

ENDS = {
    "budget": "stopped at the budget; what was received is kept, and nothing of it is asked again",
    "waiting": "batches are under way",
    "dry": "what still comes does not survive: other labels, another kind or new records would help",
    "known": "this was done before, and nothing was asked; --again asks once more",
}


LESS_DIVERSE = "{}: less various than what people wrote; look at them before more are made"


def say_generated(made: Generated) -> None:
    """What a run did."""
    added = made.added
    for line in added.notes:
        note(printable(line))
    if made.end == "estimated":
        return
    if made.end in ENDS:
        say(ENDS[made.end], style="yellow")
    say(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    if added.reasons:
        say("dropped because " + ", ".join(f"{reason} {count:,}" for reason, count in added.reasons.items()))
        say(f"which: {added.dropped_file}")
    if made.unanswered:
        say(f"{made.unanswered:,} questions were refused, cut off or given up", style="yellow")
    if made.suspects:
        say(f"{made.suspects:,} suspects: reviewers see them beside the sample")
    for label in made.less_diverse:
        say(LESS_DIVERSE.format(label), style="yellow")
    spent = made.spent
    say(f"run {made.run.id}: {made.kept:,} records so far, paid {usd(spent.paid)}" + _open(spent.lost, spent.reserved))


def say_varied(made: Varied) -> None:
    """What a run of rules did."""
    added = made.added
    if made.known:
        say("these seeds were varied so before; nothing changed", style="yellow")
    say(f"given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    if made.by_kind:
        say(f"of {made.seeds:,} seeds, by kind: " + _counted(made.by_kind))
        say("by label: " + _counted(made.by_label))
    if made.refused:
        say("refused by the rules: " + _counted(made.refused))
    if made.missing:
        say("short of what was asked for, families being full: " + _counted(made.missing), style="yellow")
    if made.suspects:
        say(f"{made.suspects:,} suspects: reviewers see them beside the sample")
    for label in made.less_diverse:
        say(LESS_DIVERSE.format(label), style="yellow")
    say(f"run {made.run.id}: {made.kept:,} records")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _open(lost: int, reserved: int) -> str:
    parts = [f"at most {usd(lost)} for answers that never came"] if lost else []
    parts += [f"{usd(reserved)} reserved for what is under way"] if reserved else []
    return "".join(f", {part}" for part in parts)


def usd(nano: int) -> str:
    """Nanodollars as people read them."""
    from generators.prices import usd as written

    return written(nano)


def run_in_words(run: Mapping[str, Any]) -> str:
    """A run of a generator in one line."""
    each = run["usd_per_accepted"]
    cost = "cost unknown" if run["usd"] is None else f"${run['usd']:.4f}"
    if isinstance(each, float):
        cost += f", ${each:.4f} an accepted record"
    lost = f", {run['lost']:,} answers lost" if run["lost"] else ""
    counts = f"{run['kept']:,} entered, {run['dropped']:,} dropped, {run['accepted']:,} accepted"
    return f"{run['run']} ({run['model']}): {counts}; {cost}{lost}" + ("" if run["ended_at"] else "; not ended")
