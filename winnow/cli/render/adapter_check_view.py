"""How the answers of base and adapter differ."""

from __future__ import annotations

from winnow.cli.render.terminal import print_line, print_table
from winnow.core.result import Measured
from winnow.reports.formatting import interval, percent
from winnow.training.packaging.adapter_check import AdapterCheck

SHOWN_CHARACTERS = 70
"""Of an answer that is shown."""


def print_adapter_check(found: AdapterCheck) -> None:
    """Print the share of different answers, and some of them."""
    rows = [("prompts of validation", f"{found.prompts:,}"), ("different answers", f"{found.different:,}")]
    if isinstance(found.share, Measured):
        rows.append(("share", f"{percent(found.share.value)} ({interval(found.share)})"))
    if isinstance(found.like_here, Measured):
        rows.append(("as on this machine", f"{percent(found.like_here.value)} ({interval(found.like_here)})"))
    print_table(["", ""], rows)
    if found.examples:
        print_line()
        shown = [(one.prompt, _shortened(one.base), _shortened(one.adapter)) for one in found.examples]
        print_table(["prompt", "base", "adapter"], shown)


def _shortened(answer: str) -> str:
    line = " ".join(answer.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
