"""The spend ledger's types: a claim on a request, the cost of a response, totals; and what sending requests needs of a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Stage = Literal["write", "judge"]


ClaimStatus = Literal["claimed", "answered", "in_other_process", "wait", "budget", "given_up"]


class RequestLike(Protocol):
    """A question as it is stored."""

    @property
    def id(self) -> str:
        """Its name, also in a batch."""

    @property
    def body(self) -> str:
        """The request as JSON."""

    @property
    def context(self) -> str:
        """What it is for, as JSON."""


class ClaimLike(Protocol):
    """Whether a question may be sent."""

    @property
    def status(self) -> ClaimStatus:
        """`taken`, or why not."""

    @property
    def attempt_id(self) -> int:
        """What the answer is kept under."""


class BatchJobLike(Protocol):
    """A batch of questions that were taken together."""

    @property
    def id(self) -> str:
        """Its name here."""

    @property
    def remote_id(self) -> str | None:
        """Its name at the API; None until the API has answered."""

    @property
    def at(self) -> str:
        """When it was taken, in ISO 8601."""

    @property
    def in_other_process(self) -> bool:
        """Another process submits it just now."""

    @property
    def attempts(self) -> Mapping[str, int]:
        """Question to attempt."""


class RequestLedger(Protocol):
    """What asking needs: questions are taken with their money, and answers kept before they are read."""

    def claim(self, request: str, worst_case: int) -> ClaimLike:
        """Take a question, and reserve what it can cost at worst, in nanodollars."""

    def save(self, attempt_id: int, request: str, message: Mapping[str, Any], *, batch: bool = False) -> object:
        """Store an answer and what it cost."""

    def mark_unbilled(self, attempt_id: int, outcome: str) -> None:
        """A request that cost nothing."""

    def mark_lost(self, attempt_id: int, outcome: str) -> None:
        """A request that nobody knows the cost of."""

    def close_abandoned(self) -> int:
        """Close what dead processes left in flight."""


class RoundLedger(RequestLedger, Protocol):
    """The books of one run of a generator."""

    def plan(self, stage: Stage, number: int, bodies: Sequence[tuple[str, str]]) -> Sequence[RequestLike]:
        """Write the questions of a round down, or find those that were."""

    def planned(self, stage: Stage, number: int) -> Sequence[RequestLike]:
        """The questions of a round that were written down."""

    def response(self, request: str) -> dict[str, Any] | None:
        """What was received for a question."""

    def outcomes(self, requests: Iterable[Any]) -> dict[str, str]:
        """How every question ended that did."""


class BatchJobsLike(Protocol):
    """The batches of one run."""

    def claim(self, worst_case: Sequence[tuple[str, int]]) -> tuple[BatchJobLike | None, ClaimStatus]:
        """Take questions together, as many as the money reserves."""

    def submitted(self, batch_job: str, remote_id: str) -> None:
        """What the API calls it."""

    def pending(self) -> Sequence[BatchJobLike]:
        """Those whose results are not in."""

    def known_remote_ids(self) -> frozenset[str]:
        """The API's names of all that are known."""

    def collected(self, batch_job: str) -> None:
        """All its results are in."""

    def not_created(self, batch_job: Any, outcome: str) -> None:
        """It was never made."""


MAX_ATTEMPTS = 4
"""Attempts that end without an answer until a question is given up."""


RequestStage = Literal["write", "judge"]


ClaimState = Literal["claimed", "answered", "in_other_process", "wait", "budget", "given_up"]


@dataclass(frozen=True)
class ResponseCost:
    """What one answer used and cost."""

    input_tokens: int
    """Not read from nor written to the cache."""
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    cost: int | None
    """Nanodollars; None where the model's price is not known."""
    outcome: str
    """`answered`, `refused` or `truncated`."""


@dataclass(frozen=True)
class Claim:
    """Whether a question may be sent."""

    status: ClaimState
    attempt_id: int = 0


@dataclass(frozen=True)
class SpendTotals:
    """Where the money of a run stands, in nanodollars."""

    paid: int
    """For answers that were received."""
    lost: int
    """At worst, for requests whose answer never came."""
    reserved: int
    """At worst, for requests in flight."""

    @property
    def bound(self) -> int:
        """What may be gone at worst."""
        return self.paid + self.lost + self.reserved


@dataclass(frozen=True)
class BatchJob:
    """One batch of this run."""

    id: str
    remote_id: str | None
    """What the API calls it; None until the API has answered, which it may never have."""
    at: str
    in_other_process: bool
    """Another process is submitting it just now."""
    attempts: Mapping[str, int]
    """Question to attempt, of those that are in flight."""
