"""The types of the spend ledger: claims, totals and batch jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from winnow.core.model_vocabulary import ClaimStatus

MAX_ATTEMPTS = 4
"""Attempts without a response after which a request is given up."""


@dataclass(frozen=True)
class Claim:
    """Whether a request may be sent."""

    status: ClaimStatus
    """`claimed`, or why it may not be sent."""
    attempt_id: int = 0
    """Under which the response is saved."""


@dataclass(frozen=True)
class Budgets:
    """Limits of spending, in nanodollars; None is no limit."""

    run: int | None = None
    """For one run."""
    total: int | None = None
    """For all runs in the database together."""


@dataclass(frozen=True)
class SpendTotals:
    """What a run has spent and reserved, in nanodollars."""

    paid: int
    """For responses that were received."""
    lost: int
    """The worst case, for requests whose response never arrived."""
    reserved: int
    """The worst case, for requests in flight."""

    @property
    def settled(self) -> int:
        """What counts as spent, whatever becomes of the requests in flight."""
        return self.paid + self.lost

    @property
    def worst_case(self) -> int:
        """The most that may have been spent."""
        return self.settled + self.reserved


@dataclass(frozen=True)
class BatchJob:
    """Requests that were claimed together, to be sent as one batch."""

    id: str
    remote_id: str | None
    """The API's id; None until the API has answered, which may never happen."""
    at: str
    """When it was claimed, in ISO 8601."""
    in_other_process: bool
    """Another process is submitting it now."""
    attempts: Mapping[str, int]
    """Request to attempt, of the requests that are in flight."""


class BatchClaim(NamedTuple):
    """The requests that were claimed for one batch job."""

    job: BatchJob | None
    """None if no request could be claimed."""
    status: ClaimStatus
    """`claimed`, or why the first request could not be claimed; `answered` means that no request is open."""
