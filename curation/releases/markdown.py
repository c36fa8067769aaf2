"""Markdown: tables, cells and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def counts_text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def percent_text(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1%}"


def number_text(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def table_cell(text: str) -> str:
    """A text inside a Markdown table: no line break, no column break, no HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
