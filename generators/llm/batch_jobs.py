"""Sends requests through the Message Batches API: half the price, results within a day, nothing lost after a kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from winnow.core.errors import Problem, ServiceError
from winnow.core.model_vocabulary import ClaimStatus, GenerationEnd
from winnow.generators.llm.client import (
    RESPONSE_SECONDS,
    BatchClient,
    BatchStatus,
    NoResponse,
    RequestFailed,
    Throttled,
)
from winnow.generators.llm.ledger_types import BatchJob
from winnow.generators.llm.request import LlmRequest, PlannedRequest
from winnow.generators.llm.spend.run_batch_jobs import BatchJobs
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.worker_pool import OnProgress

POLL_SECONDS = 20.0

MAX_BATCH_REQUESTS = 10_000
"""Requests in one batch; the API's limits are 100,000 requests and 256 MB."""

MAX_CLOCK_SKEW = timedelta(minutes=10)
"""The largest difference between the API's clock and this machine's."""

CONFIRMATION_TIMEOUT = timedelta(seconds=RESPONSE_SECONDS)
"""How long after its submission an unconfirmed batch may still appear at the API."""

MAX_SUBMIT_RETRIES = 8

T = TypeVar("T")


@dataclass(frozen=True)
class BatchPolling:
    """How to wait for batch results."""

    wait: bool = True
    """Wait until all results are in; otherwise end after submitting, and the same command collects them later."""
    poll_seconds: float = POLL_SECONDS
    grace: timedelta = CONFIRMATION_TIMEOUT


def send_in_batches(
    ledger: SpendLedger,
    batch_jobs: BatchJobs,
    client: BatchClient,
    requests: Sequence[PlannedRequest],
    worst_case: Callable[[LlmRequest], int],
    *,
    polling: BatchPolling | None = None,
    progress: OnProgress | None = None,
) -> GenerationEnd:
    """Submit open requests, wait, and collect the results; batches submitted before a kill are found again.

    Requests that come back errored or expired are submitted again, until they are given up. Raises ServiceError when
    the API cannot be used.
    """
    polling = polling or BatchPolling()
    by_id = {planned.id: planned.request for planned in requests}
    while True:
        _find_unconfirmed(batch_jobs, client, polling.grace)
        _collect(ledger, batch_jobs, client)
        out_of_budget = _submit(batch_jobs, client, by_id, worst_case)
        pending = batch_jobs.pending()
        if progress:
            progress(len(ledger.outcomes(requests)), len(requests))
        if not pending:
            return GenerationEnd.BUDGET if out_of_budget else GenerationEnd.DONE
        if not polling.wait:
            return GenerationEnd.WAITING
        time.sleep(polling.poll_seconds)


def _submit(
    batch_jobs: BatchJobs,
    client: BatchClient,
    by_id: Mapping[str, LlmRequest],
    worst_case: Callable[[LlmRequest], int],
) -> bool:
    """Submit every open request that the budget allows; returns whether the budget is exhausted."""
    costs = [(identity, worst_case(request)) for identity, request in by_id.items()]
    for start in range(0, len(costs), MAX_BATCH_REQUESTS):
        claimed, status = batch_jobs.claim(costs[start : start + MAX_BATCH_REQUESTS])
        if claimed is None:
            if status in (ClaimStatus.BUDGET, ClaimStatus.WAIT):
                return status == ClaimStatus.BUDGET
            continue
        _send(batch_jobs, client, claimed, [(identity, by_id[identity]) for identity in claimed.attempts])
    return False


def _send(
    batch_jobs: BatchJobs, client: BatchClient, claimed: BatchJob, requests: Sequence[tuple[str, LlmRequest]]
) -> None:
    backoff = 1.0
    for retries in range(MAX_SUBMIT_RETRIES + 1):
        try:
            batch_jobs.submitted(claimed.id, client.submit(requests))
        except Throttled as refusal:
            if retries == MAX_SUBMIT_RETRIES:
                batch_jobs.not_created(claimed, str(refusal))
                raise ServiceError(
                    Problem(
                        client.service, str(refusal), "an accepted batch", "try again later: what was received is kept"
                    )
                ) from None
            time.sleep(backoff if refusal.retry_after is None else refusal.retry_after)
            backoff *= 2
        except RequestFailed as failure:
            batch_jobs.not_created(claimed, str(failure))
            raise ServiceError(
                Problem(client.service, str(failure), "an accepted batch", "see docs/generate.md")
            ) from None
        except NoResponse:
            return  # it may have been created: the next poll finds out
        except ServiceError as error:
            batch_jobs.not_created(claimed, str(error))
            raise
        else:
            return


def _find_unconfirmed(batch_jobs: BatchJobs, client: BatchClient, grace: timedelta) -> None:
    """Find unconfirmed batches among those that the API lists.

    The API shows a batch's custom ids only with its results: a running batch with the same number of requests may be
    the unconfirmed one, so it is waited for.
    """
    for unconfirmed in batch_jobs.pending():
        if unconfirmed.remote_id or unconfirmed.in_other_process:
            continue
        submitted_at = datetime.fromisoformat(unconfirmed.at)
        listed = _unless_unavailable(partial(client.batches, submitted_at - MAX_CLOCK_SKEW))
        if listed is None:
            continue
        known_remote_ids = batch_jobs.known_remote_ids()
        likely = [job for job in listed if job.id not in known_remote_ids and job.requests == len(unconfirmed.attempts)]
        own = next((job for job in likely if job.ended and _is_same_job(client, job, unconfirmed)), None)
        if own:
            batch_jobs.submitted(unconfirmed.id, own.id)
        elif all(job.ended for job in likely) and datetime.now(UTC) - submitted_at > grace:
            batch_jobs.not_created(unconfirmed, "the batch was never created")


def _is_same_job(client: BatchClient, job: BatchStatus, unconfirmed: BatchJob) -> bool:
    return any(result.request in unconfirmed.attempts for result in client.results(job.id))


def _collect(ledger: SpendLedger, batch_jobs: BatchJobs, client: BatchClient) -> None:
    """Store the results of every ended batch. After a kill midway, the next call stores the rest."""
    for job in batch_jobs.pending():
        if job.remote_id is None:
            continue
        batch = _unless_unavailable(partial(client.batch, job.remote_id))
        if batch is None or not batch.ended:
            continue
        left = dict(job.attempts)
        try:
            for result in client.results(job.remote_id):
                attempt_id = left.pop(result.request, None)
                if attempt_id is None:
                    continue
                if result.response is not None:
                    ledger.save(attempt_id, result.request, result.response, batch=True)
                else:
                    ledger.mark_unbilled(attempt_id, result.outcome)
        except (Throttled, NoResponse, RequestFailed):
            continue  # the results stay available: the next poll reads the rest
        for attempt_id in left.values():
            ledger.mark_unbilled(attempt_id, "no result in the batch")
        batch_jobs.collected(job.id)


def _unless_unavailable(call: Callable[[], T]) -> T | None:
    """The result of a call about batches; None while the API is unavailable."""
    try:
        return call()
    except (Throttled, NoResponse):
        return None
    except RequestFailed as failure:
        if failure.retryable:
            return None
        raise ServiceError(Problem("the batch API", str(failure), "a batch", "see docs/generate.md")) from None
