"""Deployments: which run is in production, who deployed it, why, and since when."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.deployment import Deployment
from winnow.curation.store.remote_names import RemotePlace
from winnow.curation.store.tables import deployment


def deployments(connection: Connection) -> list[Deployment]:
    """Every deployment, oldest first; the last one is active."""
    c = deployment.c
    query = select(c.run, c.by, c.reason, c.at, c.target, c.remote_id).order_by(c.id)
    return [Deployment(*row) for row in connection.execute(query)]


def store_deployment(
    connection: Connection, run: str, *, by: str, reason: str, place: RemotePlace | None = None
) -> Deployment:
    """Record a deployment and return it."""
    target, remote_id = place or (None, None)
    new = Deployment(run, by, reason, utc_now(), target, remote_id)
    connection.execute(insert(deployment).values(asdict(new)))
    return new
