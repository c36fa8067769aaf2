"""Two models on the same rows: paired differences overall, by label and by confused pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.macro_f1 import macro_f1_difference
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm, mcnemar

MIN_DIFFERING_ROWS = 6
"""With fewer differing rows no result is significant: 2 / 2^6 is the first p-value below 0.05."""

TOO_FEW = NotMeasured(f"fewer than {MIN_DIFFERING_ROWS} differing rows").json()

NOISE_UNKNOWN = f"the labels of the release were not audited; run {command('push audit')}"


def compare_paired(
    gold: Sequence[str], first: Sequence[str], second: Sequence[str], *, labels: Sequence[str], seed: int
) -> dict[str, Any]:
    """Compare the second model with the first; differences are second minus first, with 95 % intervals. Pure.

    `p_value` is from McNemar's exact test. The p-values of labels and of confused pairs are adjusted for their number
    (Holm).
    """
    one_right, other_right = ([g == p for g, p in zip(gold, own, strict=True)] for own in (first, second))
    counts = Counter(zip(one_right, other_right, strict=True))
    gained, lost = counts[False, True], counts[True, False]
    return {
        "both_right": counts[True, True],
        "only_first_right": lost,
        "only_second_right": gained,
        "both_wrong": counts[False, False],
        "accuracy": paired_difference(gained, lost, len(gold)).json(),
        "macro_f1": macro_f1_difference(gold, first, second, labels, seed=seed).json(),
        "p_value": mcnemar(gained, lost),
        "per_label": _by_label(gold, one_right, other_right, labels),
        "per_confused_pair": _by_confused_pair(gold, first, second),
    }


def within_label_noise(accuracy: Mapping[str, float], label_accuracy: LabelAccuracyFacts | None) -> dict[str, Any]:
    """Whether wrong gold labels alone could explain a difference of accuracy.

    If a share w of the labels is wrong, a model that predicts them all as labeled scores up to w higher than one that
    predicts the true labels. `within`: the difference is at most the measured w; `perhaps`: at most the upper end of
    its interval; `beyond`: larger, so the better model is also better on correctly labeled rows. `label_accuracy` is
    from the manifest, None when the labels were not audited.
    """
    if label_accuracy is None:
        return NotMeasured(NOISE_UNKNOWN).json()
    wrong, wrong_high = 1 - label_accuracy.accuracy, 1 - label_accuracy.interval[0]
    size = abs(accuracy["difference"])
    verdict = "within" if size <= wrong else "perhaps" if size <= wrong_high else "beyond"
    return {
        "wrong_labels": wrong,
        "wrong_labels_high": wrong_high,
        "audited": label_accuracy.audited,
        "verdict": verdict,
    }


def latency_ratio(first: Mapping[str, Any], second: Mapping[str, Any]) -> Any:
    """Seconds per query of the second model divided by those of the first, measured on the same idle machine."""
    for one in (first, second):
        if "p50_seconds" not in one:
            return dict(one)
    if first["node"] != second["node"]:
        return NotMeasured("the latencies were measured on different machines").json()
    if first["busy"] or second["busy"]:
        return NotMeasured("the machine was busy when the latencies were measured; measure them again").json()
    return second["p50_seconds"] / first["p50_seconds"]


def _by_label(
    gold: Sequence[str], first: Sequence[bool], second: Sequence[bool], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Recall of every label that has rows, largest changes first."""
    counted: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for label, one, other in zip(gold, first, second, strict=True):
        counted[label][one, other] += 1
    found = []
    for label in labels:
        counts = counted.get(label)
        if counts is None:
            continue
        gained, lost, rows = counts[False, True], counts[True, False], counts.total()
        found.append(
            {
                "label": label,
                "rows": rows,
                "only_first_right": lost,
                "only_second_right": gained,
                "recall": paired_difference(gained, lost, rows).json(),
                "differing": gained + lost,
                "p_value": mcnemar(gained, lost),
            }
        )
    return sorted(
        _with_adjusted_p_values(found), key=lambda one: -abs(one["only_second_right"] - one["only_first_right"])
    )


def _by_confused_pair(gold: Sequence[str], first: Sequence[str], second: Sequence[str]) -> list[dict[str, Any]]:
    """How often each model makes each error, largest changes first."""
    counts: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in ("first", "second", "both")}
    for truth, one, other in zip(gold, first, second, strict=True):
        if one != truth:
            counts["first"][truth, one] += 1
        if other != truth:
            counts["second"][truth, other] += 1
        if one == other != truth:
            counts["both"][truth, one] += 1
    found = []
    for truth, predicted in sorted(counts["first"].keys() | counts["second"].keys()):
        before, after, both = (counts[name][truth, predicted] for name in ("first", "second", "both"))
        counted = {"first": before, "second": after, "differing": before + after - 2 * both}
        p_value = mcnemar(before - both, after - both)
        found.append({"gold": truth, "predicted": predicted, **counted, "p_value": p_value})
    return sorted(
        _with_adjusted_p_values(found),
        key=lambda one: (-abs(one["second"] - one["first"]), one["gold"], one["predicted"]),
    )


def _with_adjusted_p_values(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add p-values adjusted for multiple testing.

    Entries with too few differing rows for any significant outcome are not tested (Tarone 1990, "A modified
    Bonferroni method for discrete data").
    """
    tested = [one for one in found if one["differing"] >= MIN_DIFFERING_ROWS]
    for one, p in zip(tested, holm([one["p_value"] for one in tested]), strict=True):
        one |= {"p_adjusted": p, "differs": p < SIGNIFICANCE_LEVEL}
    return [{"p_adjusted": TOO_FEW, "differs": TOO_FEW} | one for one in found]
