"""The types of a spend ledger: claims, costs, totals and batch jobs; and what sending requests requires of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MAX_ATTEMPTS = 4
"""Attempts without a response after which a request is given up."""

Stage = Literal["write", "judge"]

ClaimStatus = Literal["claimed", "answered", "in_other_process", "wait", "budget", "given_up"]


@dataclass(frozen=True)
class Claim:
    """Whether a request may be sent."""

    status: ClaimStatus
    """`claimed`, or why it may not be sent."""
    attempt_id: int = 0
    """Under which the response is saved."""


@dataclass(frozen=True)
class ResponseCost:
    """The tokens and cost of one response."""

    input_tokens: int
    """Neither read from the cache nor written to it."""
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    cost: int | None
    """Nanodollars; None where the model's price is not known."""
    outcome: str
    """`answered`, `refused` or `truncated`."""


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
    def worst_case(self) -> int:
        """The most that may have been spent."""
        return self.paid + self.lost + self.reserved


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


class RequestLedger(Protocol):
    """What sending requires: a request is claimed with its worst-case cost, and a response is saved before it is read.

    Generation keeps its ledger in SQLite, a run of the prompted method in files of the run folder.
    """

    def claim(self, request: str, worst_case: int) -> Claim:
        """Claim a request and reserve its worst-case cost, in nanodollars."""

    def save(self, attempt_id: int, request: str, message: Mapping[str, Any], *, batch: bool = False) -> object:
        """Store a response and its cost."""

    def mark_unbilled(self, attempt_id: int, outcome: str) -> None:
        """Store that a request cost nothing."""

    def mark_lost(self, attempt_id: int, outcome: str) -> None:
        """Store that nobody knows what a request cost."""

    def close_abandoned(self) -> int:
        """Close what ended processes left in flight."""
