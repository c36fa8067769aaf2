"""Acceptance sampling: a lot is decided by at most four looks at a random sample of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

LotVerdict = Literal["next_look", "accepted", "refused", "full_review", "fully_reviewed"]

LOOKS = (0.15, 0.25, 0.40, 0.65)
"""Shares of the lot at which its sample is looked at. The first stands for the setting `review.share`."""

MIN_SAMPLE = 20
"""Rows. A lot no larger is read whole."""

MIN_DEFECTS = 2
"""Defects below which no label is taken out: one is chance."""


@dataclass(frozen=True)
class LotEvidence:
    """What one look at a lot tells. All rates are shares, 0 to 1.

    The bounds are upper confidence limits, one-sided, exact, at `level`. At a fourth of 1 - confidence they hold at all
    looks at once, hence also at the one that happened to decide. With the usual 0.95 this can be signed: "Of lots
    reviewed in this way, at least 95 in 100 have no more defects than the bound, whatever their true rate." It speaks
    of all lots that are reviewed, not of the accepted ones alone.
    """

    read: int
    """Rows counted: those up to the look, not those read since."""
    defects: int
    """Defects among them."""
    p_above: float
    """Probability of at most so many defects, had the lot the fewest that are above the maximum."""
    p_within: float
    """Probability of at least so many defects, had the lot the most that are within the target."""
    lot_rate_upper: float
    """Upper bound of the share of defects in the whole lot, as it was before any was corrected."""
    rest_rate_upper: float
    """Upper bound of the share of defects among the rows that are not counted; 0 when there are none."""


@dataclass(frozen=True)
class LotDecision:
    """What is to be done with a lot, and the evidence of the look that says so."""

    verdict: LotVerdict
    """Read `more` rows until the `next_look`; `accepted`; `refused`; `read_whole`, as no look is left; or `all_read`:
    every row is decided for itself, what is right stays, what is wrong leaves."""
    look: int
    """Looks taken, 0 to 4; for an accepted or refused lot the one that decided."""
    more: int
    """Rows to read until the next verdict; 0 when there is none to wait for."""
    evidence: LotEvidence


def decide_lot(
    lot_size: int, defective: Sequence[bool], *, share: float, target: float, maximum: float, confidence: float
) -> LotDecision:
    """Decide a lot by the rows read, in the sample's order, True for a defect (see the conditions above).

    Accepted when the observed rate is at most the target and "above the maximum" is rejected; refused when "within the
    target" is rejected. A lot that is neither after its last look is read whole. ValueError when more rows are read
    than there are, or the target is above the maximum.
    """
    read = len(defective)
    if not read <= lot_size or lot_size < 1:
        raise ValueError(f"{read} rows read of a lot of {lot_size}")
    if target > maximum:
        raise ValueError(f"the target {target} is above the maximum {maximum}")
    level = (1 - confidence) / len(LOOKS)
    sizes = look_sizes(lot_size, share=share)
    reached = [size for size in sizes if size <= read]

    def weigh(counted: int) -> LotEvidence:
        return lot_evidence(lot_size, counted, sum(defective[:counted]), target=target, maximum=maximum, level=level)

    if read == lot_size:
        return LotDecision("fully_reviewed", len(sizes), 0, weigh(read))
    seen = weigh(0)
    for look, size in enumerate(reached, start=1):
        seen = weigh(size)
        if seen.defects / size <= target and seen.p_above <= level:
            return LotDecision("accepted", look, 0, seen)
        if seen.p_within <= level:
            return LotDecision("refused", look, 0, seen)
    if len(reached) < len(sizes):
        return LotDecision("next_look", len(reached), sizes[len(reached)] - read, seen)
    return LotDecision("full_review", len(reached), lot_size - read, seen)


def look_sizes(lot_size: int, *, share: float) -> tuple[int, ...]:
    """Rows of the sample at each look, rising, each short of the whole lot; empty when the lot is too small to sample.

    The first look is at `share`, the others are those of `LOOKS` above it. Looks of the same size are one.
    """
    shares = (share, *(later for later in LOOKS[1:] if later > share))
    sizes = {max(MIN_SAMPLE, math.ceil(_exact(part) * lot_size)) for part in shares}
    return tuple(sorted(size for size in sizes if size < lot_size))


def lot_evidence(lot_size: int, read: int, defects: int, *, target: float, maximum: float, level: float) -> LotEvidence:
    """Weigh one random sample of a lot, by the hypergeometric distribution."""
    from scipy.stats import hypergeom  # loads for a second

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
    """The most defects of a lot with which at most `defects` among `read` rows are still likelier than `level`.

    The upper end of the exact interval of a finite lot: Clopper's and Pearson's argument (1934) with the hypergeometric
    distribution (Buonaccorsi 1987, "A Note on Confidence Intervals for Proportions in Finite Populations"). The
    probability falls as the lot gets worse, so that halving finds it.
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
    """Labels to be read whole, by their (rows read, defects): two defects or more and a rate above the maximum.

    The others cannot be decided by what was already read of them: the unlucky labels are gone, and what is left looks
    better than it is (the third condition above).
    """
    return [label for label, (read, defects) in counts.items() if defects >= MIN_DEFECTS and defects / read > maximum]


def _at_most(defects: int, lot_size: int, lot_defects: int, read: int) -> float:
    """Probability of at most `defects` among `read` rows drawn from a lot with `lot_defects`."""
    from scipy.stats import hypergeom

    return float(hypergeom.cdf(defects, lot_size, lot_defects, read))


def _exact(share: float) -> Fraction:
    """The decimal that was written: 0.07 of 100 rows are 7, though 0.07 * 100 is 7.000000000000001."""
    return Fraction(str(float(share)))
