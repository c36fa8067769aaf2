"""Waivers: named, dated, reasoned exceptions to one gate each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from curation.store import Store
from curation.store import tables as t
from validators import gates as g
from validators.faults import Fault, WinnowError


def valid_waivers(connection: Connection, today: date) -> dict[str, str]:
    """Valid waivers by gate, as a sentence; the one that lasts longest wins."""
    query = select(t.waiver).where(t.waiver.c.until >= today.isoformat()).order_by(t.waiver.c.until, t.waiver.c.id)
    rows = connection.execute(query).mappings()
    return {row["gate"]: f"{row['reason']} ({row['by']}, until {row['until']})" for row in rows}


def waive(store: Store, gate: str, *, by: str, reason: str, until: date) -> None:
    """Record an exception to one gate. The same waiver twice is one.

    Raises WinnowError for an unknown gate, one that cannot be waived, an empty name or reason, or a date gone by.
    """
    faults = []
    if gate in g.NOT_WAIVABLE:
        faults.append(Fault(f"waive {gate}", "this gate cannot be waived", "", "mend what it names"))
    elif gate not in g.GATES:
        waivable = ", ".join(name for name in g.GATES if name not in g.NOT_WAIVABLE)
        faults.append(Fault(f"waive {gate}", "no such gate", waivable, "correct the name"))
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
            insert(t.waiver).values(**values, at=now.isoformat(timespec="seconds")).on_conflict_do_nothing()
        )
