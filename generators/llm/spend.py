"""The spend ledger of generation: requests, attempts, worst-case reservations and batch jobs, in a database of its own."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.curation.store import tables
from winnow.curation.store.database import Store
from winnow.curation.store.tables import attempt, llm_request
from winnow.generators.llm.ledger import (
    MAX_ATTEMPTS,
    BatchJob,
    Claim,
    ClaimState,
    RequestStage,
    ResponseCost,
    SpendTotals,
)
from winnow.generators.llm.process_lock import is_alive
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.response_files import ResponseFiles


class GenerationLedger:
    """The books of one run, shared by every process that works on it."""

    def __init__(
        self,
        store: Store,
        responses: ResponseFiles,
        run: str,
        *,
        process: str,
        processes: Path,
        response_cost: Callable[[Mapping[str, Any], bool], ResponseCost],
        budget: int | None = None,
        workspace_budget: int | None = None,
    ) -> None:
        """`budget` bounds this run and `ceiling` the workspace, in nanodollars.

        `bill` tells what an answer cost, and takes whether it came in a batch. `processes` is the folder of `living`.
        """
        self.store, self.responses, self.run = store, responses, run
        self.process, self._processes = process, processes
        self._response_cost, self._budget, self._workspace_budget = response_cost, budget, workspace_budget

    def plan(self, stage: RequestStage, number: int, bodies: Sequence[tuple[str, str]]) -> list[LlmRequest]:
        """Write a round's questions down, each a body and what it is about; of a round that is there, those that are.

        A question that was asked before, in this run or another, is a new draw.
        """
        with self.store.writing() as connection:
            known = self._requests(connection, stage, number)
            if known or not bodies:
                return known
            drawn = select(llm_request.c.hash, func.max(llm_request.c.draw)).group_by(llm_request.c.hash)
            highest: dict[str, int] = dict(connection.execute(drawn).tuples().all())
            rows = []
            for position, (body, context) in enumerate(bodies):
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
                        "context": context,
                    }
                )
            connection.execute(insert(llm_request), rows)
            return self._requests(connection, stage, number)

    def planned(self, stage: RequestStage, number: int) -> list[LlmRequest]:
        """The questions of a round, in order; none where it was not planned yet."""
        with self.store.reading() as connection:
            return self._requests(connection, stage, number)

    def _requests(self, connection: Connection, stage: RequestStage, number: int) -> list[LlmRequest]:
        q = llm_request.c
        query = select(q.id, q.body, q.context, q.position).where(
            q.run_id == self.run, q.stage == stage, q.round == number
        )
        return [LlmRequest(*row) for row in connection.execute(query.order_by(q.position))]

    def response(self, request: str) -> dict[str, Any] | None:
        """What was received for a question, as it came."""
        return self.responses.read(request)

    def claim(self, request: str, worst_case: int) -> Claim:
        """Take a question to send it now, and reserve what it can cost at worst.

        `elsewhere`: another process has it in flight. `wait`: the money would suffice if what is in flight costs less
        than was reserved for it. `budget`: it would not.
        """
        with self.store.writing() as connection:
            status = self.skip_reason(connection, request)
            status = status or self.over_budget(connection, worst_case)
            return Claim(status) if status else Claim("claimed", self.reserve(connection, request, worst_case))

    def skip_reason(self, connection: Connection, request: str) -> ClaimState | None:
        """Why a question need not, or cannot, be asked now; None when it can."""
        query = select(attempt.c.state, func.count()).where(attempt.c.request_id == request).group_by("state")
        states: dict[str, int] = dict(connection.execute(query).tuples().all())
        if states.get("received"):
            return "answered"
        if states.get("in_flight"):
            return "in_other_process"
        return "given_up" if states.get("lost", 0) + states.get("unbilled", 0) >= MAX_ATTEMPTS else None

    def over_budget(self, connection: Connection, worst_case: int) -> ClaimState | None:
        """Why so much may not be reserved now; None when it may."""
        bounds = [(self._budget, self.run), (self._workspace_budget, None)]
        for bound, run in bounds:
            if bound is None:
                continue
            totals = spend_totals(connection, run)
            if totals.paid + totals.lost + worst_case > bound:
                return "budget"
            if totals.bound + worst_case > bound:
                return "wait"
        return None

    def reserve(self, connection: Connection, request: str, worst_case: int, batch_job: str | None = None) -> int:
        """Write down that a question is in flight, and what it can cost; the caller holds the transaction."""
        values = {
            "request_id": request, "process": self.process, "batch_job_id": batch_job, "state": "in_flight",
            "reserved": worst_case, "sent_at": utc_now(),
        }  # fmt: skip
        made = connection.execute(insert(attempt).values(**values))
        return int(made.lastrowid)

    def save(self, attempt_id: int, request: str, message: Mapping[str, Any], *, batch: bool = False) -> ResponseCost:
        """Store what was received, first the answer and then that it was paid for."""
        self.responses.save(request, message)
        return self._received(attempt_id, message, batch=batch)

    def _received(self, attempt_id: int, message: Mapping[str, Any], *, batch: bool) -> ResponseCost:
        response_cost = self._response_cost(message, batch)
        values = {**vars(response_cost), "state": "received", "ended_at": utc_now()}
        with self.store.writing() as connection:
            connection.execute(_in_flight(attempt_id).values(**values))
        return response_cost

    def mark_unbilled(self, attempt_id: int, outcome: str) -> None:
        """Write down that a request was refused before it cost anything."""
        self._ended(attempt_id, "unbilled", outcome)

    def mark_lost(self, attempt_id: int, outcome: str) -> None:
        """Write down that no answer came: it may have been billed, so what was reserved counts as spent."""
        self._ended(attempt_id, "lost", outcome)

    def _ended(self, attempt_id: int, state: str, outcome: str) -> None:
        with self.store.writing() as connection:
            connection.execute(_in_flight(attempt_id).values(state=state, outcome=outcome, ended_at=utc_now()))

    def close_abandoned(self) -> int:
        """Close what dead processes left in flight, in any run; returns how many requests are lost.

        A request whose answer had been stored is received; of any other nobody knows whether it was billed. Requests
        of a batch are not in the hands of a process.
        """
        a = attempt.c
        query = select(a.id, a.request_id, a.process).where(a.state == "in_flight", a.batch_job_id.is_(None))
        with self.store.reading() as connection:
            open_now = connection.execute(query.where(a.process != self.process)).fetchall()
        lost = 0
        for attempt_id, request, process in open_now:
            if is_alive(self._processes, process):
                continue
            message = self.responses.read(request)
            if message is not None:
                self._received(attempt_id, message, batch=False)
            else:
                self.mark_lost(attempt_id, "the process ended")
                lost += 1
        return lost

    def outcomes(self, requests: Iterable[LlmRequest]) -> dict[str, str]:
        """How every question ended that did: its answer's outcome, or `given_up`."""
        a = attempt.c
        wanted = {request.id for request in requests}
        with self.store.reading() as connection:
            rows = connection.execute(
                select(a.request_id, a.state, a.outcome).join(llm_request).where(llm_request.c.run_id == self.run)
            ).fetchall()
        found = {request: outcome for request, state, outcome in rows if state == "received" and request in wanted}
        for one in wanted - found.keys():
            states = [state for request, state, _ in rows if request == one]
            if "in_flight" not in states and len(states) >= MAX_ATTEMPTS:
                found[one] = "given_up"
        return found

    def spent(self) -> SpendTotals:
        """What this run has cost so far."""
        with self.store.reading() as connection:
            return spend_totals(connection, self.run)


def _in_flight(attempt_id: int) -> Any:
    return update(attempt).where(attempt.c.id == attempt_id, attempt.c.state == "in_flight")


def spend_totals(connection: Connection, run: str | None = None) -> SpendTotals:
    """Where the money of a run stands, or of the whole workspace."""
    a = attempt.c
    query = select(a.state, func.sum(func.coalesce(a.cost, a.reserved))).group_by(a.state)
    if run is not None:
        query = query.join(llm_request).where(llm_request.c.run_id == run)
    sums = dict(connection.execute(query).tuples().all())
    return SpendTotals(int(sums.get("received", 0)), int(sums.get("lost", 0)), int(sums.get("in_flight", 0)))


class BatchJobs:
    """The batches of one run."""

    def __init__(self, ledger: GenerationLedger, processes: Path) -> None:
        self._ledger, self._processes = ledger, processes

    def claim(self, worst_case: Sequence[tuple[str, int]]) -> tuple[BatchJob | None, ClaimState]:
        """Take the questions that stand open, as many as the money reserves, in one transaction.

        `worst` is every question with what it can cost. Without a submission the reason is that of the first that
        could not be taken, or `answered` when there is nothing to take.
        """
        ledger, identity = self._ledger, uuid.uuid4().hex[:16]
        status: ClaimState = "answered"
        moment = utc_now()
        attempts: dict[str, int] = {}
        with ledger.store.writing() as connection:
            values = {"id": identity, "run_id": ledger.run, "process": ledger.process, "state": "submitting"}
            for request, cost in worst_case:
                if ledger.skip_reason(connection, request):
                    continue
                over_budget_status = ledger.over_budget(connection, cost)
                if over_budget_status:
                    status = over_budget_status
                    break
                if not attempts:
                    connection.execute(insert(tables.batch_job).values(**values, at=moment))
                attempts[request] = ledger.reserve(connection, request, cost, identity)
        return (BatchJob(identity, None, moment, False, attempts), "claimed") if attempts else (None, status)

    def submitted(self, batch_job: str, remote_id: str) -> None:
        """Write down what the API calls a batch."""
        self._set(batch_job, state="submitted", remote_id=remote_id)

    def pending(self) -> list[BatchJob]:
        """The batches whose results are not in, the oldest first."""
        s, a = tables.batch_job.c, attempt.c
        with self._ledger.store.reading() as connection:
            rows = connection.execute(
                select(s.id, s.remote_id, s.at, s.state, s.process)
                .where(s.run_id == self._ledger.run, s.state.in_(("submitting", "submitted")))
                .order_by(s.at)
            ).fetchall()
            in_flight = connection.execute(
                select(a.batch_job_id, a.request_id, a.id).where(
                    a.batch_job_id.in_([row.id for row in rows]), a.state == "in_flight"
                )
            ).fetchall()
        return [
            BatchJob(
                row.id,
                row.remote_id,
                row.at,
                row.state == "submitting"
                and row.process != self._ledger.process
                and is_alive(self._processes, row.process),
                {request: attempt_id for batch_job, request, attempt_id in in_flight if batch_job == row.id},
            )
            for row in rows
        ]

    def known_remote_ids(self) -> frozenset[str]:
        """What the API calls every batch of the workspace that is known."""
        with self._ledger.store.reading() as connection:
            found = connection.execute(
                select(tables.batch_job.c.remote_id).where(tables.batch_job.c.remote_id.is_not(None))
            )
            return frozenset(row[0] for row in found)

    def collected(self, batch_job: str) -> None:
        """Write down that every result of a batch is in."""
        self._set(batch_job, state="collected")

    def not_created(self, batch_job: BatchJob, outcome: str) -> None:
        """Write down that a batch was never made: nothing of it was billed."""
        for attempt_id in batch_job.attempts.values():
            self._ledger.mark_unbilled(attempt_id, outcome)
        self._set(batch_job.id, state="not_created")

    def _set(self, batch_job: str, **values: Any) -> None:
        with self._ledger.store.writing() as connection:
            connection.execute(update(tables.batch_job).where(tables.batch_job.c.id == batch_job).values(**values))


NANO_PER_USD = 10**9


NO_SPEND: dict[str, Any] = {
    "answers": 0, "refused": 0, "truncated": 0, "lost": 0, "input_tokens": 0, "cache_write_tokens": 0,
    "cache_read_tokens": 0, "output_tokens": 0, "usd": 0.0,
}  # fmt: skip


TOKEN_COLUMNS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")


def spend_by_run(connection: Connection) -> dict[str, dict[str, Any]]:
    a = attempt.c
    query = (
        select(
            llm_request.c.run_id,
            a.state,
            a.outcome,
            func.count(),
            func.sum(a.cost),
            func.count(a.cost),
            func.sum(a.reserved),
            *(func.sum(a[name]) for name in TOKEN_COLUMNS),
        )
        .join(llm_request, llm_request.c.id == a.request_id)
        .group_by(llm_request.c.run_id, a.state, a.outcome)
    )
    found: dict[str, dict[str, Any]] = {}
    for run, state, outcome, count, cost, priced, reserved, *tokens in connection.execute(query):
        own = found.setdefault(run, dict(NO_SPEND))
        if state == "received":
            own["answers"] += count
            if outcome in ("refused", "truncated"):
                own[outcome] += count
            for name, number in zip(TOKEN_COLUMNS, tokens, strict=True):
                own[name] += number
            unknown = own["usd"] is None or priced < count
            own["usd"] = None if unknown else own["usd"] + cost / NANO_PER_USD
        elif state == "lost":
            own["lost"] += count
            own["usd"] = None if own["usd"] is None else own["usd"] + reserved / NANO_PER_USD
    return found
