"""One selection: which run a router answers with, who selected it, why, and since when."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from winnow.core.record import RECORD_CONFIG


@dataclass(frozen=True, config=RECORD_CONFIG)
class RouterSelection:
    """One decision that a router answers with a run; it is no deployment."""

    run: str
    """Id of the run."""
    by: str
    """Who selected it."""
    reason: str
    """Why."""
    at: str
    """When it was recorded, in UTC."""
