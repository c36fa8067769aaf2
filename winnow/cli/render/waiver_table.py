"""The active waivers, the one that expires first at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_table

if TYPE_CHECKING:
    from winnow.curation.store.waivers import Waiver


def print_waivers(waivers: Sequence[Waiver]) -> None:
    """Print the active waivers, the one that expires first at the top."""
    if waivers:
        rows = [(w.gate, w.by, w.reason, w.until, str(w.days_left)) for w in waivers]
        print_table(["waived", "by", "reason", "until", "days left"], rows, right=[4])
