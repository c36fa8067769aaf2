"""What generators need of the books: to plan questions, to take them with their money, to keep answers.

The books themselves are tables of the workspace; the front door opens them and passes them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

Stage = Literal["write", "judge"]
Why = Literal["taken", "answered", "elsewhere", "wait", "budget", "given_up"]


class Question(Protocol):
    """A question as it is stored."""

    @property
    def id(self) -> str:
        """Its name, also in a batch."""

    @property
    def body(self) -> str:
        """The request as JSON."""

    @property
    def about(self) -> str:
        """What it is for, as JSON."""


class Taken(Protocol):
    """Whether a question may be sent."""

    @property
    def why(self) -> Why:
        """`taken`, or why not."""

    @property
    def attempt(self) -> int:
        """What the answer is kept under."""


class Submission(Protocol):
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
    def elsewhere(self) -> bool:
        """Another process submits it just now."""

    @property
    def attempts(self) -> Mapping[str, int]:
        """Question to attempt."""


class Till(Protocol):
    """What asking needs: questions are taken with their money, and answers kept before they are read."""

    def take(self, question: str, worst: int) -> Taken:
        """Take a question, and reserve what it can cost at worst, in nanodollars."""

    def keep(self, attempt: int, question: str, message: Mapping[str, Any], *, batch: bool = False) -> object:
        """Store an answer and what it cost."""

    def give_back(self, attempt: int, outcome: str) -> None:
        """A request that cost nothing."""

    def lose(self, attempt: int, outcome: str) -> None:
        """A request that nobody knows the cost of."""

    def settle(self) -> int:
        """Close what dead processes left in flight."""


class Books(Till, Protocol):
    """The books of one run of a generator."""

    def plan(self, stage: Stage, number: int, bodies: Sequence[tuple[str, str]]) -> Sequence[Question]:
        """Write the questions of a round down, or find those that were."""

    def planned(self, stage: Stage, number: int) -> Sequence[Question]:
        """The questions of a round that were written down."""

    def answer(self, question: str) -> dict[str, Any] | None:
        """What was received for a question."""

    def outcomes(self, questions: Iterable[Any]) -> dict[str, str]:
        """How every question ended that did."""


class Submissions(Protocol):
    """The batches of one run."""

    def take(self, worst: Sequence[tuple[str, int]]) -> tuple[Submission | None, Why]:
        """Take questions together, as many as the money reserves."""

    def submitted(self, submission: str, remote_id: str) -> None:
        """What the API calls it."""

    def standing(self) -> Sequence[Submission]:
        """Those whose results are not in."""

    def known(self) -> frozenset[str]:
        """The API's names of all that are known."""

    def collected(self, submission: str) -> None:
        """All its results are in."""

    def gone(self, submission: Any, outcome: str) -> None:
        """It was never made."""
