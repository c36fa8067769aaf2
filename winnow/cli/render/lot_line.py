"""A lot on one line: what was reviewed, its verdict, what is left to review."""

from __future__ import annotations

from winnow.core.counted import counted
from winnow.core.lot_kind import LotKind
from winnow.core.vocabulary import LotVerdict
from winnow.curation.review.lot_facts import LotFacts, UndrawnLotFacts
from winnow.curation.review.lot_pools import producer_name

VERDICTS = {
    LotVerdict.ACCEPTED: "accepted, at most {defect_rate_upper:.1%} defects (one-sided)",
    LotVerdict.REFUSED: "refused; winnow push review --include-refused reviews it in full",
    LotVerdict.FULLY_REVIEWED: "reviewed in full",
    LotVerdict.FULL_REVIEW: "needs a full review",
    LotVerdict.NEXT_LOOK: "next look",
}

REFUSED_PROPOSALS = "refused; its records are unlabeled again, and another run may propose labels"


def lot_line(lot: LotFacts | UndrawnLotFacts, seconds: float | None, *, is_reading: bool = False) -> str:
    """A lot on one line; `seconds` is the typical time of a response, if known, or with `is_reading` of reading one."""
    name = producer_name((lot.generator, lot.prompt_version, lot.model))
    each = f", about {seconds:,.0f} seconds to read one" if seconds and is_reading else ""
    if isinstance(lot, UndrawnLotFacts):
        return f"{name}: {counted(lot.records, 'record')} not in a lot yet{each}; winnow push review"
    counts = f"{name} #{lot.number}, {counted(lot.records, 'record')}: {lot.read:,} reviewed, {lot.defects:,} defective"
    minutes = _minutes(lot.more * seconds, is_reading=is_reading) if seconds and lot.more else ""
    more = f"{lot.more:,} more to review{minutes}" if lot.more else ""
    labels = lot.fully_inspected_labels
    proposals = lot.kind == LotKind.PROPOSED_LABELS
    left_out = "labels that it leaves unlabeled" if proposals else "labels to review in full"
    inspected = f"{left_out}: {', '.join(labels)}" if labels else ""
    verdict = REFUSED_PROPOSALS if proposals and lot.verdict == LotVerdict.REFUSED else VERDICTS[lot.verdict]
    return "; ".join(filter(None, (counts, verdict.format(**dict(lot)), more, inspected)))


def _minutes(seconds: float, *, is_reading: bool) -> str:
    return f", about {max(1, round(seconds / 60)):,} minutes" + (" to read them" if is_reading else "")
