"""What compare measured: every run on the shared rows, then every pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.measure_format import ROWS_SHOWN, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table
from winnow.core.counted import agreeing, counted
from winnow.core.model_vocabulary import NoiseVerdict
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.evaluation.comparison_facts import ComparedPair, LabelNoise
    from winnow.training.evaluation.evaluation_facts import Latency


NOISE_SENTENCES = {
    NoiseVerdict.WITHIN: "label errors alone could explain this difference",
    NoiseVerdict.PERHAPS: "label errors alone could explain this difference at the upper end of their interval",
    NoiseVerdict.BEYOND: "larger than label errors alone could explain",
}


def print_comparison(comparison: Comparison) -> None:
    """Print every run on the shared rows, then every pair."""
    found = comparison.facts
    not_shared = ", ".join(f"{run} {count:,}" for run, count in found.left_out.items() if count)
    print_line(f"{found.rows:,} shared {found.split} rows" + (f"; not shared: {not_shared}" if not_shared else ""))
    rows = [
        (one.run, *share_cells(one.accuracy), share_cells(one.macro_f1)[0], _latency(one.latency)) for one in found.runs
    ]
    print_table(["run", "accuracy", "95 % interval", "macro-F1", "one query"], rows, right=[1, 3, 4])
    for one in found.runs:
        if one.goals:
            print_line()
            print_line(one.run)
            print_goals(one.goals)
    for pair in found.pairs:
        print_line()
        _print_pair(pair)
        if found.runs_seen > len(found.runs):
            chosen = f"if these two were chosen among them by their scores, p = {pair.p_if_chosen:.2g}"
            print_line(f"{counted(found.runs_seen, 'run')} of these releases were seen on {found.split}: {chosen}")


def _latency(latency: Latency | NotMeasured) -> str:
    return "not measured" if isinstance(latency, NotMeasured) else f"{1000 * latency.p50_seconds:.1f} ms"


def _print_pair(pair: ComparedPair) -> None:
    print_line(f"{pair.second} minus {pair.first}")
    rows = [
        (title, f"{one.difference:+.4f}", f"{one.low:+.4f} to {one.high:+.4f}")
        for title, one in (("accuracy", pair.accuracy), ("macro-F1", pair.macro_f1))
    ]
    print_table(["", "difference", "95 % interval"], rows, right=[1])
    verdict = "significant" if pair.differs else "not significant"
    counts = f"correct only in the first: {pair.only_first_right:,}, only in the second: {pair.only_second_right:,}"
    print_line(f"{counts}: {verdict} (McNemar, p = {pair.p_adjusted:.2g})")
    print_line(noise_sentence(pair.label_noise))
    for one in [label for label in pair.per_label if label.differs is True][:ROWS_SHOWN]:
        print_line(f"  {one.label}: recall {one.recall.difference:+.3f} on {counted(one.rows, 'row')}")


def noise_sentence(noise: LabelNoise | NotMeasured) -> str:
    """Whether label errors alone could explain the difference."""
    if isinstance(noise, NotMeasured):
        return f"label noise: not measured ({noise.why})"
    share = (
        f"{noise.wrong_labels:.1%} of {counted(noise.audited, 'audited label')} "
        f"{agreeing(noise.audited, 'was', 'were')} wrong"
    )
    upper = f"at most {noise.wrong_labels_high:.1%} with 95 % confidence"
    return f"label noise: {share}, {upper}: {NOISE_SENTENCES[noise.verdict]}"
