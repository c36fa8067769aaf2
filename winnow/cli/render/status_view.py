"""Counts by state, origin, label and split; queues, lots, sources, releases and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.decision_view import place_of
from winnow.cli.render.generation_view import run_line
from winnow.cli.render.lot_line import lot_line
from winnow.cli.render.terminal import counts_by_name, print_line, print_table
from winnow.cli.render.waiver_table import print_waivers
from winnow.core.counted import counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.core.deployment import Deployment
    from winnow.curation.checks.next_labels import NextLabels
    from winnow.curation.status_summary import SourceSummary, Status


def print_status(status: Status) -> None:
    """Print counts by state, origin, assigned split and label; queues, lots, sources, releases and runs."""
    states = {state: count for state, count in status.by_state.items() if count}
    counts = {
        "records": states,
        "origin": status.by_origin,
        "assigned split": status.assigned_splits,
        "queues": status.queues,
    }
    counts["pending"] = status.pending
    rows = [(name, ", ".join(f"{k} {n:,}" for k, n in values.items()) or "none") for name, values in counts.items()]
    if status.enough_for:
        rows.insert(1, ("size", status.enough_for))
    if status.corrected:
        rows.insert(1, ("corrected", f"{counted(status.corrected, 'superseded record')} with a corrected answer"))
    if status.implausible:
        rows.append(("too fast to read", counts_by_name(status.implausible)))
    seconds, is_reading = status.seconds or status.reading_seconds, not status.seconds
    rows += [("lot", lot_line(lot, seconds, is_reading=is_reading)) for lot in status.lots]
    rows += [("generated", run_line(run)) for run in status.generation]
    rows += [("source", f"{s.id}  {s.name}  {s.origin}, license {s.license}{_retracted(s)}") for s in status.sources]
    rows.append((f"next {status.next_labels.added} labels", _next_labels(status.next_labels)))
    if status.forgotten:
        rows.append(("erased", f"{status.forgotten:,}"))
    rows += [("releases", ", ".join(status.releases) or "none"), ("runs", ", ".join(status.runs) or "none")]
    rows.append(("deployed", _deployed(status.deployed)))
    if status.no_signal:
        print_line(f"these labels carry no signal: {status.no_signal}", style="bold red")
    print_table(["", ""], rows)
    print_line()
    labels = sorted(status.by_label.items(), key=lambda item: -item[1])
    print_table(["label", "labeled"], [(name, f"{count:,}") for name, count in labels], right=[1])
    if status.waivers:
        print_line()
        print_waivers(status.waivers)


def _next_labels(found: NextLabels) -> str:
    """What they are expected to buy, with the interval and what it stands on."""
    if isinstance(found.gain, NotMeasured):
        return f"not measured: {found.gain.why}"
    value, low, high = (100 * one for one in (found.gain.value, found.gain.low, found.gain.high))
    return (
        f"{value:+.1f} points of accuracy ({low:+.1f} to {high:+.1f}), measured on "
        f"{counted(found.labeled, 'labeled train record')}"
    )


def _deployed(one: Deployment | None) -> str:
    return f"{one.run}{place_of(one)} since {one.at}, by {one.by}: {one.reason}" if one else "none"


def _retracted(source: SourceSummary) -> str:
    return f"  (retracted {source.retracted_at})" if source.retracted_at else ""
