"""Acceptance sampling: a lot is decided by at most four looks at a random sample of it (design rule 5).

The error level holds under three conditions that only the caller can ensure:

- The order of the sample is drawn at random once, before the first answer, and never drawn again.
- Answers are passed in that order, up to the first row without one. A skipped row ends them, because the rows that
  people skip differ from the others. Suspected errors that were read in addition to the sample are excluded.
- The settings and the rows of the lot do not change. A lot from which rows are removed because of what was read is a
  different lot, and the answers so far do not decide it; its unread rows may start over as a lot of their own.

It does not matter when people check the results. Each look counts only the answers up to its sample size, so checking
between two looks gives no verdict, and the first look that decides is final, however many rows were read since. Only
reviewing the lot in full replaces it: then there is nothing left to infer. Each look tests each side at a quarter of
1 - confidence, so by Bonferroni's inequality the probability that the four looks together accept a lot above the
maximum, or refuse one within the target, is at most 1 - confidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from winnow.core.counted import counted
from winnow.core.vocabulary import LotVerdict

LOOKS = (0.15, 0.25, 0.40, 0.65)
"""Shares of the lot at which its sample is evaluated. The setting `review.share` replaces the first."""

MIN_SAMPLE = 20
"""Minimum sample size in rows. A lot of at most this size is reviewed in full."""

FIXED_LOOKS = (1, 2, 4, 8)
"""Sample sizes of lots with fixed looks, as multiples of the first: precision depends on them, not on shares."""

MIN_DEFECTS = 2
"""Minimum number of defects for a label to be reviewed in full: a single one may be chance."""


@dataclass(frozen=True)
class LotEvidence:
    """The evidence from one look at a lot. All rates are shares, 0 to 1.

    The bounds are exact one-sided upper confidence limits at `level`. At a quarter of 1 - confidence they hold at all
    looks simultaneously, hence also at the one that happened to decide. With the usual 0.95 this statement is valid:
    "Of lots reviewed in this way, at least 95 in 100 have no more defects than the bound, whatever their true rate."
    It applies to all lots that are reviewed, not only to the accepted ones.
    """

    read: int
    """Rows counted: those up to the look, without rows read since."""
    defects: int
    """Defects among them."""
    p_above: float
    """Probability of at most this many defects if the lot had the smallest number above the maximum."""
    p_within: float
    """Probability of at least this many defects if the lot had the largest number within the target."""
    lot_rate_upper: float
    """Upper bound of the share of defects in the entire lot, before any correction."""
    rest_rate_upper: float
    """Upper bound of the share of defects among the rows not counted; 0 when there are none."""


@dataclass(frozen=True)
class LotDecision:
    """What to do with a lot, and the evidence from the look that this is based on."""

    verdict: LotVerdict
    """`next_look`: `more` rows are to be read until the next look; `accepted`; `refused`; `full_review`: no look is
    left, so the remaining rows are to be read; `fully_reviewed`: every row is decided individually, correct rows stay
    and wrong ones are removed."""
    look: int
    """Looks so far, 0 to 4; for an accepted or refused lot, the one that decided."""
    more: int
    """Rows to read until the next verdict; 0 when the verdict is final."""
    evidence: LotEvidence


def decide_lot(
    lot_size: int,
    defective: Sequence[bool],
    *,
    share: float,
    target: float,
    maximum: float,
    confidence: float,
    first_look: int | None = None,
) -> LotDecision:
    """Decide a lot from the rows read, in the order of the sample, True for a defect.

    The conditions in the module docstring apply. Accepted when the observed rate is at most the target and "above the
    maximum" is rejected; refused when "within the target" is rejected. A lot that is neither after its last look is
    reviewed in full; where `first_look` made its looks smaller, it is refused: nobody reads a million rows. That raises
    the share of refused lots near the target, and never accepts one. Raises ValueError when more rows are read than the
    lot has, or when the target is above the maximum.
    """
    read = len(defective)
    if not read <= lot_size or lot_size < 1:
        raise ValueError(f"{counted(read, 'row')} read of a lot of {counted(lot_size, 'row')}")
    if target > maximum:
        raise ValueError(f"the target {target} is above the maximum {maximum}")
    level = (1 - confidence) / len(LOOKS)
    sizes = look_sizes(lot_size, share=share, first_look=first_look)
    reached = [size for size in sizes if size <= read]

    def weigh(counted: int) -> LotEvidence:
        return lot_evidence(lot_size, counted, sum(defective[:counted]), target=target, maximum=maximum, level=level)

    if read == lot_size:
        return LotDecision(LotVerdict.FULLY_REVIEWED, len(sizes), 0, weigh(read))
    seen = weigh(0)
    for look, size in enumerate(reached, start=1):
        seen = weigh(size)
        if seen.defects / size <= target and seen.p_above <= level:
            return LotDecision(LotVerdict.ACCEPTED, look, 0, seen)
        if seen.p_within <= level:
            return LotDecision(LotVerdict.REFUSED, look, 0, seen)
    if len(reached) < len(sizes):
        return LotDecision(LotVerdict.NEXT_LOOK, len(reached), sizes[len(reached)] - read, seen)
    if sizes[-1:] < look_sizes(lot_size, share=share)[-1:]:
        return LotDecision(LotVerdict.REFUSED, len(reached), 0, seen)
    return LotDecision(LotVerdict.FULL_REVIEW, len(reached), lot_size - read, seen)


def look_sizes(lot_size: int, *, share: float, first_look: int | None = None) -> tuple[int, ...]:
    """Sample size in rows at each look, ascending, each below the lot size; empty when the lot is too small to sample.

    The first look is at `share`, the others are at the shares of `LOOKS` above it. Looks of equal size count as one.
    With `first_look`, each is at most its multiple in `FIXED_LOOKS` of this number of rows.
    """
    shares = (share, *(later for later in LOOKS[1:] if later > share))
    by_share = [max(MIN_SAMPLE, math.ceil(_exact(part) * lot_size)) for part in shares]
    largest = [lot_size if first_look is None else multiple * first_look for multiple in FIXED_LOOKS]
    sizes = {min(size, most) for size, most in zip(by_share, largest, strict=False)}
    return tuple(sorted(size for size in sizes if size < lot_size))


def lot_evidence(lot_size: int, read: int, defects: int, *, target: float, maximum: float, level: float) -> LotEvidence:
    """Evaluate one random sample of a lot with the hypergeometric distribution."""
    from scipy.stats import hypergeom  # takes about a second to import

    within = math.floor(_exact(target) * lot_size)
    above = math.floor(_exact(maximum) * lot_size) + 1
    upper = defects_upper(lot_size, read, defects, level=level)
    return LotEvidence(
        read=read,
        defects=defects,
        p_above=_at_most(defects, lot_size, above, read) if above <= lot_size else 0.0,
        p_within=float(hypergeom.sf(defects - 1, lot_size, within, read)),
        lot_rate_upper=upper / lot_size,
        rest_rate_upper=(upper - defects) / (lot_size - read) if read < lot_size else 0.0,
    )


def defects_upper(lot_size: int, read: int, defects: int, *, level: float) -> int:
    """The largest number of defects in a lot at which P(at most `defects` among `read` rows) still exceeds `level`.

    The upper end of the exact interval for a finite lot: the argument of Clopper and Pearson (1934) with the
    hypergeometric distribution (Buonaccorsi 1987, "A Note on Confidence Intervals for Proportions in Finite
    Populations"). The probability decreases as the number of defects in the lot grows, so bisection finds it.
    """
    low, high = defects, lot_size - read + defects
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(defects, lot_size, middle, read) > level:
            low = middle
        else:
            high = middle - 1
    return low


def labels_to_inspect_fully(counts: Mapping[str, tuple[int, int]], *, maximum: float) -> list[str]:
    """Labels to review in full, from their (rows read, defects): at least two defects and a rate above the maximum.

    The answers so far cannot decide the other labels: with the unlucky labels removed, the rest looks better than it
    is (the third condition in the module docstring).
    """
    return [label for label, (read, defects) in counts.items() if defects >= MIN_DEFECTS and defects / read > maximum]


def _at_most(defects: int, lot_size: int, lot_defects: int, read: int) -> float:
    """Probability of at most `defects` among `read` rows drawn from a lot with `lot_defects`."""
    from scipy.stats import hypergeom

    return float(hypergeom.cdf(defects, lot_size, lot_defects, read))


def _exact(share: float) -> Fraction:
    """The share as the decimal that was written: 0.07 of 100 rows is 7, but 0.07 * 100 is 7.000000000000001."""
    return Fraction(str(float(share)))
