"""What push added to a queue, what pull brought back, what is left to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.lot_line import lot_line
from winnow.cli.render.terminal import first_few, print_line, print_table, printable

if TYPE_CHECKING:
    from winnow.curation.labeling.throughput import RemainingWork
    from winnow.operations.pull import PullResult
    from winnow.operations.push import PushResult


def print_push(pushed: PushResult) -> None:
    """What is new in a queue, what waits, and where people find it."""
    for old, new in pushed.migrated:
        print_line(f"the labels have changed: what nobody had answered in {old} moved on to {new}", style="yellow")
    where = ", ".join(f"{name} {count:,}" for name, count in pushed.datasets.items())
    print_line(f"queue {pushed.queue}: {pushed.records:,} new records" + (f" ({where})" if where else ""))
    if pushed.queue == "label" and pushed.records:
        shown = pushed.records - pushed.blind
        print_line(
            f"with a suggestion {shown:,}, without {pushed.blind:,} (hold-out reserve, and the blind share of train)"
        )
    print_line(f"waiting {pushed.pending:,}{_remaining(pushed.remaining)}; not pushed yet {pushed.candidates:,}")
    if pushed.unscored_labels:
        print_line(f"too rare to be judged by others: {first_few(list(pushed.unscored_labels))}", style="yellow")
    print_line(f"people answer at {pushed.url}; the handbook is {pushed.handbook}")


def print_pull(report: PullResult) -> None:
    """What came in, who did how much, what is left."""
    pulled = report.pulled
    queues = ", ".join(f"{name} {count:,}" for name, count in pulled.by_queue.items())
    summary = f"{pulled.responses:,} new or edited answers" + (f" ({queues})" if queues else "")
    print_line(
        f"{summary} on {len(pulled.records):,} records: {pulled.decisions:,} decisions, {pulled.discarded:,} discarded"
    )
    for reason, count in pulled.ignored.items():
        print_line(f"{count:,} answers decide nothing: {printable(reason)}", style="yellow")
    if pulled.missing:
        print_line(
            f"this server does not have {first_few(pulled.missing)}: is it another one than before?", style="yellow"
        )
    for name, records in pulled.flagged.items():
        print_line(f"flagged {name}: {first_few(records)}; winnow show ID, winnow forget ID", style="yellow")
    if report.annotators:
        rows = [
            (
                one.name,
                f"{pulled.by_person[one.name]:,}",
                f"{one.responses:,}",
                f"{one.discarded:,}",
                "–" if one.seconds is None else f"{one.seconds:.1f} s",
            )
            for one in report.annotators
        ]
        print_table(["who", "new", "answered", "discarded", "an answer takes"], rows, right=[1, 2, 3, 4])
    queued = ", ".join(f"{queue} {count:,}" for queue, count in report.remaining.pending.records.items()) or "nothing"
    print_line(f"waiting: {queued}{_remaining(report.remaining)}")
    for lot in report.decided_lots:
        print_line(
            f"lot {lot_line(lot.json(), None)}", style="green" if lot.recorded_verdict == "accepted" else "yellow"
        )
    if report.unresolved:
        print_line(f"people disagree, or could not say, on {report.unresolved:,} records that no adjudicator has yet")


def _remaining(remaining: RemainingWork) -> str:
    """What is left in answers, and in minutes at the measured pace."""
    responses = remaining.pending.responses
    if not responses:
        return ""
    summary = f"{responses:,} answers to give in all queues"
    if remaining.minutes is None:
        return f" ({summary})"
    return (
        f" ({summary}, {f'about {remaining.minutes:,.0f} minutes' if remaining.minutes >= 1.5 else 'about a minute'})"
    )
