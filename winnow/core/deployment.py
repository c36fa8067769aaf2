"""One deployment: which run, who deployed it, why, and since when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deployment:
    """One decision to use a run in production; it is active until the next deployment."""

    run: str
    by: str
    reason: str
    at: str
    """When it was recorded, in UTC."""
