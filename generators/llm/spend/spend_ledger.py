"""The spend ledger of one run: planned requests, claims with reserved worst-case costs, and attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Update, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import ClaimStatus
from winnow.generators.llm.ledger_types import MAX_ATTEMPTS, Budgets, Claim, SpendTotals
from winnow.generators.llm.prices import Usage
from winnow.generators.llm.process_lock import is_alive
from winnow.generators.llm.providers import read_response
from winnow.generators.llm.request import LlmRequest, PlannedRequest, RequestDraft
from winnow.generators.llm.response import LlmResponse
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.spend_database import SpendDatabase, attempt, llm_request
from winnow.generators.llm.spend.spend_totals import spend_totals

NO_USAGE = Usage(0, 0, 0, 0)

NO_BUDGETS = Budgets()

PROCESS_ENDED = "the process ended"
"""The outcome of an attempt that a killed process left in flight."""

UsageCost = Callable[[str, Usage, bool], int | None]
"""The cost of a response in nanodollars, by its purpose, its tokens and whether it came in a batch; None: no price."""


class SpendLedger:
    """The ledger of one run, shared by every process that works on it."""

    def __init__(
        self,
        database: SpendDatabase,
        responses: ResponseFiles,
        run: str,
        *,
        process: str,
        processes: Path,
        usage_cost: UsageCost,
        budgets: Budgets = NO_BUDGETS,
        retry_given_up: bool = False,
    ) -> None:
        """Open the ledger as a process that `hold_process_lock` named in the folder `processes`.

        With `retry_given_up`, this process sends a request again that an earlier one gave up.
        """
        self.database, self.responses, self.run = database, responses, run
        self.process, self._processes = process, processes
        self._usage_cost, self._budgets = usage_cost, budgets
        self._retry_given_up = retry_given_up

    def plan(self, purpose: str, drafts: Sequence[RequestDraft]) -> list[PlannedRequest]:
        """Store the requests for a purpose, once: a purpose that was planned before keeps the requests it has.

        A request that was sent before, in this run or another one, becomes a new one with the next draw number.
        """
        with self.database.writing() as connection:
            known = self._planned(connection, purpose)
            if known or not drafts:
                return known
            drawn = select(llm_request.c.hash, func.max(llm_request.c.draw)).group_by(llm_request.c.hash)
            highest: dict[str, int] = dict(connection.execute(drawn).tuples().all())
            rows = []
            for position, (request, context) in enumerate(drafts):
                body = request.json_text()
                digest = stable_hash(body, length=32)
                draw = highest[digest] = highest.get(digest, 0) + 1
                rows.append(self._row(purpose, position, request, context, digest, draw) | {"body": body})
            connection.execute(insert(llm_request), rows)
            return self._planned(connection, purpose)

    def add(self, purpose: str, drafts: Sequence[RequestDraft]) -> list[PlannedRequest]:
        """Store requests for a purpose that the run does not have yet: equal requests are one.

        For requests that the caller can make again at any time: only their hash and context are stored.
        """
        if not drafts:
            return []
        hashes = [stable_hash(request.json_text(), length=32) for request, _ in drafts]
        with self.database.writing() as connection:
            known = select(llm_request.c.hash, llm_request.c.position).where(
                llm_request.c.run_id == self.run, llm_request.c.purpose == purpose
            )
            positions: dict[str, int] = dict(connection.execute(known).tuples().all())
            rows = []
            for digest, (request, context) in zip(hashes, drafts, strict=True):
                if digest not in positions:
                    positions[digest] = len(positions)
                    rows.append(self._row(purpose, positions[digest], request, context, digest, 1) | {"body": ""})
            if rows:
                connection.execute(insert(llm_request), rows)
        return [
            PlannedRequest(f"{digest}-1", *draft) for digest, draft in dict(zip(hashes, drafts, strict=True)).items()
        ]

    def _row(
        self, purpose: str, position: int, request: LlmRequest, context: str, digest: str, draw: int
    ) -> dict[str, Any]:
        return {
            "id": f"{digest}-{draw}",
            "run_id": self.run,
            "purpose": purpose,
            "position": position,
            "provider": request.provider,
            "hash": digest,
            "draw": draw,
            "context": context,
        }

    def planned(self, purpose: str) -> list[PlannedRequest]:
        """The requests for a purpose, in order; empty where it was not planned yet."""
        with self.database.reading() as connection:
            return self._planned(connection, purpose)

    def _planned(self, connection: Connection, purpose: str) -> list[PlannedRequest]:
        r = llm_request.c
        query = select(r.id, r.body, r.context).where(r.run_id == self.run, r.purpose == purpose)
        return [
            PlannedRequest(identity, LlmRequest.model_validate_json(body), context)
            for identity, body, context in connection.execute(query.order_by(r.position))
        ]

    def response(self, planned: PlannedRequest) -> LlmResponse | None:
        """The response to a request; None where none was received."""
        stored = self.responses.read(planned.id)
        return None if stored is None else read_response(planned.request.provider, stored)

    def answered(self, purpose: str) -> list[tuple[str, LlmResponse]]:
        """The context and the response of every answered request for a purpose, in the order of planning."""
        r = llm_request.c
        query = select(r.id, r.provider, r.context).where(r.run_id == self.run, r.purpose == purpose)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(r.position)).fetchall()
        found = ((provider, context, self.responses.read(identity)) for identity, provider, context in rows)
        return [(context, read_response(provider, stored)) for provider, context, stored in found if stored is not None]

    def claim(self, request: str, worst_case: int) -> Claim:
        """Claim a request in order to send it now, and reserve its worst-case cost in the same transaction."""
        with self.database.writing() as connection:
            status = self.skip_reason(connection, request) or self.over_budget(connection, worst_case)
            if status:
                return Claim(status)
            return Claim(ClaimStatus.CLAIMED, self.reserve(connection, request, worst_case))

    def skip_reason(self, connection: Connection, request: str) -> ClaimStatus | None:
        """Why a request need not or cannot be sent now; None when it can."""
        query = select(attempt.c.state, attempt.c.process, attempt.c.outcome).where(attempt.c.request_id == request)
        attempts = connection.execute(query).fetchall()
        states = {row.state for row in attempts}
        if "received" in states:
            return ClaimStatus.ANSWERED
        if "in_flight" in states:
            return ClaimStatus.IN_OTHER_PROCESS
        return ClaimStatus.GIVEN_UP if self._given_up(attempts) else None

    def _given_up(self, attempts: Iterable[Any]) -> bool:
        """Whether a request has failed too often; an attempt whose process was killed is not a failure of it."""
        failed: list[str] = [row.process for row in attempts if row.outcome != PROCESS_ENDED]
        counted = [process for process in failed if process == self.process or not self._retry_given_up]
        return len(counted) >= MAX_ATTEMPTS

    def over_budget(self, connection: Connection, worst_case: int) -> ClaimStatus | None:
        """Why this amount cannot be reserved now; None when it can."""
        for limit, run in ((self._budgets.run, self.run), (self._budgets.total, None)):
            if limit is None:
                continue
            totals = spend_totals(connection, run)
            if totals.settled + worst_case > limit:
                return ClaimStatus.BUDGET
            if totals.worst_case + worst_case > limit:
                return ClaimStatus.WAIT
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

    def save(self, attempt_id: int, request: str, response: Mapping[str, Any], *, batch: bool = False) -> None:
        """Store a response: first the response itself, unchanged, then what it cost."""
        self.responses.save(request, response)
        self._received(attempt_id, response, batch=batch)

    def _received(self, attempt_id: int, response: Mapping[str, Any], *, batch: bool) -> None:
        r = llm_request.c
        query = select(r.provider, r.purpose).join(attempt).where(attempt.c.id == attempt_id)
        with self.database.writing() as connection:
            provider, purpose = connection.execute(query).one()
            read = read_response(provider, response)
            cost: Any = self._usage_cost(purpose, read.usage or NO_USAGE, batch)
            if read.usage is None and cost is not None:
                cost = attempt.c.reserved
            tokens = vars(read.usage or NO_USAGE)
            values = {**tokens, "cost": cost, "outcome": read.outcome, "state": "received", "ended_at": utc_now()}
            connection.execute(_in_flight(attempt_id).values(**values))

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
            response = self.responses.read(request)
            if response is not None:
                self._received(attempt_id, response, batch=False)
            else:
                self.mark_lost(attempt_id, PROCESS_ENDED)
                lost += 1
        return lost

    def outcomes(self, requests: Iterable[PlannedRequest]) -> dict[str, str]:
        """How every finished request ended, by its id: the outcome of its response, or `given_up`."""
        a = attempt.c
        wanted = {request.id for request in requests}
        with self.database.reading() as connection:
            rows = connection.execute(
                select(a.request_id, a.state, a.outcome, a.process)
                .join(llm_request)
                .where(llm_request.c.run_id == self.run)
            ).fetchall()
        found = {row.request_id: row.outcome for row in rows if row.state == "received" and row.request_id in wanted}
        for one in wanted - found.keys():
            attempts = [row for row in rows if row.request_id == one]
            in_flight = any(row.state == "in_flight" for row in attempts)
            if not in_flight and self._given_up(attempts):
                found[one] = ClaimStatus.GIVEN_UP
        return found

    def spent(self) -> SpendTotals:
        """What this run has spent and reserved so far."""
        with self.database.reading() as connection:
            return spend_totals(connection, self.run)


def _in_flight(attempt_id: int) -> Update:
    return update(attempt).where(attempt.c.id == attempt_id, attempt.c.state == "in_flight")
