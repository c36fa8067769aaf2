"""A lot on one line: what was reviewed, its verdict, what is left to review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def lot_line(lot: Mapping[str, Any], seconds: float | None) -> str:
    """A lot in one line: what was read, what it waits for, how many minutes of reading that is."""
    name = f"{lot['generator']} {lot['prompt_version']} {lot['model']}"
    if lot["verdict"] == "not_drawn":
        return f"{name}: {lot['records']:,} records that no lot has yet; winnow push review"
    read = f"{name} #{lot['number']}, {lot['records']:,} records: {lot['read']:,} read, {lot['defects']:,} defects"
    minutes = f", about {max(1, round(lot['more'] * seconds / 60)):,} minutes" if seconds and lot["more"] else ""
    waits = f"{lot['more']:,} more to read{minutes}" if lot["more"] else ""
    words = {
        "accepted": f"accepted, at most {lot['defect_rate_upper']:.1%} defects (one-sided)",
        "refused": "refused; winnow push review --whole rescues it",
        "fully_reviewed": "read whole",
        "full_review": "to be read whole",
        "next_look": "next look",
    }
    fully_inspected_labels = (
        f"read whole: {', '.join(lot['fully_inspected_labels'])}" if lot["fully_inspected_labels"] else ""
    )
    return "; ".join(filter(None, (read, words[lot["verdict"]], waits, fully_inspected_labels)))
