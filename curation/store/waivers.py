"""Waivers that are active today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from winnow.curation.store.tables import waiver


def waivers_by_gate(connection: Connection, today: date) -> dict[str, str]:
    """Valid waivers by gate, as a sentence; the one that lasts longest wins."""
    return {w.gate: f"{w.reason} ({w.by}, until {w.until})" for w in active_waivers(connection, today)}


@dataclass(frozen=True)
class Waiver:
    """One exception that stands."""

    gate: str
    by: str
    reason: str
    until: str
    days_left: int
    """Counting today."""


def active_waivers(connection: Connection, today: date) -> list[Waiver]:
    """Waivers that are valid today and were not withdrawn; the ones that end first stand first."""
    valid = (waiver.c.until >= today.isoformat()) & waiver.c.withdrawn_at.is_(None)
    query = select(waiver).where(valid).order_by(waiver.c.until, waiver.c.id)
    return [
        Waiver(row["gate"], row["by"], row["reason"], row["until"], (date.fromisoformat(row["until"]) - today).days + 1)
        for row in connection.execute(query).mappings()
    ]
