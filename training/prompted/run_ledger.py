"""The spend ledger of one run of the prompted method: a journal and response files in the run folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from winnow.core.clock import utc_now
from winnow.generators.llm.ledger_types import Claim, ClaimStatus, ResponseCost
from winnow.generators.llm.prices import NANO_PER_USD
from winnow.generators.llm.process_lock import is_alive
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.response_files import ResponseFiles
from winnow.training.prompted.journal import JournalFile, JournalLine

JOURNAL_FILE = "journal.jsonl"

PROCESS_FOLDER = "processes"

MAX_ATTEMPTS = 4
"""Attempts of one command without a response after which it gives a request up; the next command tries again."""


@dataclass(frozen=True)
class RunSpend:
    """What a run has spent so far."""

    answers: int
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    lost: int
    """Requests whose response never arrived; their worst-case cost is counted."""
    usd: float | str
    """`not_measured` with the reason where the model's price is not known."""


@dataclass
class _RunAttempt:
    request: str
    process: str
    reserved: int
    state: str = "in_flight"


class RunLedger:
    """Claims requests with their worst-case cost and stores responses and costs."""

    def __init__(
        self,
        folder: Path,
        *,
        process: str,
        response_cost: Callable[[Mapping[str, Any]], ResponseCost],
        budget: int | None,
    ) -> None:
        """`process` is this process's name in PROCESS_FOLDER; `budget` is in nanodollars."""
        self._responses = ResponseFiles(folder)
        self._processes = folder / PROCESS_FOLDER
        self._process, self._response_cost, self._budget = process, response_cost, budget
        self._attempts: dict[int, _RunAttempt] = {}
        self._context: dict[str, list[str]] = {}
        self._costs: list[ResponseCost] = []
        self._journal = JournalFile(folder / JOURNAL_FILE, self._apply)

    def plan(self, requests: Sequence[LlmRequest]) -> None:
        """Store which texts requests are about, so that responses can be read without the requests."""
        with self._journal.locked():
            for one in requests:
                if one.id not in self._context:
                    self._journal.add({"request": one.id, "context": json.loads(one.context)})

    def answered(self) -> list[tuple[list[str], dict[str, Any]]]:
        """The texts and the response of every answered request, in the order in which they were planned."""
        with self._journal.locked():
            context = dict(self._context)
        found = ((texts, self._responses.read(request)) for request, texts in context.items())
        return [(texts, message) for texts, message in found if message is not None]

    def claim(self, request: str, worst_case: int) -> Claim:
        """Claim a request in order to send it now, and reserve its worst-case cost.

        `in_other_process`: it is in flight. `wait`: the budget suffices only if requests in flight cost less than was
        reserved for them. `budget`: it does not suffice.
        """
        with self._journal.locked():
            status = self._skip_reason(request) or self._over_budget(worst_case)
            if status:
                return Claim(status)
            attempt_id = len(self._attempts) + 1
            line = {
                "attempt_id": attempt_id,
                "of": request,
                "process": self._process,
                "reserved": worst_case,
                "at": utc_now(),
            }
            self._journal.add(line)
            return Claim("claimed", attempt_id)

    def save(self, attempt_id: int, request: str, message: Mapping[str, Any], *, batch: bool = False) -> None:
        """Store a response: first the response itself, then what it cost."""
        del batch  # a run of the prompted method sends no batches
        self._responses.save(request, message)
        self._end(attempt_id, {"state": "received", **asdict(self._response_cost(message))})

    def mark_unbilled(self, attempt_id: int, outcome: str) -> None:
        """Store that a request was refused before it cost anything."""
        self._end(attempt_id, {"state": "unbilled", "reason": outcome})

    def mark_lost(self, attempt_id: int, outcome: str) -> None:
        """Store that no response arrived: it may have been billed, so its reserved cost counts as spent."""
        self._end(attempt_id, {"state": "lost", "reason": outcome})

    def close_abandoned(self) -> int:
        """Close what ended processes left in flight; returns how many requests are lost."""
        with self._journal.locked():
            others = {n: one for n, one in self._attempts.items() if one.process != self._process}
        lost = 0
        for attempt_id, one in others.items():
            if one.state != "in_flight" or is_alive(self._processes, one.process):
                continue
            message = self._responses.read(one.request)
            if message is not None:
                self._end(attempt_id, {"state": "received", **asdict(self._response_cost(message))})
            else:
                self.mark_lost(attempt_id, "the process ended")
                lost += 1
        return lost

    def spent(self) -> RunSpend:
        """What all commands on this run have spent together."""
        with self._journal.locked():
            lost = [one.reserved for one in self._attempts.values() if one.state == "lost"]
            costs = list(self._costs)
        tokens = Counter[str]()
        for response_cost in costs:
            tokens.update({name: value for name, value in asdict(response_cost).items() if name.endswith("_tokens")})
        known = all(response_cost.cost is not None for response_cost in costs)
        usd = (sum(response_cost.cost or 0 for response_cost in costs) + sum(lost)) / NANO_PER_USD
        return RunSpend(
            answers=len(costs),
            input_tokens=tokens["input_tokens"],
            cache_write_tokens=tokens["cache_write_tokens"],
            cache_read_tokens=tokens["cache_read_tokens"],
            output_tokens=tokens["output_tokens"],
            lost=len(lost),
            usd=usd if known else "not_measured: the model has no price in the table",
        )

    def _apply(self, line: JournalLine) -> None:
        if "request" in line:
            self._context.setdefault(line["request"], list(line["context"]))
        elif "of" in line:
            self._attempts[line["attempt_id"]] = _RunAttempt(line["of"], line["process"], line["reserved"])
        elif self._attempts[line["attempt_id"]].state == "in_flight":
            self._attempts[line["attempt_id"]].state = line["state"]
            if line["state"] == "received":
                self._costs.append(ResponseCost(**{name: line[name] for name in ResponseCost.__dataclass_fields__}))

    def _end(self, attempt_id: int, line: JournalLine) -> None:
        with self._journal.locked():
            if self._attempts[attempt_id].state == "in_flight":  # two processes may close the same attempt
                self._journal.add({"attempt_id": attempt_id, "at": utc_now(), **line})

    def _skip_reason(self, request: str) -> ClaimStatus | None:
        """Why a request need not or cannot be sent now; None when it can."""
        own = [one for one in self._attempts.values() if one.request == request]
        states = Counter(one.state for one in own)
        if states["received"]:
            return "answered"
        if states["in_flight"]:
            return "in_other_process"
        failed = sum(one.process == self._process for one in own)
        return "given_up" if failed >= MAX_ATTEMPTS else None

    def _over_budget(self, worst_case: int) -> ClaimStatus | None:
        """Why this amount cannot be reserved now; None when it can."""
        if self._budget is None:
            return None
        spent_so_far = sum(response_cost.cost or 0 for response_cost in self._costs)
        spent_so_far += sum(one.reserved for one in self._attempts.values() if one.state == "lost")
        if spent_so_far + worst_case > self._budget:
            return "budget"
        in_flight = sum(one.reserved for one in self._attempts.values() if one.state == "in_flight")
        return "wait" if spent_so_far + in_flight + worst_case > self._budget else None
