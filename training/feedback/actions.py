"""The actions that feedback proposes, and how many errors each is expected to fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.training.evaluation.confusion_counts import ConfusedPair

MAX_RELABEL_SHARE = 0.5
"""Share of the answers that relabel may take: labels that are scarce need new rows too."""


LEARNING_EXPONENT = 0.5
"""How errors fall with rows: as rows to the power of -LEARNING (Hestness et al. 2017, Deep Learning Scaling is
Predictable, Empirically, who find powers of 0.07 to 0.35 for deep models and 0.5 as the theory's bound). A guess until
the next run is measured; what it came to on BANKING77 is in docs/decisions/0022-feedback.md."""


RELABEL_PRECISION = 0.5
"""Share of what relabel shows that is wrong (the same note)."""


@dataclass(frozen=True)
class FeedbackAction:
    """One thing to do, and what it is expected to mend."""

    name: str
    command: str
    records: int
    rows: float
    """What it adds to the rows of the confused pairs; a mended label counts twice: it takes a wrong row away."""
    expected_fixes: float
    """Errors of the confused pairs that it is expected to mend: errors (1 - (1 + rows added / rows)^-LEARNING)."""


def split_annotations(annotations: int, wrong: int, doubted: int) -> tuple[int, int]:
    """How many of people's answers go to label and to relabel: as many to relabel as labels are wrong, at most half.

    On BANKING77, an answer mends more in relabel than in label as long as about half of what it is shown is wrong, and
    that many it is (docs/decisions/0022-feedback.md).
    """
    relabel = min(wrong, doubted, int(MAX_RELABEL_SHARE * annotations))
    return annotations - relabel, relabel


def plan_actions(
    pairs: Sequence[ConfusedPair], rows: int, annotation_split: tuple[int, int], plan: Mapping[str, Any], plan_name: str
) -> list[FeedbackAction]:
    """Label first: what it brings helps to find wrong labels. Relabel ranks anew when it is pushed."""
    if not pairs:
        return []
    errors = sum(pair.expected_errors for pair in pairs)
    contrasts = 2 * sum(int(one["count"]) for one in plan["confused"])
    fixes = sum(int(one["missing"]) for one in plan["labels"])

    def action(name: str, command: str, records: int, added: float) -> FeedbackAction:
        return FeedbackAction(
            name, command, records, added, errors * (1 - (1 + added / max(rows, 1)) ** -LEARNING_EXPONENT)
        )

    label, relabel = annotation_split
    made = [
        action("label", f"winnow push label --strategy feedback --count {label}", label, label),
        action("relabel", f"winnow push relabel --count {relabel}", relabel, 2 * RELABEL_PRECISION * relabel),
        action("contrasts", f"winnow generate contrasts --plan {plan_name}", contrasts, contrasts),
        action("fixes", f"winnow generate examples --kind fixes --plan {plan_name}", fixes, fixes),
    ]
    return [one for one in made if one.records]
