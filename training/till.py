"""The money and the answers of one run: a folder that several processes may share, with nothing paid for twice.

Money is counted in nanodollars. What a request can cost at worst is written down before it is sent, so that neither a
kill nor a second process spends more than the budget.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curation.clock import now
from curation.generation.alive import is_alive
from curation.generation.answers import Answers
from generators.books import Why
from generators.prices import NANO_PER_USD
from training.journal import Journal, Line

JOURNAL = "journal.jsonl"
PROCESSES = "processes"
MOST_TRIES = 4
"""Attempts of one command that end without an answer until it gives a question up; the next command tries again."""


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
    """A request, and the texts that it asks about."""

    id: str
    """Hash of the body."""
    body: str
    about: str
    """The hashes of the texts as JSON, in the order of their numbers."""


@dataclass(frozen=True)
class Taken:
    """Whether a question may be sent."""

    why: Why
    attempt: int = 0


@dataclass(frozen=True)
class Spent:
    """What a run has cost so far."""

    answers: int
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    lost: int
    """Requests whose answer never came; what they may have cost is counted."""
    usd: float | str
    """`not_measured`, with why, where the model's price is not known."""


@dataclass
class _Attempt:
    question: str
    process: str
    reserved: int
    state: str = "in_flight"


class Till:
    """Takes questions with their money, keeps answers, and remembers both."""

    def __init__(
        self, folder: Path, *, process: str, bill: Callable[[Mapping[str, Any]], Bill], budget: int | None
    ) -> None:
        """`process` is the name under which this one lives in the folder PROCESSES; `budget` in nanodollars."""
        self._answers = Answers(folder)
        self._processes = folder / PROCESSES
        self._process, self._bill, self._budget = process, bill, budget
        self._attempts: dict[int, _Attempt] = {}
        self._about: dict[str, list[str]] = {}
        self._bills: list[Bill] = []
        self._journal = Journal(folder / JOURNAL, self._hear)

    def plan(self, questions: Sequence[Question]) -> None:
        """Write down what questions are about, so that their answers can be read without them."""
        with self._journal.turn():
            for one in questions:
                if one.id not in self._about:
                    self._journal.add({"question": one.id, "about": json.loads(one.about)})

    def answered(self) -> list[tuple[list[str], dict[str, Any]]]:
        """What every answered question was about, and its answer, in the order in which they were planned."""
        with self._journal.turn():
            about = dict(self._about)
        found = ((texts, self._answers.read(question)) for question, texts in about.items())
        return [(texts, message) for texts, message in found if message is not None]

    def take(self, question: str, worst: int) -> Taken:
        """Take a question to send it now, and reserve what it can cost at worst.

        `elsewhere`: it is in flight. `wait`: the money would suffice if what is in flight costs less than was reserved
        for it. `budget`: it would not.
        """
        with self._journal.turn():
            why = self._stands(question) or self._beyond(worst)
            if why:
                return Taken(why)
            attempt = len(self._attempts) + 1
            told = {"attempt": attempt, "of": question, "process": self._process, "reserved": worst, "at": now()}
            self._journal.add(told)
            return Taken("taken", attempt)

    def keep(self, attempt: int, question: str, message: Mapping[str, Any], *, batch: bool = False) -> None:
        """Store what was received, first the answer and then that it was paid for."""
        del batch  # a run asks one by one
        self._answers.keep(question, message)
        self._end(attempt, {"state": "received", **asdict(self._bill(message))})

    def give_back(self, attempt: int, outcome: str) -> None:
        """Write down that a request was refused before it cost anything."""
        self._end(attempt, {"state": "unbilled", "why": outcome})

    def lose(self, attempt: int, outcome: str) -> None:
        """Write down that no answer came: it may have been billed, so what was reserved counts as spent."""
        self._end(attempt, {"state": "lost", "why": outcome})

    def settle(self) -> int:
        """Close what dead processes left in flight; returns how many requests are lost."""
        with self._journal.turn():
            others = {n: one for n, one in self._attempts.items() if one.process != self._process}
        lost = 0
        for attempt, one in others.items():
            if one.state != "in_flight" or is_alive(self._processes, one.process):
                continue
            message = self._answers.read(one.question)
            if message is not None:
                self._end(attempt, {"state": "received", **asdict(self._bill(message))})
            else:
                self.lose(attempt, "the process ended")
                lost += 1
        return lost

    def spent(self) -> Spent:
        """What all commands on this run have cost together."""
        with self._journal.turn():
            lost = [one.reserved for one in self._attempts.values() if one.state == "lost"]
            bills = list(self._bills)
        tokens = Counter[str]()
        for bill in bills:
            tokens.update({name: value for name, value in asdict(bill).items() if name.endswith("_tokens")})
        known = all(bill.cost is not None for bill in bills)
        usd = (sum(bill.cost or 0 for bill in bills) + sum(lost)) / NANO_PER_USD
        return Spent(
            answers=len(bills),
            input_tokens=tokens["input_tokens"],
            cache_write_tokens=tokens["cache_write_tokens"],
            cache_read_tokens=tokens["cache_read_tokens"],
            output_tokens=tokens["output_tokens"],
            lost=len(lost),
            usd=usd if known else "not_measured: the model has no price in the table",
        )

    def _hear(self, line: Line) -> None:
        if "question" in line:
            self._about.setdefault(line["question"], list(line["about"]))
        elif "of" in line:
            self._attempts[line["attempt"]] = _Attempt(line["of"], line["process"], line["reserved"])
        elif self._attempts[line["attempt"]].state == "in_flight":
            self._attempts[line["attempt"]].state = line["state"]
            if line["state"] == "received":
                self._bills.append(Bill(**{name: line[name] for name in Bill.__dataclass_fields__}))

    def _end(self, attempt: int, told: Line) -> None:
        with self._journal.turn():
            if self._attempts[attempt].state == "in_flight":  # two processes may settle the same
                self._journal.add({"attempt": attempt, "at": now(), **told})

    def _stands(self, question: str) -> Why | None:
        """Why a question need not, or cannot, be asked now; None when it can."""
        own = [one for one in self._attempts.values() if one.question == question]
        states = Counter(one.state for one in own)
        if states["received"]:
            return "answered"
        if states["in_flight"]:
            return "elsewhere"
        failed = sum(one.process == self._process for one in own)
        return "given_up" if failed >= MOST_TRIES else None

    def _beyond(self, worst: int) -> Why | None:
        """Why so much may not be reserved now; None when it may."""
        if self._budget is None:
            return None
        gone = sum(bill.cost or 0 for bill in self._bills)
        gone += sum(one.reserved for one in self._attempts.values() if one.state == "lost")
        if gone + worst > self._budget:
            return "budget"
        bound = sum(one.reserved for one in self._attempts.values() if one.state == "in_flight")
        return "wait" if gone + bound + worst > self._budget else None
