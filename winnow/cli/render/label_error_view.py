"""Suspected label errors, the most suspicious first: all of them, and the strongest few in `check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.terminal import counts_by_name, print_line, print_table
from winnow.core.counted import counted
from winnow.core.label_error_evidence import EvidenceKind
from winnow.core.result import NotMeasured
from winnow.curation.annotations.correction_steps import CORRECTION_STEPS, suspected_counts, wrong_label_line
from winnow.curation.annotations.suspected_labels import STRONGEST

if TYPE_CHECKING:
    from winnow.curation.annotations.suspected_labels import LabelErrors, SuspectedLabel

SHOWN = 20
"""Records of the table."""

MAX_CHARACTERS = 300
"""Longer evidence is cut."""

EXAMPLE_CHARACTERS = 100
"""Longer texts are cut in the examples of `check`."""


def print_label_errors(found: LabelErrors) -> None:
    """Print the first suspected records, how many there are by kind of evidence, and what was not judged."""
    shown = found.suspected[:SHOWN]
    if shown and found.by_kind.keys() <= {EvidenceKind.OUT_OF_FOLD}:
        rows = [(one.id[:10], *_example(one)) for one in shown]
        print_table(["record", "text", "label", "suggested", "probability of both"], rows, right=[4])
        print_line()
    elif shown:
        _print_evidence(shown)
        print_line()
    print_line(f"suspected: {suspected_counts(found)}")
    if found.scored:
        print_line(f"estimate: {wrong_label_line(found.wrong_labels)}")
    if found.confirmed:
        print_line(f"not listed: {counted(found.confirmed, 'record')} whose label a person confirmed or corrected")
    if found.by_kind:
        print_line(f"by kind of evidence: {counts_by_name(found.by_kind)}")


def _print_evidence(shown: Sequence[SuspectedLabel]) -> None:
    rows = [
        (
            one.id[:10],
            one.split.value,
            one.label,
            one.proposed,
            ", ".join(f"{kind}{'' if kind in one.strong_kinds else ' (weak)'}" for kind in one.kinds),
            _cut(one.evidence[0].why),
        )
        for one in shown
    ]
    print_table(["record", "split", "label", "proposed", "evidence", "the first piece"], rows)


def print_suspected(found: LabelErrors | NotMeasured) -> None:
    """Print how many label errors are suspected, the strongest few, and how to correct them: a part of `check`."""
    if isinstance(found, NotMeasured):
        print_line()
        print_line(f"suspected label errors: not measured: {found.why}")
        return
    if not found.suspected and not found.unscored_labels:
        return
    print_line()
    print_line(f"suspected label errors: {suspected_counts(found)}", style="yellow" if found.suspected else None)
    if found.scored:
        print_line(f"  {wrong_label_line(found.wrong_labels)}")
    if found.suspected:
        shown = found.suspected[:STRONGEST]
        print_table(["text", "label", "suggested", "probability of both"], [_example(one) for one in shown], right=[3])
        print_line(f"  fix: {CORRECTION_STEPS}", style="bold")


def _example(one: SuspectedLabel) -> tuple[str, str, str, str]:
    both = (one.given_probability, one.proposed_probability)
    figures = ", ".join("–" if figure is None else f"{figure:.2f}" for figure in both)
    return _cut(one.text, EXAMPLE_CHARACTERS), one.label, one.proposed, figures


def _cut(text: str, most: int = MAX_CHARACTERS) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
