"""Batches of questions that are submitted together: written down before they are sent, found again after a kill."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.generation.alive import is_alive
from curation.generation.books import Books, Why
from curation.store import tables as t


@dataclass(frozen=True)
class Submission:
    """One batch of this run."""

    id: str
    remote_id: str | None
    """What the API calls it; None until the API has answered, which it may never have."""
    at: str
    elsewhere: bool
    """Another process is submitting it just now."""
    attempts: Mapping[str, int]
    """Question to attempt, of those that are in flight."""


class Submissions:
    """The batches of one run."""

    def __init__(self, books: Books, processes: Path) -> None:
        self._books, self._processes = books, processes

    def take(self, worst: Sequence[tuple[str, int]]) -> tuple[Submission | None, Why]:
        """Take the questions that stand open, as many as the money reserves, in one transaction.

        `worst` is every question with what it can cost. Without a submission the reason is that of the first that
        could not be taken, or `answered` when there is nothing to take.
        """
        books, identity = self._books, uuid.uuid4().hex[:16]
        why: Why = "answered"
        moment = now()
        attempts: dict[str, int] = {}
        with books.store.writing() as connection:
            values = {"id": identity, "run_id": books.run, "process": books.process, "state": "submitting"}
            for question, cost in worst:
                if books.stands(connection, question):
                    continue
                short = books.affordable(connection, cost)
                if short:
                    why = short
                    break
                if not attempts:
                    connection.execute(insert(t.submission).values(**values, at=moment))
                attempts[question] = books.reserve(connection, question, cost, identity)
        return (Submission(identity, None, moment, False, attempts), "taken") if attempts else (None, why)

    def submitted(self, submission: str, remote_id: str) -> None:
        """Write down what the API calls a batch."""
        self._set(submission, state="submitted", remote_id=remote_id)

    def standing(self) -> list[Submission]:
        """The batches whose results are not in, the oldest first."""
        s, a = t.submission.c, t.attempt.c
        with self._books.store.reading() as connection:
            rows = connection.execute(
                select(s.id, s.remote_id, s.at, s.state, s.process)
                .where(s.run_id == self._books.run, s.state.in_(("submitting", "submitted")))
                .order_by(s.at)
            ).fetchall()
            flying = connection.execute(
                select(a.submission_id, a.question_id, a.id).where(
                    a.submission_id.in_([row.id for row in rows]), a.state == "in_flight"
                )
            ).fetchall()
        return [
            Submission(
                row.id,
                row.remote_id,
                row.at,
                row.state == "submitting"
                and row.process != self._books.process
                and is_alive(self._processes, row.process),
                {question: attempt for submission, question, attempt in flying if submission == row.id},
            )
            for row in rows
        ]

    def known(self) -> frozenset[str]:
        """What the API calls every batch of the workspace that is known."""
        with self._books.store.reading() as connection:
            found = connection.execute(select(t.submission.c.remote_id).where(t.submission.c.remote_id.is_not(None)))
            return frozenset(row[0] for row in found)

    def collected(self, submission: str) -> None:
        """Write down that every result of a batch is in."""
        self._set(submission, state="collected")

    def gone(self, submission: Submission, outcome: str) -> None:
        """Write down that a batch was never made: nothing of it was billed."""
        for attempt in submission.attempts.values():
            self._books.give_back(attempt, outcome)
        self._set(submission.id, state="gone")

    def _set(self, submission: str, **values: Any) -> None:
        with self._books.store.writing() as connection:
            connection.execute(update(t.submission).where(t.submission.c.id == submission).values(**values))
