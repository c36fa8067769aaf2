"""What is said about suspected label errors next to other checks, and how a person corrects them without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.curation.annotations.wrong_label_count import FOUND_SHARE

if TYPE_CHECKING:
    from winnow.curation.annotations.suspected_labels import LabelErrors
    from winnow.curation.annotations.wrong_label_count import WrongLabelCount

TABLE = "label_errors.csv"
"""The file that the recommended commands write and read."""

CORRECTION_STEPS = (
    f"`{command('label-errors', output=TABLE)}`, correct the column label, then `{command('add', TABLE, by='NAME')}`"
)
"""The way from the list to corrected labels."""

LABELS_NAMED = 5
"""Labels without judgment that are named; the others are counted."""


def suspected_counts(found: LabelErrors) -> str:
    """How many records are suspected, of how many, and which labels were not judged."""
    rules = {kind: count for kind, count in found.by_kind.items() if kind != "out_of_fold"}
    share = f" ({len(found.suspected) / found.scored:.1%})" if found.scored and not rules else ""
    judged = f"{counted(found.scored, 'train record')} that a model judged"
    line = f"{len(found.suspected):,}{share} of {judged} without having seen them"
    if rules:
        line += f", and {found.records:,} that rules examined"
    if found.unscored_labels:
        named = ", ".join(list(found.unscored_labels)[:LABELS_NAMED])
        more = len(found.unscored_labels) - LABELS_NAMED
        others = f" and {more:,} more" if more > 0 else ""
        line += f"; not judged, because they have too few rows: {named}{others}"
    return line


def wrong_label_line(count: WrongLabelCount) -> str:
    """How many labels are wrong, and how many suspected records hold most of them; or why that was not measured."""
    wrong = count.wrong
    if isinstance(wrong, NotMeasured):
        line = f"how many labels are wrong is not measured: {wrong.why}"
    else:
        labels = counted(int(wrong.rows), "label")
        line = f"about {wrong.value:,.0f} ({wrong.low:,.0f} to {wrong.high:,.0f}) of {labels} wrong or debatable"
        if count.read_first:
            line += f"; about {FOUND_SHARE:.0%} of them in the first {counted(count.read_first, 'suspected record')}"
    if count.indistinct_labels:
        pairs = ", ".join(f"{one} and {other}" for one, other in count.indistinct_labels[:LABELS_NAMED])
        more = len(count.indistinct_labels) - LABELS_NAMED
        others = f" and {counted(more, 'more pair')}" if more > 0 else ""
        line += f"; a model does not tell apart: {pairs}{others}"
    return line
