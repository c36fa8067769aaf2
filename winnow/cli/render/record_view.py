"""One record with its occurrences, decisions, nearest neighbors and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_table

if TYPE_CHECKING:
    from winnow.core.working_row import WorkingRow
    from winnow.curation.store.label_proposals import ProposalOfRecord
    from winnow.curation.store.supersessions import StoredSupersession
    from winnow.operations.show import RecordDetails


def print_record(shown: RecordDetails) -> None:
    """Print one record with its history, nearest neighbors and releases."""
    record = shown.record
    facts = [
        ("text", shown.readable),
        ("id", record.id),
        ("state", record.state + (f" ({' or '.join(record.candidates)})" if record.candidates else "")),
        ("label", record.label or "none"),
        ("decided by", record.decided_by),
        ("origin", record.origin),
        ("assigned split", f"{record.assigned_split} ({shown.split_reason})"),
        ("group", record.group),
        ("weight", str(record.weight)),
        ("releases", ", ".join(f"{r.release} ({r.split})" for r in shown.releases) or "none"),
    ]
    facts += [(_role(one, record.id), _statement(one, record)) for one in shown.supersessions]
    facts += [("proposed", _proposal(one)) for one in shown.proposals]
    facts += [("flag", f"{flag.name}: {flag.detail}") for flag in shown.flags]
    print_table(["", ""], facts)
    print_line()
    head = ["source", "row", "label", "split", "origin", "added", ""]
    occurrences = [
        (
            s.name,
            str(s.row),
            s.given_label or "–",
            s.given_split or "–",
            s.origin,
            s.at,
            "retracted" if s.retracted_at else "",
        )
        for s in shown.occurrences
    ]
    print_table(head, occurrences, right=[1])
    print_line()
    decisions = [(d.actor, d.who, d.kind, d.value, d.why, d.at) for d in shown.decisions]
    print_table(["actor", "who", "decision", "value", "reason", "time"], decisions)
    print_line()
    if shown.neighbors is None:
        print_line("nearest records: not measured; winnow check compares labeled and log records")
        return
    near = [(f"{n.similarity:.3f}", n.label or n.state, n.assigned_split, n.text) for n in shown.neighbors]
    print_table(["cosine", "label", "assigned split", "nearest records"], near, right=[0])


def _proposal(one: ProposalOfRecord) -> str:
    """The label, which model proposed it, and its lot."""
    confidence = "" if one.confidence is None else f", confidence {one.confidence:.3f}"
    return f"{one.label} ({one.model}{confidence}, {f'lot {one.lot}' if one.lot else 'no lot yet'}, {one.at})"


def _role(one: StoredSupersession, record: str) -> str:
    return "supersedes" if one.record == record else "superseded by"


def _statement(one: StoredSupersession, record: WorkingRow) -> str:
    """The other record, who states it, and whether it counts."""
    other, counting = (
        (one.superseded, record.supersedes) if one.record == record.id else (one.record, record.superseded_by)
    )
    effect = "" if other in counting else ", without effect until the correction is accepted"
    if one.retracted_at:
        effect = f", retracted {one.retracted_at}"
    return f"{other} ({one.name}, {one.why}, {one.at}{effect})"
