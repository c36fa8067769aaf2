"""Asking through Message Batches: half the price, an answer within a day, and no batch forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal, TypeVar

from generators.asking import Progress
from generators.books import Books, Question, Submission, Submissions
from generators.claude import SECONDS, Batch, Claude, Failed, NoAnswer, Throttled
from validators.faults import Fault, ServiceError

POLL_SECONDS = 20.0
MOST_REQUESTS = 10_000
"""Requests a batch; the API takes 100,000 or 256 MB."""
CLOCKS_APART = timedelta(minutes=10)
"""How far the API's clock may be from this one."""
GRACE = timedelta(seconds=SECONDS)
"""How long after its submission a batch that nobody confirmed may still appear."""
MOST_REFUSALS = 8
End = Literal["done", "budget", "waiting"]
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How batches are waited for."""

    wait: bool = True
    """Until their results are in; otherwise it ends after submitting, and the same command collects later."""
    poll_seconds: float = POLL_SECONDS
    grace: timedelta = GRACE


def ask_in_batches(
    books: Books,
    submissions: Submissions,
    claude: Claude,
    questions: Sequence[Question],
    worst: Callable[[str], int],
    *,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> End:
    """Submit what stands open, wait, and collect; what was submitted before a kill is found again.

    Requests that come back errored or expired are submitted again, until they are given up. Raises ServiceError when
    the API cannot be used.
    """
    patience = patience or Patience()
    bodies = {question.id: question.body for question in questions}
    while True:
        _adopt_orphans(submissions, claude, patience.grace)
        _collect(books, submissions, claude)
        short = _submit(submissions, claude, bodies, worst)
        standing = submissions.standing()
        if progress:
            progress(len(books.outcomes(questions)), len(questions))
        if not standing:
            return "budget" if short else "done"
        if not patience.wait:
            return "waiting"
        time.sleep(patience.poll_seconds)


def _submit(submissions: Submissions, claude: Claude, bodies: Mapping[str, str], worst: Callable[[str], int]) -> bool:
    """Submit everything that stands open and can be paid for; says whether the budget is short."""
    costs = [(identity, worst(body)) for identity, body in bodies.items()]
    for start in range(0, len(costs), MOST_REQUESTS):
        taken, why = submissions.take(costs[start : start + MOST_REQUESTS])
        if taken is None:
            if why in ("budget", "wait"):
                return why == "budget"
            continue
        asked = [(identity, bodies[identity]) for identity in taken.attempts]
        _send(submissions, claude, taken, asked)
    return False


def _send(submissions: Submissions, claude: Claude, taken: Submission, asked: Sequence[tuple[str, str]]) -> None:
    rest = 1.0
    for refusals in range(MOST_REFUSALS + 1):
        try:
            submissions.submitted(taken.id, claude.submit(asked))
        except Throttled as refusal:
            if refusals == MOST_REFUSALS:
                submissions.gone(taken, str(refusal))
                raise ServiceError(
                    Fault("Claude's API", str(refusal), "a batch taken", "run the same command later")
                ) from None
            time.sleep(rest if refusal.retry_after is None else refusal.retry_after)
            rest *= 2
        except Failed as failure:
            submissions.gone(taken, str(failure))
            raise ServiceError(Fault("Claude's API", str(failure), "a batch taken", "see docs/generate.md")) from None
        except NoAnswer:
            return  # it may have been made: the next look finds it, or finds that it was not
        except ServiceError as error:
            submissions.gone(taken, str(error))
            raise
        else:
            return


def _adopt_orphans(submissions: Submissions, claude: Claude, grace: timedelta) -> None:
    """Find the batches whose making was never confirmed among those that the API knows.

    The API tells a batch's custom ids only with its results: one that still runs and has as many requests may be the
    orphan, so it is waited for.
    """
    for orphan in submissions.standing():
        if orphan.remote_id or orphan.elsewhere:
            continue
        made = datetime.fromisoformat(orphan.at)
        listed = _calmly(partial(claude.batches, made - CLOCKS_APART))
        if listed is None:
            continue
        known = submissions.known()
        likely = [one for one in listed if one.id not in known and one.requests == len(orphan.attempts)]
        own = next((one for one in likely if one.ended and _is_orphan(claude, one, orphan)), None)
        if own:
            submissions.submitted(orphan.id, own.id)
        elif all(one.ended for one in likely) and datetime.now(UTC) - made > grace:
            submissions.gone(orphan, "the batch was never made")


def _is_orphan(claude: Claude, one: Batch, orphan: Submission) -> bool:
    return any(result.question in orphan.attempts for result in claude.results(one.id))


def _collect(books: Books, submissions: Submissions, claude: Claude) -> None:
    """Store the results of every batch that ended. A kill midway changes nothing: the rest is stored next time."""
    for one in submissions.standing():
        if one.remote_id is None:
            continue
        batch = _calmly(partial(claude.batch, one.remote_id))
        if batch is None or not batch.ended:
            continue
        left = dict(one.attempts)
        try:
            for result in claude.results(one.remote_id):
                attempt = left.pop(result.question, None)
                if attempt is None:
                    continue
                if result.message is not None:
                    books.keep(attempt, result.question, result.message, batch=True)
                else:
                    books.give_back(attempt, result.outcome)
        except (Throttled, NoAnswer, Failed):
            continue  # the results stay there: the next look reads the rest
        for attempt in left.values():
            books.give_back(attempt, "no result in the batch")
        submissions.collected(one.id)


def _calmly(call: Callable[[], T]) -> T | None:
    """What a question about batches says; None while the API cannot say it."""
    try:
        return call()
    except (Throttled, NoAnswer):
        return None
    except Failed as failure:
        if failure.again:
            return None
        raise ServiceError(Fault("Claude's API", str(failure), "a batch", "see docs/generate.md")) from None
