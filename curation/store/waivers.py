"""Waivers: exceptions to gates. A withdrawn one stays in the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import waiver


@dataclass(frozen=True)
class Waiver:
    """One active exception to a gate."""

    gate: str
    by: str
    reason: str
    until: str
    days_left: int
    """Including today."""


def active_waivers(connection: Connection, today: date) -> list[Waiver]:
    """Waivers that are valid today and not withdrawn, the earliest to expire first."""
    valid = (waiver.c.until >= today.isoformat()) & waiver.c.withdrawn_at.is_(None)
    query = select(waiver).where(valid).order_by(waiver.c.until, waiver.c.id)
    return [
        Waiver(row["gate"], row["by"], row["reason"], row["until"], (date.fromisoformat(row["until"]) - today).days + 1)
        for row in connection.execute(query).mappings()
    ]


def waivers_by_gate(connection: Connection, today: date) -> dict[str, str]:
    """Active waivers by gate, as text; the one that expires last takes precedence."""
    return {w.gate: f"{w.reason} ({w.by}, until {w.until})" for w in active_waivers(connection, today)}


def store_waiver(connection: Connection, gate: str, *, by: str, reason: str, until: date, now: str) -> None:
    """Record a waiver. Recording the same waiver twice gives one; a withdrawn waiver becomes active again."""
    values = {"gate": gate, "by": by, "reason": reason, "until": until.isoformat()}
    withdrawn = waiver.c.withdrawn_at.is_not(None)
    connection.execute(update(waiver).filter_by(**values).where(withdrawn).values(withdrawn_at=None))
    insert_new(connection, waiver, [{**values, "at": now}])


def mark_withdrawn(connection: Connection, gate: str, now: str) -> None:
    """Mark all waivers of a gate as withdrawn."""
    not_withdrawn = (waiver.c.gate == gate) & waiver.c.withdrawn_at.is_(None)
    connection.execute(update(waiver).where(not_withdrawn).values(withdrawn_at=now))
