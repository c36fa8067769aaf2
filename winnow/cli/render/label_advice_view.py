"""Findings about labels, each with the command that fixes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, printable

if TYPE_CHECKING:
    from winnow.validators.labels.label_advice import LabelAdvice


def print_label_advice(advice: Sequence[LabelAdvice]) -> None:
    """Print a section `labels`, where there is a finding."""
    if not advice:
        return
    print_line()
    print_line("labels", style="yellow")
    for one in advice:
        print_line(f"  {printable(one.finding.why)}")
        print_line(f"    fix: {printable(one.fix)}", style="bold")
