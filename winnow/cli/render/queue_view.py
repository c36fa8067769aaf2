"""What push added to a queue, what pull brought back, what is still pending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.lot_line import lot_line
from winnow.cli.render.terminal import counts_by_name, first_few, print_line, print_table, printable
from winnow.core.counted import agreeing, counted
from winnow.core.result import Measured
from winnow.core.vocabulary import LotVerdict

if TYPE_CHECKING:
    from winnow.curation.labeling.response_writer import ImportedResponses
    from winnow.curation.labeling.throughput import RemainingWork
    from winnow.operations.pull import PullResult
    from winnow.operations.push import PushResult


RETURNED_SHOWN = 5
"""Responses that are not counted and shown with their reason."""


def print_push(pushed: PushResult) -> None:
    """What is new in a queue, what is pending, and where annotators find it."""
    for old, new in pushed.migrated:
        print_line(
            f"the labels have changed: records without a response or draft moved from {old} to {new}", style="yellow"
        )
    datasets = ", ".join(f"{name} {count:,}" for name, count in pushed.datasets.items())
    written = f"{counted(pushed.records, 'record')} written to Argilla"
    print_line(f"queue {pushed.queue}: {written}" + (f" ({datasets})" if datasets else ""))
    if pushed.queue == "label" and pushed.records:
        shown = pushed.records - pushed.blind
        print_line(f"with a suggestion {shown:,}, without {pushed.blind:,} (hold-out, and the blind share of train)")
    print_line(f"pending {pushed.pending:,}{_remaining(pushed.remaining)}; not pushed yet {pushed.candidates:,}")
    if pushed.unscored_labels:
        few = first_few(list(pushed.unscored_labels))
        print_line(f"labels with too few records to find errors in: {few}", style="yellow")
    print_line(f"annotators label at {pushed.url}; the labeling guidelines are {pushed.guidelines_page}")


def print_pull(result: PullResult) -> None:
    """What was imported, who did how much, what is still pending."""
    _print_imported(result.imported)
    if result.annotators:
        rows = [
            (
                one.name,
                f"{result.imported.by_annotator[one.name]:,}",
                f"{one.responses:,}",
                f"{one.discarded:,}",
                "–" if one.seconds is None else f"{one.seconds:.1f} s",
            )
            for one in result.annotators
        ]
        print_table(["annotator", "new", "responses", "discarded", "time per response"], rows, right=[1, 2, 3, 4])
    for name, measured in result.gold.items():
        if isinstance(measured, Measured):
            share = f"{measured.value:.0%} ({measured.low:.0%} to {measured.high:.0%})"
            print_line(f"{name}: {share} of {counted(measured.rows, 'gold record')} right")
    if result.gold_file is not None:
        print_line(f"answers to gold records next to the known labels: {printable(str(result.gold_file))}")
    if too_fast := {one.name: one.implausible for one in result.annotators if one.implausible}:
        who = counts_by_name(too_fast)
        print_line(f"faster than the record can be read, and left out of the time per response: {who}", style="yellow")
    queued = ", ".join(f"{queue} {count:,}" for queue, count in result.remaining.pending.records.items()) or "nothing"
    print_line(f"pending: {queued}{_remaining(result.remaining)}")
    for lot in result.decided_lots:
        style = "green" if lot.recorded_verdict == LotVerdict.ACCEPTED else "yellow"
        print_line(f"lot {lot_line(lot.facts(), None)}", style=style)
    if result.unresolved:
        need = "needs" if result.unresolved == 1 else "need"
        print_line(
            f"{counted(result.unresolved, 'record')} {need} an adjudicator: annotators disagree, or could not decide"
        )


def _print_imported(imported: ImportedResponses) -> None:
    queues = ", ".join(f"{name} {count:,}" for name, count in imported.by_queue.items())
    print_line(
        f"{imported.responses:,} new or edited responses" + (f" ({queues})" if queues else "") + f" to "
        f"{counted(len(imported.records), 'record')}: {counted(imported.decisions, 'decision')}, "
        f"{imported.discarded:,} discarded"
    )
    if imported.corrected:
        print_line(f"{counted(imported.corrected, 'corrected answer')}: each takes the place of the reviewed record")
    for reason, count in imported.ignored.items():
        print_line(
            f"{counted(count, 'response')} {agreeing(count, 'decides', 'decide')} nothing: {printable(reason)}",
            style="yellow",
        )
    if imported.incomplete:
        print_line(f"not counted, and drafts again: {counts_by_name(imported.incomplete)}", style="yellow")
        for one in imported.returned[:RETURNED_SHOWN]:
            response = one.response
            print_line(f"  {response.who}, record {response.record_id}: {printable(one.why)}", style="yellow")
        if (more := len(imported.returned) - RETURNED_SHOWN) > 0:
            print_line(f"  and {more:,} more; each draft says why in its first line", style="yellow")
    if imported.missing:
        few = first_few(imported.missing)
        print_line(f"this server does not have {few}: is it another server than before?", style="yellow")
    for name, records in imported.flagged.items():
        print_line(f"flagged {name}: {first_few(records)}; winnow show ID, winnow forget ID", style="yellow")


def _remaining(remaining: RemainingWork) -> str:
    """The responses that are still missing, and the minutes they take at the measured pace."""
    responses = remaining.pending.responses
    if not responses:
        return ""
    summary = f"{counted(responses, 'response')} missing in all queues"
    if remaining.minutes is None:
        return f" ({summary})"
    minutes = f"about {remaining.minutes:,.0f} minutes" if remaining.minutes >= 1.5 else "about a minute"
    return f" ({summary}, {minutes}{'' if remaining.is_measured else ' to read them; no pace known yet'})"
