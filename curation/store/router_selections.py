"""Selections: which run a router was told to answer with, by whom, why, and since when."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.router_selection import RouterSelection
from winnow.curation.store.tables import router_selection


def last_selection(connection: Connection) -> RouterSelection | None:
    """The latest selection; None where there is none."""
    c = router_selection.c
    row = connection.execute(select(c.run, c.by, c.reason, c.at).order_by(c.id.desc()).limit(1)).first()
    return RouterSelection(*row) if row else None


def store_selection(connection: Connection, run: str, *, by: str, reason: str) -> RouterSelection:
    """Record a selection and return it."""
    new = RouterSelection(run, by, reason, utc_now())
    connection.execute(insert(router_selection).values(run=new.run, by=new.by, reason=new.reason, at=new.at))
    return new
