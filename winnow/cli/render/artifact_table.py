"""The releases or runs of a workspace."""

from __future__ import annotations

from typing import Any

from winnow.cli.render import terminal
from winnow.core.counted import counted
from winnow.operations.listed import Listed


def print_artifacts(found: Listed, what: str, json: bool, *, next_command: str) -> None:
    """Print the releases or runs that were found, as a table or as JSON, and why others cannot be used."""
    if json:
        terminal.print_json({what: found.entries, "problems": [str(one) for one in found.problems]})
        return
    rows = [
        (e["name"], e["at"], e["sha256"][:12], _details(e["detail"]) + _places(e) + _marker(e)) for e in found.entries
    ]
    if rows:
        terminal.print_table(["name", "created", "SHA-256", ""], rows)
    else:
        terminal.print_line(f"no {what} yet")
    for one in found.problems:
        terminal.print_note(str(one))
    terminal.print_next(next_command)


def _marker(entry: dict[str, Any]) -> str:
    """The mark of a run in production, and of a release that still contains erased records."""
    if entry.get("deployed"):
        return "; deployed"
    if not entry.get("available", True):
        return "; folder missing"
    if entry.get("forgotten"):
        return f"; contains {counted(entry['forgotten'], 'erased record')}: freeze a new release and delete this one"
    return ""


def _places(entry: dict[str, Any]) -> str:
    """The names that a run has in runtimes."""
    return "".join(f", {place['target']} {place['name']}" for place in entry.get("places", ()))


def _details(detail: dict[str, Any]) -> str:
    pairs = [pair for k, v in detail.items() for pair in (v.items() if isinstance(v, dict) else [(k, v)])]
    return ", ".join(f"{name} {value}" for name, value in pairs)
