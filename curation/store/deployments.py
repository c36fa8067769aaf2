"""Every deployment, oldest first; the last one is active."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.releases.deployment import Deployment
from winnow.curation.store.tables import deployment


def deployments(connection: Connection) -> list[Deployment]:
    """Every deployment, the oldest first; the last one stands."""
    own = deployment.c
    query = select(own.run, own.by, own.reason, own.at).order_by(own.id)
    return [Deployment(*row) for row in connection.execute(query)]
