"""Waive a gate, withdraw its waivers, list the active ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.curation.store.waivers import Waiver


def waive(workspace: WorkspaceContext, gate: str, *, by: str, reason: str, until: date) -> None:
    """Record a named, reasoned exception to one gate."""
    from winnow.curation.checks.waive import waive_gate

    waive_gate(workspace.store, gate, by=by, reason=reason, until=until)


def withdraw_waiver(workspace: WorkspaceContext, gate: str) -> int:
    """Withdraw the active waivers of a gate; returns how many there were."""
    from winnow.curation.checks.waive import withdraw_waivers

    return withdraw_waivers(workspace.store, gate)


def list_waivers(workspace: WorkspaceContext) -> list[Waiver]:
    """Waivers that are active today, with the days they have left."""
    from winnow.curation.store.waivers import active_waivers

    with workspace.store.reading() as connection:
        return active_waivers(connection, datetime.now(UTC).date())
