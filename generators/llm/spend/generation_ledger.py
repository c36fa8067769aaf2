"""The spend ledger of one generation run: planned requests, claims with reserved worst-case costs, and attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Update, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.hashing import stable_hash
from winnow.generators.llm.ledger_types import MAX_ATTEMPTS, Claim, ClaimStatus, ResponseCost, SpendTotals, Stage
from winnow.generators.llm.process_lock import is_alive
from winnow.generators.llm.request import LlmRequest, RequestDraft
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.spend_database import SpendDatabase, attempt, llm_request
from winnow.generators.llm.spend.spend_totals import spend_totals


class GenerationLedger:
    """The ledger of one run, shared by every process that works on it."""

    def __init__(
        self,
        database: SpendDatabase,
        responses: ResponseFiles,
        run: str,
        *,
        process: str,
        processes: Path,
        response_cost: Callable[[Mapping[str, Any], bool], ResponseCost],
        budget: int | None = None,
        workspace_budget: int | None = None,
    ) -> None:
        """Both budgets are in nanodollars: one limits this run, the other everything that the workspace spends.

        `response_cost` computes the cost of a response and whether it came in a batch. `process` is the name that
        `hold_process_lock` gave this process in the folder `processes`.
        """
        self.database, self.responses, self.run = database, responses, run
        self.process, self._processes = process, processes
        self._response_cost, self._budget, self._workspace_budget = response_cost, budget, workspace_budget

    def plan(self, stage: Stage, number: int, drafts: Sequence[RequestDraft]) -> list[LlmRequest]:
        """Store the requests of a round; a round that was planned before keeps the requests it has.

        A body that was sent before, in this run or another one, becomes a new request with the next draw number.
        """
        with self.database.writing() as connection:
            known = self._requests(connection, stage, number)
            if known or not drafts:
                return known
            drawn = select(llm_request.c.hash, func.max(llm_request.c.draw)).group_by(llm_request.c.hash)
            highest: dict[str, int] = dict(connection.execute(drawn).tuples().all())
            rows = []
            for position, (body, context) in enumerate(drafts):
                digest = stable_hash(body, length=32)
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

    def planned(self, stage: Stage, number: int) -> list[LlmRequest]:
        """The requests of a round, in order; empty where the round was not planned yet."""
        with self.database.reading() as connection:
            return self._requests(connection, stage, number)

    def _requests(self, connection: Connection, stage: Stage, number: int) -> list[LlmRequest]:
        r = llm_request.c
        query = select(r.id, r.body, r.context, r.position).where(
            r.run_id == self.run, r.stage == stage, r.round == number
        )
        return [LlmRequest(*row) for row in connection.execute(query.order_by(r.position))]

    def response(self, request: str) -> dict[str, Any] | None:
        """The stored response to a request, unchanged; None where none was received."""
        return self.responses.read(request)

    def claim(self, request: str, worst_case: int) -> Claim:
        """Claim a request in order to send it now, and reserve its worst-case cost in the same transaction.

        `in_other_process`: another process has it in flight. `wait`: the budget suffices only if requests in flight
        cost less than was reserved for them. `budget`: it does not suffice.
        """
        with self.database.writing() as connection:
            status = self.skip_reason(connection, request) or self.over_budget(connection, worst_case)
            return Claim(status) if status else Claim("claimed", self.reserve(connection, request, worst_case))

    def skip_reason(self, connection: Connection, request: str) -> ClaimStatus | None:
        """Why a request need not or cannot be sent now; None when it can."""
        query = select(attempt.c.state, func.count()).where(attempt.c.request_id == request).group_by("state")
        states: dict[str, int] = dict(connection.execute(query).tuples().all())
        if states.get("received"):
            return "answered"
        if states.get("in_flight"):
            return "in_other_process"
        return "given_up" if states.get("lost", 0) + states.get("unbilled", 0) >= MAX_ATTEMPTS else None

    def over_budget(self, connection: Connection, worst_case: int) -> ClaimStatus | None:
        """Why this amount cannot be reserved now; None when it can."""
        for limit, run in ((self._budget, self.run), (self._workspace_budget, None)):
            if limit is None:
                continue
            totals = spend_totals(connection, run)
            if totals.paid + totals.lost + worst_case > limit:
                return "budget"
            if totals.worst_case + worst_case > limit:
                return "wait"
        return None

    def reserve(self, connection: Connection, request: str, worst_case: int, batch_job: str | None = None) -> int:
        """Store that a request is in flight, with its worst-case cost, inside the caller's transaction."""
        values = {
            "request_id": request,
            "process": self.process,
            "batch_job_id": batch_job,
            "state": "in_flight",
            "reserved": worst_case,
            "sent_at": utc_now(),
        }
        return int(connection.execute(insert(attempt).values(**values)).lastrowid)

    def save(self, attempt_id: int, request: str, message: Mapping[str, Any], *, batch: bool = False) -> ResponseCost:
        """Store a response: first the response itself, then what it cost."""
        self.responses.save(request, message)
        return self._received(attempt_id, message, batch=batch)

    def _received(self, attempt_id: int, message: Mapping[str, Any], *, batch: bool) -> ResponseCost:
        response_cost = self._response_cost(message, batch)
        values = {**vars(response_cost), "state": "received", "ended_at": utc_now()}
        with self.database.writing() as connection:
            connection.execute(_in_flight(attempt_id).values(**values))
        return response_cost

    def mark_unbilled(self, attempt_id: int, outcome: str) -> None:
        """Store that a request was refused before it cost anything."""
        self._ended(attempt_id, "unbilled", outcome)

    def mark_lost(self, attempt_id: int, outcome: str) -> None:
        """Store that no response arrived: it may have been billed, so its reserved cost counts as spent."""
        self._ended(attempt_id, "lost", outcome)

    def _ended(self, attempt_id: int, state: str, outcome: str) -> None:
        with self.database.writing() as connection:
            connection.execute(_in_flight(attempt_id).values(state=state, outcome=outcome, ended_at=utc_now()))

    def close_abandoned(self) -> int:
        """Close attempts that ended processes left in flight, in any run; returns how many are lost.

        An attempt whose response was stored counts as received; nobody knows whether any other one was billed.
        Requests of a batch job do not depend on a process.
        """
        a = attempt.c
        query = select(a.id, a.request_id, a.process).where(a.state == "in_flight", a.batch_job_id.is_(None))
        with self.database.reading() as connection:
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
        """How every finished request ended, by its id: the outcome of its response, or `given_up`."""
        a = attempt.c
        wanted = {request.id for request in requests}
        with self.database.reading() as connection:
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
        """What this run has spent and reserved so far."""
        with self.database.reading() as connection:
            return spend_totals(connection, self.run)


def _in_flight(attempt_id: int) -> Update:
    return update(attempt).where(attempt.c.id == attempt_id, attempt.c.state == "in_flight")
