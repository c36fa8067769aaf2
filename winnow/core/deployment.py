"""One deployment: which run, by whom, why, since when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deployment:
    """One decision to let a run answer in production; it is active until the next one."""

    run: str
    by: str
    reason: str
    at: str
    """When it was recorded, in UTC."""
