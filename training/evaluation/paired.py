"""Two models on the same rows: paired differences overall, by label and by confused pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.model_vocabulary import NoiseVerdict
from winnow.core.result import NotMeasured
from winnow.curation.review.label_accuracy_facts import NOT_AUDITED, LabelAccuracyFacts
from winnow.training.evaluation.comparison_facts import ComparedError, ComparedLabel, LabelNoise, PairedComparison
from winnow.training.evaluation.evaluation_facts import Latency
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.macro_f1 import macro_f1_difference
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm, mcnemar

MIN_DIFFERING_ROWS = 6
"""With fewer differing rows no result is significant: 2 / 2^6 is the first p-value below 0.05."""

TOO_FEW = NotMeasured(f"fewer than {MIN_DIFFERING_ROWS} differing rows")


def compare_paired(
    gold: Sequence[str], first: Sequence[str], second: Sequence[str], *, labels: Sequence[str], seed: int
) -> PairedComparison:
    """Compare the second model with the first; differences are second minus first, with 95 % intervals. Pure.

    `p_value` is from McNemar's exact test. The p-values of labels and of confused pairs are adjusted for their number
    (Holm).
    """
    one_right, other_right = ([g == p for g, p in zip(gold, own, strict=True)] for own in (first, second))
    counts = Counter(zip(one_right, other_right, strict=True))
    gained, lost = counts[False, True], counts[True, False]
    return PairedComparison(
        both_right=counts[True, True],
        only_first_right=lost,
        only_second_right=gained,
        both_wrong=counts[False, False],
        accuracy=paired_difference(gained, lost, len(gold)),
        macro_f1=macro_f1_difference(gold, first, second, labels, seed=seed),
        p_value=mcnemar(gained, lost),
        per_label=_by_label(gold, one_right, other_right, labels),
        per_confused_pair=_by_confused_pair(gold, first, second),
    )


def within_label_noise(difference: float, label_accuracy: LabelAccuracyFacts | None) -> LabelNoise | NotMeasured:
    """Whether wrong gold labels alone could explain a difference of accuracy.

    If a share w of the labels is wrong, a model that predicts them all as labeled scores up to w higher than one that
    predicts the true labels. `within`: the difference is at most the measured w; `perhaps`: at most the upper end of
    its interval; `beyond`: larger, so the better model is also better on correctly labeled rows. `label_accuracy` is
    from the manifest, None when the labels were not audited.
    """
    if label_accuracy is None:
        return NotMeasured(NOT_AUDITED)
    wrong, wrong_high = 1 - label_accuracy.accuracy, 1 - label_accuracy.interval[0]
    size = abs(difference)
    verdict = (
        NoiseVerdict.WITHIN if size <= wrong else NoiseVerdict.PERHAPS if size <= wrong_high else NoiseVerdict.BEYOND
    )
    return LabelNoise(wrong_labels=wrong, wrong_labels_high=wrong_high, audited=label_accuracy.audited, verdict=verdict)


def latency_ratio(first: Latency | NotMeasured, second: Latency | NotMeasured) -> float | NotMeasured:
    """Seconds per query of the second model divided by those of the first, measured on the same idle machine."""
    if isinstance(first, NotMeasured):
        return first
    if isinstance(second, NotMeasured):
        return second
    if first.node != second.node:
        return NotMeasured("the latencies were measured on different machines")
    if first.busy or second.busy:
        return NotMeasured("the machine was busy when the latencies were measured; measure them again")
    return second.p50_seconds / first.p50_seconds


@dataclass(frozen=True)
class _AdjustedTest:
    """A p-value adjusted for multiple testing, and whether it is significant."""

    p_adjusted: float | NotMeasured
    differs: bool | NotMeasured


def _by_label(
    gold: Sequence[str], first: Sequence[bool], second: Sequence[bool], labels: Sequence[str]
) -> list[ComparedLabel]:
    """Recall of every label that has rows, largest changes first."""
    counted: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for label, one, other in zip(gold, first, second, strict=True):
        counted[label][one, other] += 1
    shown = [label for label in labels if label in counted]
    gained, lost = ([counted[label][key] for label in shown] for key in ((False, True), (True, False)))
    p_values = [mcnemar(*counts) for counts in zip(gained, lost, strict=True)]
    adjusted = _adjust(p_values, [sum(counts) for counts in zip(gained, lost, strict=True)])
    found = [
        ComparedLabel(
            label=label,
            rows=counted[label].total(),
            only_first_right=lost[i],
            only_second_right=gained[i],
            recall=paired_difference(gained[i], lost[i], counted[label].total()),
            differing=gained[i] + lost[i],
            p_value=p_values[i],
            p_adjusted=adjusted[i].p_adjusted,
            differs=adjusted[i].differs,
        )
        for i, label in enumerate(shown)
    ]
    return sorted(found, key=lambda one: -abs(one.only_second_right - one.only_first_right))


def _by_confused_pair(gold: Sequence[str], first: Sequence[str], second: Sequence[str]) -> list[ComparedError]:
    """How often each model makes each error, largest changes first."""
    of_first, of_second, of_both = (Counter[tuple[str, str]]() for _ in range(3))
    for truth, one, other in zip(gold, first, second, strict=True):
        if one != truth:
            of_first[truth, one] += 1
        if other != truth:
            of_second[truth, other] += 1
        if one == other != truth:
            of_both[truth, one] += 1
    errors = sorted(of_first.keys() | of_second.keys())
    alone = [(of_first[error] - of_both[error], of_second[error] - of_both[error]) for error in errors]
    p_values = [mcnemar(*counts) for counts in alone]
    adjusted = _adjust(p_values, [sum(counts) for counts in alone])
    found = [
        ComparedError(
            gold=error[0],
            predicted=error[1],
            first=of_first[error],
            second=of_second[error],
            differing=sum(alone[i]),
            p_value=p_values[i],
            p_adjusted=adjusted[i].p_adjusted,
            differs=adjusted[i].differs,
        )
        for i, error in enumerate(errors)
    ]
    return sorted(found, key=lambda one: (-abs(one.second - one.first), one.gold, one.predicted))


def _adjust(p_values: Sequence[float], differing: Sequence[int]) -> list[_AdjustedTest]:
    """P-values adjusted for multiple testing.

    Entries with too few differing rows for any significant outcome are not tested (Tarone 1990, "A modified
    Bonferroni method for discrete data").
    """
    tested = [i for i, rows in enumerate(differing) if rows >= MIN_DIFFERING_ROWS]
    found = [_AdjustedTest(TOO_FEW, TOO_FEW) for _ in p_values]
    for i, p in zip(tested, holm([p_values[i] for i in tested]), strict=True):
        found[i] = _AdjustedTest(p, p < SIGNIFICANCE_LEVEL)
    return found
