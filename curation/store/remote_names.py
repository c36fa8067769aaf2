"""The names and ids that runs have in runtimes. A name is recorded when it is given, and never given to another run."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.curation.store.tables import remote_name


class RemotePlace(NamedTuple):
    """A run in a runtime."""

    target: str
    """The runtime."""
    name: str
    """The id or name there."""


def used_names(connection: Connection, target: str) -> dict[str, str]:
    """The names and ids that were given in a runtime, each with its run, in the order of the names."""
    c = remote_name.c
    query = select(c.name, c.run).where(c.target == target).order_by(c.name)
    return {str(name): str(run) for name, run in connection.execute(query)}


def remote_places(connection: Connection) -> dict[str, list[RemotePlace]]:
    """The places of every run, by its id, in the order in which they were recorded."""
    c = remote_name.c
    found: dict[str, list[RemotePlace]] = {}
    for run, target, name in connection.execute(select(c.run, c.target, c.name).order_by(c.at, c.target, c.name)):
        found.setdefault(run, []).append(RemotePlace(target, name))
    return found


def store_remote_name(
    connection: Connection, place: RemotePlace, run: str, *, by: str | None = None, reason: str | None = None
) -> bool:
    """Record the name of a run, with who gave it and why, unless the run has it already; returns whether it is new."""
    values = {"target": place.target, "name": place.name, "run": run, "at": utc_now(), "by": by, "reason": reason}
    is_new = used_names(connection, place.target).get(place.name) != run
    if is_new:
        connection.execute(insert(remote_name).values(values))
    return is_new
