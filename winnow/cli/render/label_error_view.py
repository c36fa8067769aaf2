"""Suspected label errors, the most suspicious first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import counts_by_name, first_few, print_line, print_table
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.operations.label_errors import LabelErrors

SHOWN = 20
"""Records of the table."""

MAX_CHARACTERS = 300
"""Longer evidence is cut."""


def print_label_errors(found: LabelErrors) -> None:
    """Print the first suspected records, how many there are by kind of evidence, and what was not judged."""
    rows = [
        (
            one.id[:10],
            one.split.value,
            one.label,
            one.proposed,
            ", ".join(f"{kind}{'' if kind in one.strong_kinds else ' (weak)'}" for kind in one.kinds),
            _cut(one.evidence[0].why),
        )
        for one in found.suspected[:SHOWN]
    ]
    if rows:
        print_table(["record", "split", "label", "proposed", "evidence", "the first piece"], rows)
        print_line()
    print_line(f"{counted(len(found.suspected), 'suspected record')} of {found.records:,} labeled")
    if found.by_kind:
        print_line(f"by kind of evidence: {counts_by_name(found.by_kind)}")
    if found.unscored_labels:
        names = first_few(list(found.unscored_labels))
        print_line(f"no model judged labels with too few groups: {names}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]} …"
