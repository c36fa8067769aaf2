"""Judge what a run lost on general instructions against a margin. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.forgetting.general_facts import GeneralCalls, GeneralQuestions, GeneralReferences, UnaskedCall
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.intervals import CONFIDENCE_Z, measured_proportion
from winnow.validators.stats.significance import mcnemar
from winnow.validators.stats.unit_means import paired_mean_difference

SEED = 0
"""The same scores give the same figures."""


def judge_questions(before: Sequence[bool], after: Sequence[bool], *, margin: float) -> GeneralQuestions | NotMeasured:
    """Compare the right answers of the base model and the run, in the same order."""
    if not before:
        return NotMeasured("the file has no questions with choices")
    lost = sum(one and not other for one, other in zip(before, after, strict=True))
    gained = sum(other and not one for one, other in zip(before, after, strict=True))
    change = paired_difference(gained, lost, len(before))
    return GeneralQuestions(
        before=measured_proportion(sum(before), len(before)),
        after=measured_proportion(sum(after), len(after)),
        change=change,
        p_value=mcnemar(gained, lost),
        lost=lost,
        gained=gained,
        verdict=verdict_of_change(change, margin=margin),
    )


def judge_references(
    before: Sequence[float], after: Sequence[float], *, margin: float
) -> GeneralReferences | NotMeasured:
    """Compare the probabilities of the reference answers, in the same order."""
    if not before:
        return NotMeasured("the file has no instructions with a reference answer")
    first, second = np.array(before), np.array(after)
    found = paired_mean_difference(first, second, seed=SEED)
    return GeneralReferences(
        before=float(first.mean()),
        after=float(second.mean()),
        change=found.difference,
        p_value=found.p_value,
        rows=len(first),
        verdict=verdict_of_change(found.difference, margin=margin),
    )


def judge_calls(calls: Sequence[UnaskedCall], answers: int, *, margin: float) -> GeneralCalls | NotMeasured:
    """Judge the share of answers that call a tool although none is offered."""
    if not answers:
        return NotMeasured("the file has no instructions to answer")
    share = measured_proportion(len(calls), answers)
    return GeneralCalls(share=share, calls=list(calls), verdict=verdict_of_share(share, margin=margin))


def verdict_of_share(share: Measured, *, margin: float) -> ForgettingVerdict:
    """The verdict on a share that should be zero: more than the margin, no more than it, or neither is shown."""
    if share.low > margin:
        return ForgettingVerdict.DEGRADES
    return ForgettingVerdict.NO_MEASURED_CHANGE if share.high <= margin else ForgettingVerdict.NOT_ENOUGH_EVIDENCE


def verdict_of_change(change: Difference, *, margin: float) -> ForgettingVerdict:
    """The verdict on a change, of which a loss is negative.

    `degrades`: the whole interval is a loss, and the loss is larger than the margin. `no measured change`: the whole
    interval is above a loss of the margin.
    """
    if change.high < 0 and change.difference < -margin:
        return ForgettingVerdict.DEGRADES
    return ForgettingVerdict.NO_MEASURED_CHANGE if change.low >= -margin else ForgettingVerdict.NOT_ENOUGH_EVIDENCE


def overall_verdict(verdicts: Sequence[ForgettingVerdict]) -> ForgettingVerdict:
    """The worst that is shown: one loss is enough, and the absence of losses has to be shown by all."""
    if ForgettingVerdict.DEGRADES in verdicts:
        return ForgettingVerdict.DEGRADES
    unchanged = set(verdicts) == {ForgettingVerdict.NO_MEASURED_CHANGE}
    return ForgettingVerdict.NO_MEASURED_CHANGE if unchanged else ForgettingVerdict.NOT_ENOUGH_EVIDENCE


def rows_needed(margin: float) -> int | None:
    """Rows of which none differs that show no loss beyond the margin; None for a margin of zero.

    The upper end of Wilson's interval of 0 of n rows, and of Tango's of no differing pair, is z² / (n + z²).
    """
    return math.ceil(CONFIDENCE_Z**2 * (1 - margin) / margin) if margin > 0 else None
