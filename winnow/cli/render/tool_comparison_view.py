"""What compare measured of runs that call tools: every run on the shared answers, then every pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.comparison_view import noise_sentence
from winnow.cli.render.measure_format import ROWS_SHOWN, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table
from winnow.core.counted import agreeing, counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.training.evaluation.tools.compare_tool_runs import ToolComparison
    from winnow.training.evaluation.tools.tool_comparison_facts import ComparedAnswers, ToolComparedPair


def print_tool_comparison(comparison: ToolComparison) -> None:
    """Print every run on the shared answers, then every pair."""
    found = comparison.facts
    not_shared = ", ".join(f"{run} {count:,}" for run, count in found.left_out.items() if count)
    shared = f"{found.answers:,} shared {found.split} answers in {counted(found.records, 'dialogue')}"
    print_line(shared + (f"; not shared: {not_shared}" if not_shared else ""))
    if found.changed:
        print_line(
            f"{counted(found.changed, 'shared answer')} "
            f"{agreeing(found.changed, 'is', 'are')} expected differently by the releases: not compared"
        )
    rows = [(one.run, *share_cells(one.accuracy), share_cells(one.selection)[0]) for one in found.runs]
    print_table(["run", "accuracy", "95 % interval", "selection"], rows, right=[1, 3])
    for one in found.runs:
        if one.goals:
            print_line()
            print_line(one.run)
            print_goals(one.goals)
    for pair in found.pairs:
        print_line()
        _print_pair(pair)


def _print_pair(pair: ToolComparedPair) -> None:
    print_line(f"{pair.second} minus {pair.first}")
    measured = [*pair.levels, pair.accuracy]
    rows = [
        (
            one.measure.replace("_", " "),
            f"{one.difference.difference:+.3f}",
            f"{one.difference.low:+.3f} to {one.difference.high:+.3f}",
            f"{one.better:,}",
            f"{one.worse:,}",
            _verdict(one),
        )
        for one in measured
    ]
    head = ["passes", "difference", "95 % interval", "dialogues better", "worse", "verdict"]
    print_table(head, rows, right=[1, 3, 4])
    print_line("p: exact sign test on dialogues, because the answers of one dialogue depend on each other")
    print_line(noise_sentence(pair.label_noise))
    for error in pair.errors[:ROWS_SHOWN]:
        print_line(
            f"  {error.error.replace('_', ' ')}: {error.first:,} → {error.second:,} "
            f"({error.fixed:,} fixed, {error.introduced:,} new)"
        )


def _verdict(one: ComparedAnswers) -> str:
    if isinstance(one.p_adjusted, NotMeasured):
        return one.p_adjusted.why
    return f"{'significant' if one.differs else 'not significant'} (p = {one.p_adjusted:.2g})"
