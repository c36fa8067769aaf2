"""Markdown: tables, cells and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.core.result import NotMeasured


def counts_text(counts: Mapping[str, int]) -> str:
    """Counts by reason, as a list in words."""
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def percent_text(value: float | NotMeasured) -> str:
    """A share as a percentage, or "not measured"."""
    return "not measured" if isinstance(value, NotMeasured) else f"{value:.1%}"


def number_text(value: float | NotMeasured) -> str:
    """A number, or "not measured"."""
    return "not measured" if isinstance(value, NotMeasured) else f"{value:g}"


def table_cell(text: str) -> str:
    """A text for a Markdown table cell: no line break, no column break, no HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
