"""The batch jobs of one run, from the claim of their requests until every result is stored."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.model_vocabulary import ClaimStatus
from winnow.generators.llm.ledger_types import BatchClaim, BatchJob
from winnow.generators.llm.process_lock import is_alive
from winnow.generators.llm.spend.spend_database import attempt, batch_job
from winnow.generators.llm.spend.spend_ledger import SpendLedger


class BatchJobs:
    """The batch jobs of one run. Their requests and costs are in its ledger."""

    def __init__(self, ledger: SpendLedger, processes: Path) -> None:
        self._ledger, self._processes = ledger, processes

    def claim(self, worst_case: Sequence[tuple[str, int]]) -> BatchClaim:
        """Claim open requests for one job, as many as the budget allows, in one transaction.

        `worst_case` lists requests with their worst-case costs.
        """
        ledger, identity, now = self._ledger, uuid.uuid4().hex[:16], utc_now()
        status = ClaimStatus.ANSWERED
        attempts: dict[str, int] = {}
        with ledger.database.writing() as connection:
            values = {"id": identity, "run_id": ledger.run, "process": ledger.process, "state": "submitting", "at": now}
            for request, cost in worst_case:
                if ledger.skip_reason(connection, request):
                    continue
                over_budget = ledger.over_budget(connection, cost)
                if over_budget:
                    status = over_budget
                    break
                if not attempts:
                    connection.execute(insert(batch_job).values(**values))
                attempts[request] = ledger.reserve(connection, request, cost, identity)
        if not attempts:
            return BatchClaim(None, status)
        return BatchClaim(BatchJob(identity, None, now, False, attempts), ClaimStatus.CLAIMED)

    def submitted(self, job: str, remote_id: str) -> None:
        """Store the API's id of a job."""
        self._set(job, state="submitted", remote_id=remote_id)

    def pending(self) -> list[BatchJob]:
        """The jobs whose results are not stored yet, the oldest first."""
        j, a = batch_job.c, attempt.c
        with self._ledger.database.reading() as connection:
            rows = connection.execute(
                select(j.id, j.remote_id, j.at, j.state, j.process)
                .where(j.run_id == self._ledger.run, j.state.in_(("submitting", "submitted")))
                .order_by(j.at)
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
                {request: attempt_id for job, request, attempt_id in in_flight if job == row.id},
            )
            for row in rows
        ]

    def known_remote_ids(self) -> frozenset[str]:
        """The API's ids of all jobs of the workspace that have one."""
        with self._ledger.database.reading() as connection:
            known = select(batch_job.c.remote_id).where(batch_job.c.remote_id.is_not(None))
            return frozenset(connection.execute(known).scalars())

    def collected(self, job: str) -> None:
        """Store that every result of a job is in."""
        self._set(job, state="collected")

    def not_created(self, job: BatchJob, outcome: str) -> None:
        """Store that the API never created a job: none of its requests was billed."""
        for attempt_id in job.attempts.values():
            self._ledger.mark_unbilled(attempt_id, outcome)
        self._set(job.id, state="not_created")

    def _set(self, job: str, **values: Any) -> None:
        with self._ledger.database.writing() as connection:
            connection.execute(update(batch_job).where(batch_job.c.id == job).values(**values))
