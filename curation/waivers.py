"""Waivers: named, dated, reasoned exceptions to one gate each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from curation.store import Store
from curation.store import tables as t
from validators import gates as g
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name


def valid_waivers(connection: Connection, today: date) -> dict[str, str]:
    """Valid waivers by gate, as a sentence; the one that lasts longest wins."""
    return {w.gate: f"{w.reason} ({w.by}, until {w.until})" for w in standing(connection, today)}


@dataclass(frozen=True)
class Waiver:
    """One exception that stands."""

    gate: str
    by: str
    reason: str
    until: str
    days_left: int
    """Counting today."""


def standing(connection: Connection, today: date) -> list[Waiver]:
    """Waivers that are valid today and were not withdrawn; the ones that end first stand first."""
    valid = (t.waiver.c.until >= today.isoformat()) & t.waiver.c.withdrawn_at.is_(None)
    query = select(t.waiver).where(valid).order_by(t.waiver.c.until, t.waiver.c.id)
    return [
        Waiver(row["gate"], row["by"], row["reason"], row["until"], (date.fromisoformat(row["until"]) - today).days + 1)
        for row in connection.execute(query).mappings()
    ]


def withdraw(store: Store, gate: str) -> int:
    """Withdraw all standing waivers of a gate; they stay on record. Returns how many.

    Raises WinnowError when there is none.
    """
    now = datetime.now(UTC)
    with store.writing() as connection:
        count = sum(one.gate == gate for one in standing(connection, now.date()))
        if not count:
            raise WinnowError(Fault(f"waive {gate} --withdraw", "no standing waiver", "a gate that is waived", ""))
        own = (t.waiver.c.gate == gate) & t.waiver.c.withdrawn_at.is_(None)
        connection.execute(update(t.waiver).where(own).values(withdrawn_at=now.isoformat(timespec="seconds")))
    return count


def waive(store: Store, gate: str, *, by: str, reason: str, until: date) -> None:
    """Record an exception to one gate. The same waiver twice is one.

    Raises WinnowError for an unknown gate, one that cannot be waived, an empty name or reason, or a date gone by.
    """
    faults = []
    if gate in g.NOT_WAIVABLE:
        faults.append(Fault(f"waive {gate}", "this gate cannot be waived", "", "mend what it names"))
    elif gate not in g.GATES:
        waivable = ", ".join(name for name in g.GATES if name not in g.NOT_WAIVABLE)
        near = nearest_name(gate, g.GATES)
        fix = f"did you mean {near!r}?" if near else "correct the name"
        faults.append(Fault(f"waive {gate}", "no such gate", waivable, fix))
    faults += [
        Fault(f"--{name}", "empty", "a name" if name == "by" else "a reason", f"say --{name}")
        for name, value in (("by", by), ("reason", reason))
        if not value.strip()
    ]
    now = datetime.now(UTC)
    if until < now.date():
        faults.append(Fault("--until", until.isoformat(), "today or later", "choose a later date"))
    if faults:
        raise WinnowError(faults)
    values: dict[str, Any] = {"gate": gate, "by": by, "reason": reason, "until": until.isoformat()}
    with store.writing() as connection:
        connection.execute(
            insert(t.waiver)
            .values(**values, at=now.isoformat(timespec="seconds"))
            .on_conflict_do_update(index_elements=list(values), set_={"withdrawn_at": None})
        )
