"""What changed between two releases, in counts, with some examples of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_table, printable

if TYPE_CHECKING:
    from winnow.curation.releases.release_diff import RecordChange, ReleaseDiff

DETAILS_SHOWN = 10
"""Details of a changed tool or system prompt that are printed."""


def print_diff(diff: ReleaseDiff) -> None:
    """Print what changed, in counts, with some examples of each kind."""
    print_line(", ".join(f"{count:,} {kind}" for kind, count in diff.counts.items()))
    rows = [(f"{split} rows", *_from_to(*pair)) for split, pair in diff.rows.items()]
    rows += [(f"excluded: {reason}", *_from_to(*pair)) for reason, pair in diff.exclusions.items()]
    print_table(["", diff.old, diff.new, "change"], rows, right=[1, 2, 3])
    for before, after, count in diff.relabelings[:10]:
        print_line(f"relabeled {printable(before)} to {printable(after)}: {count:,}")
    for what, change, details in diff.task_changes:
        print_line(f"{printable(what)} {change}")
        for detail in details[:DETAILS_SHOWN]:
            print_line(f"  {printable(detail)}")
        if len(details) > DETAILS_SHOWN:
            print_line(f"  and {len(details) - DETAILS_SHOWN:,} more in the report")
    for kind in diff.counts:
        shown = [change for change in diff.changes if change.kind == kind][:5]
        if shown:
            print_line()
            lines = [
                (_first_line(c.text), " → ".join(filter(None, (c.before, c.after))), c.split, c.reason) for c in shown
            ]
            print_table([kind, "label", "split", "reason"], lines)


def _labels(change: RecordChange) -> str:
    return " → ".join(filter(None, (change.before, change.after)))


def _first_line(text: str) -> str:
    """The beginning of a text: of a dialogue, what the user says first."""
    return text.partition("\n")[0][:80]


def _from_to(old: int, new: int) -> tuple[str, str, str]:
    return f"{old:,}", f"{new:,}", f"{new - old:+,}" if new != old else "0"
