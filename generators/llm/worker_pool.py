"""Sends many requests at once: each is claimed with its worst-case cost, each response is stored before it is read."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from winnow.core.errors import Problem, ServiceError
from winnow.core.model_vocabulary import ClaimStatus, GenerationEnd
from winnow.generators.llm.client import LlmClient, NoResponse, RequestFailed, Throttled
from winnow.generators.llm.ledger_types import Claim
from winnow.generators.llm.rate_limit import RateLimiter
from winnow.generators.llm.request import LlmRequest, PlannedRequest
from winnow.generators.llm.spend.spend_ledger import SpendLedger

MAX_IN_FLIGHT = 16

MAX_INITIAL_FAILURES = 3
"""Sending stops when this many requests failed before any succeeded."""

RETRY_SECONDS = 0.2
"""Seconds until a request that another process sends, or that waits for the budget, is tried again."""

RECOVERY_INTERVAL_SECONDS = 2.0

OnProgress = Callable[[int, int], None]


def send_requests(
    ledger: SpendLedger,
    client: LlmClient,
    requests: Sequence[PlannedRequest],
    worst_case: Callable[[LlmRequest], int],
    *,
    max_in_flight: int = MAX_IN_FLIGHT,
    progress: OnProgress | None = None,
) -> GenerationEnd:
    """Send every open request; returns whether the budget ended it.

    `worst_case` computes the worst-case cost of a request, in nanodollars. An interrupt waits for requests in flight.
    Raises ServiceError when the API cannot be used; what was received is kept.
    """
    pool_state = _WorkerPool(ledger, client, requests, worst_case, RateLimiter(max_in_flight, client.service), progress)
    with ThreadPoolExecutor(max_in_flight) as pool:
        working = [pool.submit(pool_state.work) for _ in range(min(max_in_flight, len(requests)))]
        try:
            wait(working, return_when=FIRST_EXCEPTION)
        finally:
            pool_state.stopped.set()  # also after an interrupt: what is in flight is paid for
    for done in working:
        done.result()
    if pool_state.failures and not pool_state.answered:
        raise ServiceError(Problem(client.service, pool_state.failures[0], "a response", "see docs/generate.md"))
    return GenerationEnd.BUDGET if pool_state.out_of_budget else GenerationEnd.DONE


class _WorkerPool:
    """The threads that send requests, and their shared state."""

    def __init__(
        self,
        ledger: SpendLedger,
        client: LlmClient,
        requests: Sequence[PlannedRequest],
        worst_case: Callable[[LlmRequest], int],
        rate_limiter: RateLimiter,
        progress: OnProgress | None,
    ) -> None:
        self.stopped = threading.Event()
        self.out_of_budget = False
        self.answered = 0
        self.failures: list[str] = []
        self._ledger, self._client, self._worst_case, self._rate_limiter = ledger, client, worst_case, rate_limiter
        self._open = deque(requests)
        self._total, self._done, self._busy = len(requests), 0, 0
        self._progress = progress
        self._lock = threading.Lock()
        self._checked_at = time.monotonic()

    def work(self) -> None:
        """Claim and send requests until none is open."""
        while not self.stopped.is_set():
            with self._lock:
                if not self._open and not self._busy:
                    return
                request = self._open.popleft() if self._open else None
                self._busy += request is not None
            if request is None:
                self.stopped.wait(RETRY_SECONDS)  # another thread may put its request back
                continue
            retryable = True
            try:
                retryable = self._try(request)
            except BaseException:
                self.stopped.set()
                raise
            finally:
                with self._lock:
                    self._busy -= 1
                    if retryable:
                        self._open.append(request)
                    else:
                        self._done += 1
                        if self._progress:
                            self._progress(self._done, self._total)

    def _try(self, planned: PlannedRequest) -> bool:
        """Claim one request once it may be sent, and send it; returns whether it must be tried again.

        Claimed only then, so that a kill counts no request as lost that still waited for the rate limit.
        """
        attempt_id: int | None = None
        while True:
            with self._rate_limiter.slot() as granted_at:
                if attempt_id is None:
                    claimed = self._claim(planned)
                    attempt_id = claimed.attempt_id if claimed.status == ClaimStatus.CLAIMED else None
                if attempt_id is None:
                    break
                try:
                    return self._send(planned, attempt_id)
                except Throttled as refusal:
                    if self.stopped.is_set():
                        self._ledger.mark_unbilled(attempt_id, str(refusal))
                        return True
                    self._slow_down(attempt_id, granted_at, refusal)
        return self._not_claimed(claimed.status)

    def _claim(self, planned: PlannedRequest) -> Claim:
        if self.stopped.is_set():
            return Claim(ClaimStatus.WAIT)
        return self._ledger.claim(planned.id, self._worst_case(planned.request))

    def _not_claimed(self, status: ClaimStatus) -> bool:
        """Whether a request that could not be claimed must be tried again."""
        if status in (ClaimStatus.ANSWERED, ClaimStatus.GIVEN_UP):
            return False
        if status == ClaimStatus.BUDGET:
            self.out_of_budget = True
            self.stopped.set()
            return True
        self._close_abandoned()
        self.stopped.wait(RETRY_SECONDS)
        return True

    def _send(self, planned: PlannedRequest, attempt_id: int) -> bool:
        """Send a claimed request; returns whether it must be tried again. Raises Throttled, the claim is kept then."""
        try:
            response = self._client.send(planned.request)
        except RequestFailed as failure:
            self._ledger.mark_unbilled(attempt_id, str(failure))
            return self._failed(failure)
        except NoResponse as failure:
            self._ledger.mark_lost(attempt_id, str(failure))
            return True
        except ServiceError as error:
            self._ledger.mark_unbilled(attempt_id, str(error))
            raise
        self._ledger.save(attempt_id, planned.id, response)
        self.answered += 1
        self._rate_limiter.succeeded()
        return False

    def _slow_down(self, attempt_id: int, granted_at: float, refusal: Throttled) -> None:
        try:
            self._rate_limiter.throttled(granted_at, refusal.retry_after)
        except ServiceError:
            self._ledger.mark_unbilled(attempt_id, str(refusal))
            raise

    def _failed(self, failure: RequestFailed) -> bool:
        """Whether this command should send a request again that the API answered with an error."""
        if failure.retryable:
            self.stopped.wait(RETRY_SECONDS)
            return True
        self.failures.append(str(failure))
        if not self.answered and len(self.failures) >= MAX_INITIAL_FAILURES:
            self.stopped.set()
        return False

    def _close_abandoned(self) -> None:
        """Every few seconds, close the attempts of ended processes."""
        with self._lock:
            due = time.monotonic() - self._checked_at > RECOVERY_INTERVAL_SECONDS
            if due:
                self._checked_at = time.monotonic()
        if due:
            self._ledger.close_abandoned()
