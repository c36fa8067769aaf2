"""Questions about what a model wrote: each item is asked about until it is answered, and none is paid for twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from winnow.core.model_vocabulary import GenerationEnd, ResponseOutcome
from winnow.generators.llm.request import PlannedRequest, RequestDraft
from winnow.generators.llm.spend.spend_ledger import SpendLedger

MAX_ATTEMPTS_TO_ASK = 50

SendRequests = Callable[[str, Sequence[PlannedRequest]], GenerationEnd]
"""Sends the requests for a purpose; returns how that ended."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class FollowUp(Generic[Found]):
    """One kind of question about items."""

    purpose: str
    """The purpose of its requests in the ledger, followed by a number."""
    requests: Callable[[Sequence[str], int], list[RequestDraft]]
    """The requests that ask about some items, by their keys; the number counts from 0."""
    read: Callable[[Mapping[str, Any], str], Mapping[str, Found]]
    """What a response answers, by the key of the item, given the context of its request."""


class FollowUpAnswers(NamedTuple, Generic[Found]):
    """What was answered."""

    found: dict[str, Found]
    """By the key of the item."""
    end: GenerationEnd
    """`done` unless something is still open; items without an answer then have none that can be read."""


def ask(
    keys: Sequence[str], follow_up: FollowUp[Found], ledger: SpendLedger, send: SendRequests
) -> FollowUpAnswers[Found]:
    """The answers about these items: first those of earlier commands, then new requests until none is left."""
    found: dict[str, Found] = {}
    for number in range(MAX_ATTEMPTS_TO_ASK):
        purpose = f"{follow_up.purpose} {number}"
        planned_requests = ledger.planned(purpose)
        is_new = not planned_requests
        if is_new:
            left = [key for key in keys if key not in found]
            if not left:
                break
            planned_requests = ledger.plan(purpose, follow_up.requests(left, number))
        end = send_open(purpose, planned_requests, ledger, send)
        answered = _answers(planned_requests, follow_up, ledger)
        found |= answered
        if end != GenerationEnd.DONE:
            return FollowUpAnswers(found, end)
        if is_new and not answered:
            break  # no answer can be read: the remaining items stay without one
    return FollowUpAnswers(found, GenerationEnd.DONE)


def send_open(
    purpose: str, planned_requests: Sequence[PlannedRequest], ledger: SpendLedger, send: SendRequests
) -> GenerationEnd:
    """Send the requests that have no response yet."""
    ended = ledger.outcomes(planned_requests)
    left = [request for request in planned_requests if request.id not in ended]
    return send(purpose, left) if left else GenerationEnd.DONE


def _answers(
    planned_requests: Sequence[PlannedRequest], follow_up: FollowUp[Found], ledger: SpendLedger
) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for request in planned_requests:
        response = ledger.response(request)
        if response is not None and response.outcome == ResponseOutcome.ANSWERED:
            found |= follow_up.read(json.loads(request.context), response.text)
    return found
