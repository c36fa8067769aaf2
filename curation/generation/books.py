"""The books of one run: what it asks, what is in flight, what was received, and what all that costs.

Money is counted in nanodollars (1e-9 USD), whole numbers, because the cheapest token costs ten of them. What a request
can cost at worst is reserved in the transaction that takes it, so that no crash and no second process spends more than
the budget.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.generation.alive import is_alive
from curation.generation.answers import Answers
from curation.store import Store
from curation.store import tables as t

MOST_TRIES = 4
"""Attempts that end without an answer until a question is given up."""
Stage = Literal["write", "judge"]
Why = Literal["taken", "answered", "elsewhere", "wait", "budget", "given_up"]


@dataclass(frozen=True)
class Bill:
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
class Question:
    """A question as it is stored: asked in exactly these words, however often the run is begun."""

    id: str
    """Hash of the body, and the number of the draw."""
    body: str
    """The request as JSON."""
    about: str
    """What it is for, as JSON; the generator reads it again with the answer."""
    position: int


@dataclass(frozen=True)
class Taken:
    """Whether a question may be sent."""

    why: Why
    attempt: int = 0


@dataclass(frozen=True)
class Spent:
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


class Books:
    """The books of one run, shared by every process that works on it."""

    def __init__(
        self,
        store: Store,
        answers: Answers,
        run: str,
        *,
        process: str,
        processes: Path,
        bill: Callable[[Mapping[str, Any], bool], Bill],
        budget: int | None = None,
        ceiling: int | None = None,
    ) -> None:
        """`budget` bounds this run and `ceiling` the workspace, in nanodollars.

        `bill` tells what an answer cost, and takes whether it came in a batch. `processes` is the folder of `living`.
        """
        self.store, self.answers, self.run = store, answers, run
        self.process, self._processes = process, processes
        self._bill, self._budget, self._ceiling = bill, budget, ceiling

    def plan(self, stage: Stage, number: int, bodies: Sequence[tuple[str, str]]) -> list[Question]:
        """Write a round's questions down, each a body and what it is about; of a round that is there, those that are.

        A question that was asked before, in this run or another, is a new draw.
        """
        with self.store.writing() as connection:
            known = self._questions(connection, stage, number)
            if known or not bodies:
                return known
            drawn = select(t.question.c.hash, func.max(t.question.c.draw)).group_by(t.question.c.hash)
            highest: dict[str, int] = dict(connection.execute(drawn).tuples().all())
            rows = []
            for position, (body, about) in enumerate(bodies):
                digest = hashlib.sha256(body.encode()).hexdigest()[:32]
                draw = highest[digest] = highest.get(digest, 0) + 1
                rows.append(
                    {
                        "id": f"{digest}-{draw}",
                        "run_id": self.run,
                        "stage": stage,
                        "round": number,
                        "position": position,
                        "hash": digest,
                        "draw": draw,
                        "body": body,
                        "about": about,
                    }
                )
            connection.execute(insert(t.question), rows)
            return self._questions(connection, stage, number)

    def planned(self, stage: Stage, number: int) -> list[Question]:
        """The questions of a round, in order; none where it was not planned yet."""
        with self.store.reading() as connection:
            return self._questions(connection, stage, number)

    def _questions(self, connection: Connection, stage: Stage, number: int) -> list[Question]:
        q = t.question.c
        query = select(q.id, q.body, q.about, q.position).where(
            q.run_id == self.run, q.stage == stage, q.round == number
        )
        return [Question(*row) for row in connection.execute(query.order_by(q.position))]

    def answer(self, question: str) -> dict[str, Any] | None:
        """What was received for a question, as it came."""
        return self.answers.read(question)

    def take(self, question: str, worst: int) -> Taken:
        """Take a question to send it now, and reserve what it can cost at worst.

        `elsewhere`: another process has it in flight. `wait`: the money would suffice if what is in flight costs less
        than was reserved for it. `budget`: it would not.
        """
        with self.store.writing() as connection:
            why = self.stands(connection, question)
            why = why or self.affordable(connection, worst)
            return Taken(why) if why else Taken("taken", self.reserve(connection, question, worst))

    def stands(self, connection: Connection, question: str) -> Why | None:
        """Why a question need not, or cannot, be asked now; None when it can."""
        query = select(t.attempt.c.state, func.count()).where(t.attempt.c.question_id == question).group_by("state")
        states: dict[str, int] = dict(connection.execute(query).tuples().all())
        if states.get("received"):
            return "answered"
        if states.get("in_flight"):
            return "elsewhere"
        return "given_up" if states.get("lost", 0) + states.get("unbilled", 0) >= MOST_TRIES else None

    def affordable(self, connection: Connection, worst: int) -> Why | None:
        """Why so much may not be reserved now; None when it may."""
        bounds = [(self._budget, self.run), (self._ceiling, None)]
        for bound, run in bounds:
            if bound is None:
                continue
            gone = spent(connection, run)
            if gone.paid + gone.lost + worst > bound:
                return "budget"
            if gone.bound + worst > bound:
                return "wait"
        return None

    def reserve(self, connection: Connection, question: str, worst: int, submission: str | None = None) -> int:
        """Write down that a question is in flight, and what it can cost; the caller holds the transaction."""
        values = {
            "question_id": question, "process": self.process, "submission_id": submission, "state": "in_flight",
            "reserved": worst, "sent_at": now(),
        }  # fmt: skip
        made = connection.execute(insert(t.attempt).values(**values))
        return int(made.lastrowid)

    def keep(self, attempt: int, question: str, message: Mapping[str, Any], *, batch: bool = False) -> Bill:
        """Store what was received, first the answer and then that it was paid for."""
        self.answers.keep(question, message)
        return self._received(attempt, message, batch=batch)

    def _received(self, attempt: int, message: Mapping[str, Any], *, batch: bool) -> Bill:
        bill = self._bill(message, batch)
        values = {**vars(bill), "state": "received", "ended_at": now()}
        with self.store.writing() as connection:
            connection.execute(_in_flight(attempt).values(**values))
        return bill

    def give_back(self, attempt: int, outcome: str) -> None:
        """Write down that a request was refused before it cost anything."""
        self._ended(attempt, "unbilled", outcome)

    def lose(self, attempt: int, outcome: str) -> None:
        """Write down that no answer came: it may have been billed, so what was reserved counts as spent."""
        self._ended(attempt, "lost", outcome)

    def _ended(self, attempt: int, state: str, outcome: str) -> None:
        with self.store.writing() as connection:
            connection.execute(_in_flight(attempt).values(state=state, outcome=outcome, ended_at=now()))

    def settle(self) -> int:
        """Close what dead processes left in flight, in any run; returns how many requests are lost.

        A request whose answer had been stored is received; of any other nobody knows whether it was billed. Requests
        of a batch are not in the hands of a process.
        """
        a = t.attempt.c
        query = select(a.id, a.question_id, a.process).where(a.state == "in_flight", a.submission_id.is_(None))
        with self.store.reading() as connection:
            open_now = connection.execute(query.where(a.process != self.process)).fetchall()
        lost = 0
        for attempt, question, process in open_now:
            if is_alive(self._processes, process):
                continue
            message = self.answers.read(question)
            if message is not None:
                self._received(attempt, message, batch=False)
            else:
                self.lose(attempt, "the process ended")
                lost += 1
        return lost

    def outcomes(self, questions: Iterable[Question]) -> dict[str, str]:
        """How every question ended that did: its answer's outcome, or `given_up`."""
        a = t.attempt.c
        wanted = {question.id for question in questions}
        with self.store.reading() as connection:
            rows = connection.execute(
                select(a.question_id, a.state, a.outcome).join(t.question).where(t.question.c.run_id == self.run)
            ).fetchall()
        found = {question: outcome for question, state, outcome in rows if state == "received" and question in wanted}
        for one in wanted - found.keys():
            states = [state for question, state, _ in rows if question == one]
            if "in_flight" not in states and len(states) >= MOST_TRIES:
                found[one] = "given_up"
        return found

    def spent(self) -> Spent:
        """What this run has cost so far."""
        with self.store.reading() as connection:
            return spent(connection, self.run)


def _in_flight(attempt: int) -> Any:
    return update(t.attempt).where(t.attempt.c.id == attempt, t.attempt.c.state == "in_flight")


def spent(connection: Connection, run: str | None = None) -> Spent:
    """Where the money of a run stands, or of the whole workspace."""
    a = t.attempt.c
    query = select(a.state, func.sum(func.coalesce(a.cost, a.reserved))).group_by(a.state)
    if run is not None:
        query = query.join(t.question).where(t.question.c.run_id == run)
    sums = dict(connection.execute(query).tuples().all())
    return Spent(int(sums.get("received", 0)), int(sums.get("lost", 0)), int(sums.get("in_flight", 0)))
