"""Asking many questions at once: each is taken with its money, and whatever comes back is stored before it is read."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Literal

from generators.books import Question, Till
from generators.claude import Claude, Failed, NoAnswer, Throttled
from generators.pace import Pace
from validators.faults import Fault, ServiceError

MOST_IN_FLIGHT = 16
REFUSED_AT_ONCE = 3
"""Requests that the API calls wrong before any succeeded: then all are."""
NAP = 0.2
"""Seconds until a question that another process has, or that the money must wait for, is looked at again."""
SETTLE_SECONDS = 2.0
End = Literal["done", "budget"]
Progress = Callable[[int, int], None]


def ask(
    books: Till,
    claude: Claude,
    questions: Sequence[Question],
    worst: Callable[[str], int],
    *,
    most: int = MOST_IN_FLIGHT,
    progress: Progress | None = None,
) -> End:
    """Ask every question that stands open; says whether the budget ended it.

    `worst` tells what a body can cost. An interrupt waits for what is in flight. Raises ServiceError when the API
    cannot be used; what was received is kept.
    """
    crew = _Crew(books, claude, questions, worst, Pace(most), progress)
    with ThreadPoolExecutor(most) as pool:
        working = [pool.submit(crew.work) for _ in range(min(most, len(questions)))]
        try:
            wait(working, return_when=FIRST_EXCEPTION)
        finally:
            crew.stopped.set()  # also when a person interrupts: what is in flight was paid for
    for done in working:
        done.result()
    if crew.wrong and not crew.answered:
        raise ServiceError(Fault("Claude's API", crew.wrong[0], "an answer", "see docs/generate.md"))
    return "budget" if crew.short else "done"


class _Crew:
    """The threads that ask, and what they share."""

    def __init__(
        self,
        books: Till,
        claude: Claude,
        questions: Sequence[Question],
        worst: Callable[[str], int],
        pace: Pace,
        progress: Progress | None,
    ) -> None:
        self.stopped = threading.Event()
        self.short = False
        self.answered = 0
        self.wrong: list[str] = []
        self._books, self._claude, self._worst, self._pace = books, claude, worst, pace
        self._open = deque(questions)
        self._total, self._done, self._busy = len(questions), 0, 0
        self._progress = progress
        self._lock = threading.Lock()
        self._settled_at = time.monotonic()

    def work(self) -> None:
        """Take and ask until nothing is open."""
        while not self.stopped.is_set():
            with self._lock:
                if not self._open and not self._busy:
                    return
                question = self._open.popleft() if self._open else None
                self._busy += question is not None
            if question is None:
                self.stopped.wait(NAP)  # another thread may put its question back
                continue
            again = True
            try:
                again = self._try(question)
            except BaseException:
                self.stopped.set()
                raise
            finally:
                with self._lock:
                    self._busy -= 1
                    if again:
                        self._open.append(question)
                    else:
                        self._done += 1
                        if self._progress:
                            self._progress(self._done, self._total)

    def _try(self, question: Question) -> bool:
        """Ask one question; says whether it is to be tried again."""
        taken = self._books.take(question.id, self._worst(question.body))
        if taken.why in ("answered", "given_up"):
            return False
        if taken.why == "budget":
            self.short = True
            self.stopped.set()
            return True
        if taken.why != "taken":
            self._settle()
            self.stopped.wait(NAP)
            return True
        return self._send(question, taken.attempt)

    def _send(self, question: Question, attempt: int) -> bool:
        while True:
            with self._pace.slot() as given:
                try:
                    message = self._claude.ask(question.body)
                except Throttled as refusal:
                    if self.stopped.is_set():
                        self._books.give_back(attempt, str(refusal))
                        return True
                    try:
                        self._pace.throttled(given, refusal.retry_after)
                    except ServiceError:
                        self._books.give_back(attempt, str(refusal))
                        raise
                    continue
                except Failed as failure:
                    self._books.give_back(attempt, str(failure))
                    return self._failed(failure)
                except NoAnswer as failure:
                    self._books.lose(attempt, str(failure))
                    return True
                except ServiceError as error:
                    self._books.give_back(attempt, str(error))
                    raise
            self._books.keep(attempt, question.id, message)
            self.answered += 1
            self._pace.went_well()
            return False

    def _failed(self, failure: Failed) -> bool:
        """Whether what the API answered with an error is worth asking again in this command."""
        if failure.again:
            self.stopped.wait(NAP)
            return True
        self.wrong.append(str(failure))
        if not self.answered and len(self.wrong) >= REFUSED_AT_ONCE:
            self.stopped.set()
        return False

    def _settle(self) -> None:
        """Now and then look whether the process that has a question still lives."""
        with self._lock:
            due = time.monotonic() - self._settled_at > SETTLE_SECONDS
            if due:
                self._settled_at = time.monotonic()
        if due:
            self._books.settle()
