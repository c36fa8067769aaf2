"""Acceptance sampling: how often simulated lots are accepted, refused or fully reviewed, and the share reviewed.

Run by `python -m benchmarks.acceptance_sampling`, not by `make bench`: it has no alternative to compare with.
Needs no data. See design rule 5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from winnow.config.task import ReviewConfig
from winnow.validators.stats.acceptance_sampling import LotDecision, decide_lot, labels_to_inspect_fully, look_sizes

RATES = (0.01, 0.02, 0.05, 0.08, 0.12, 0.15)

SIZES = (100, 300, 1000)

LOTS = 3000

LABELED_LOTS = 500

REVIEW = ReviewConfig()

CASES = {
    "10 labels, each 12 %": (0.12,) * 10,
    "20 labels, each 12 %": (0.12,) * 20,
    "50 labels, each 15 %": (0.15,) * 50,
    "20 labels, each 2 %": (0.02,) * 20,
    "20 labels, one 60 %, the others 2 %": (0.60, *(0.02,) * 19),
    "20 labels, three 60 %, the others 2 %": (*(0.60,) * 3, *(0.02,) * 17),
}
"""True rates of the labels of a lot of 1,000, all of the same size."""

OPEN = ("next_look", "full_review")

WAYS: dict[str, tuple[tuple[str, ...], bool]] = {
    "leave; the rest keeps its counts": ((*OPEN, "refused"), False),
    "leave; the rest starts anew": ((*OPEN, "refused"), True),
    "leave unless refused; the rest starts anew": (OPEN, True),
    "stay until the verdict": ((), False),
}
"""The verdicts after which bad labels leave the lot, and whether its unreviewed rows then form a new lot."""


def rates() -> None:
    """Lots by true defect rate. The median bound is over accepted lots; it fails when the true rate is above it."""
    print(f"{LOTS:,} lots per row\n")
    print(
        "| rows | true rate | accepted | refused | fully reviewed | mean share reviewed | bound fails | median bound |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for lot_size in SIZES:
        for rate in RATES:
            defects = round(lot_size * rate)
            ends = list(reviewed(lot_size, defects, np.random.default_rng([lot_size, defects])))
            count = Counter(end.verdict for end in ends)
            read = np.mean([end.more + end.evidence.read for end in ends]) / lot_size
            sampled = [end for end in ends if end.verdict != "full_review"]
            fails = sum(end.evidence.lot_rate_upper < rate for end in sampled) / LOTS
            bounds = [end.evidence.lot_rate_upper for end in sampled if end.verdict == "accepted"]
            verdicts = " | ".join(f"{count[name] / LOTS:.1%}" for name in ("accepted", "refused", "full_review"))
            bound = f"{np.median(bounds):.1%}" if bounds else ""
            print(f"| {lot_size:,} | {rate:.0%} | {verdicts} | {read:.1%} | {fails:.1%} | {bound} |", flush=True)


def reviewed(lot_size: int, defects: int, generator: np.random.Generator) -> Iterator[LotDecision]:
    """The final verdict on each of `LOTS` lots. Lots with equal defects at a look are decided together."""
    sizes = look_sizes(lot_size, share=REVIEW.share)
    steps = np.diff(sizes, prepend=0)
    found = np.zeros((LOTS, 0), dtype=np.int64)
    for look, (size, step) in enumerate(zip(sizes, steps, strict=True), start=1):
        bad = defects - found.sum(axis=1)
        new = generator.hypergeometric(bad, lot_size - size + step - bad, step)
        found = np.column_stack([found, new])
        sums, which, counts = np.unique(found.sum(axis=1), return_inverse=True, return_counts=True)
        example = [found[which == k][0] for k in range(len(sums))]
        rulings = [lot_decision(lot_size, as_answers(one, steps[:look])) for one in example]
        goes_on = np.array([one.verdict == "next_look" for one in rulings], dtype=bool)
        for one, count in zip(rulings, counts, strict=True):
            yield from [one] * (0 if one.verdict == "next_look" else count)
        found = found[goes_on[which]]


def as_answers(found: NDArray[np.int64], steps: NDArray[np.int64]) -> list[bool]:
    """Reviews with the given number of defects in each step; their order inside a step does not matter."""
    return [row < bad for bad, step in zip(found, steps, strict=True) for row in range(step)]


def labels() -> None:
    """Lots whose bad labels are removed and fully reviewed, by what happens to the rest."""
    print(
        f"{LABELED_LOTS:,} lots of 1,000 rows per row of the table; reviewed are the sample and the bad labels, "
        "in fully reviewed lots all rows\n"
    )
    print(
        "| lot | bad labels | accepted | accepted above the maximum | refused | fully reviewed | mean share reviewed |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, true_rates in CASES.items():
        for way, (after, anew) in WAYS.items():
            generator = np.random.default_rng(len(true_rates))
            ends = [one_lot(true_rates, generator, after=after, anew=anew) for _ in range(LABELED_LOTS)]
            count = Counter(verdict for verdict, _, _ in ends)
            wrong = sum(verdict == "accepted" and rate > REVIEW.defect_rate_max for verdict, rate, _ in ends)
            shares = [count["accepted"], wrong, count["refused"], count["full_review"]]
            cells = " | ".join(f"{share / LABELED_LOTS:.1%}" for share in shares)
            print(f"| {name} | {way} | {cells} | {np.mean([read for _, _, read in ends]):.1%} |", flush=True)


def one_lot(
    true_rates: tuple[float, ...], generator: np.random.Generator, *, after: tuple[str, ...], anew: bool
) -> tuple[str, float, float]:
    """The verdict, the true defect rate of its lot, and the share of all rows reviewed."""
    size = 1000 // len(true_rates)
    label = np.repeat(np.arange(len(true_rates)), size)
    bad = np.arange(len(label)) % size < np.repeat(np.round(np.array(true_rates) * size), size)
    lot = generator.permutation(len(label))
    seen = np.zeros(len(label), dtype=bool)
    read = 0
    while len(lot):
        seen[lot[:read]] = True
        end = lot_decision(len(lot), bad[lot[:read]].tolist())
        out = np.isin(label, bad_labels(label[seen], bad[seen]))
        left = ~out[lot]
        if end.verdict in after and not left.all():
            seen |= out
            lot, read = (lot[read:][left[read:]], 0) if anew else (lot[left], int(left[:read].sum()))
        elif end.verdict == "next_look":
            read += end.more
        else:
            seen |= out
            share = 1.0 if end.verdict == "full_review" else float(seen.mean())
            return end.verdict, float(bad[lot].mean()), share
    return "full_review", 0.0, 1.0


def bad_labels(label: NDArray[np.int64], bad: NDArray[np.bool_]) -> list[int]:
    counts = {str(name): (int((label == name).sum()), int(bad[label == name].sum())) for name in np.unique(label)}
    return [int(name) for name in labels_to_inspect_fully(counts, maximum=REVIEW.defect_rate_max)]


def lot_decision(lot_size: int, defective: list[bool]) -> LotDecision:
    return decide_lot(
        lot_size,
        defective,
        share=REVIEW.share,
        target=REVIEW.defect_rate_target,
        maximum=REVIEW.defect_rate_max,
        confidence=REVIEW.confidence,
    )


if __name__ == "__main__":
    for table in (rates, labels):
        print(f"\n## {table.__doc__}\n", flush=True)
        table()
