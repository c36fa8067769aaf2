"""What compare measured: every run on the shared rows, then every pair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.cli.render.measure_format import ROWS_SHOWN, format_share, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table

if TYPE_CHECKING:
    from winnow.training.evaluation.compare import Comparison


def print_comparison(comparison: Comparison) -> None:
    """Print every run on the shared rows, then every pair."""
    found = comparison.measures
    not_shared = ", ".join(f"{run} {count:,}" for run, count in found["left_out"].items() if count)
    print_line(
        f"{found['rows']:,} shared {found['split']} rows" + (f"; not shared: {not_shared}" if not_shared else "")
    )
    rows = [
        (one["run"], *share_cells(one["accuracy"]), format_share(one["macro_f1"]["value"]), _latency(one["latency"]))
        for one in found["runs"]
    ]
    print_table(["run", "accuracy", "95 % interval", "macro-F1", "one query"], rows, right=[1, 3, 4])
    for one in found["runs"]:
        if one["goals"]:
            print_line()
            print_line(one["run"])
            print_goals(one["goals"])
    for pair in found["pairs"]:
        print_line()
        _print_pair(pair)


def _latency(latency: Mapping[str, Any]) -> str:
    return f"{1000 * latency['p50_seconds']:.1f} ms" if "p50_seconds" in latency else "not measured"


def _print_pair(pair: Mapping[str, Any]) -> None:
    print_line(f"{pair['second']} minus {pair['first']}")
    names = [("accuracy", "accuracy"), ("macro_f1", "macro-F1")]
    rows = [
        (title, f"{pair[key]['difference']:+.4f}", f"{pair[key]['low']:+.4f} to {pair[key]['high']:+.4f}")
        for key, title in names
    ]
    print_table(["", "difference", "95 % interval"], rows, right=[1])
    verdict = "significant" if pair["differs"] else "not significant"
    counts = f"correct only in the first: {pair['only_first_right']:,}, only in the second: "
    print_line(f"{counts}{pair['only_second_right']:,}: {verdict} (McNemar, p = {pair['p_adjusted']:.2g})")
    print_line(noise_sentence(pair["label_noise"]))
    changed = [one for one in pair["per_label"] if one["differs"] is True][:ROWS_SHOWN]
    for one in changed:
        print_line(f"  {one['label']}: recall {one['recall']['difference']:+.3f} on {one['rows']:,} rows")


def noise_sentence(noise: Mapping[str, Any]) -> str:
    """Whether label errors alone could explain the difference."""
    if "verdict" not in noise:
        return f"label noise: not measured ({noise['why']})"
    share = f"{noise['wrong_labels']:.1%} of {noise['audited']:,} audited labels were wrong"
    upper = f"at most {noise['wrong_labels_high']:.1%} with 95 % confidence"
    sentences = {
        "within": "label errors alone could explain this difference",
        "perhaps": "label errors alone could explain this difference at the upper end of their interval",
        "beyond": "larger than label errors alone could explain",
    }
    return f"label noise: {share}, {upper}: {sentences[noise['verdict']]}"
