"""One deployment: which run, who deployed it, why, and since when."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from winnow.core.record import RECORD_CONFIG


@dataclass(frozen=True, config=RECORD_CONFIG)
class Deployment:
    """One decision to use a run in production; it is active until the next deployment."""

    run: str
    """Id of the run."""
    by: str
    """Who deployed it."""
    reason: str
    """Why."""
    at: str
    """When it was recorded, in UTC."""
    target: str | None = None
    """The runtime that serves it, such as `cloudflare`; null where none was named."""
    remote_id: str | None = None
    """Its id or name in that runtime; null where none was named."""
