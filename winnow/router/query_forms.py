"""What clients send to route queries, and what they get."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from winnow.core.interaction_line import InteractionId
from winnow.core.record import Record
from winnow.core.routing_vocabulary import RoutedBy
from winnow.training.routing.routed_answer import RoutedAnswer

MAX_TEXTS = 100
"""Queries of one request."""

MAX_SESSION = 200
"""Characters of a session id."""

ID = "01936f1e-5c1a-7b3e-9f00-0a1b2c3d4e5f"
"""An id for examples."""

QUERY_EXAMPLE: JsonDict = {"text": "my vpn drops every hour", "session": "s-17"}
ANSWER_EXAMPLE: JsonDict = {
    "label": "it_vpn",
    "route": "it",
    "confidence": 0.934817,
    "decided_by": "model",
    "run": "first-linear-1a2b3c4d",
    "id": ID,
    "latency_ms": 6.4,
}


class RouteQuery(Record):
    """One query, or up to 100."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [QUERY_EXAMPLE, {"texts": ["my vpn drops every hour", "what is for lunch"]}]}
    )

    text: str | None = None
    """The query; as long as the task allows (`screen.max_characters`, by default 2,000 characters)."""
    texts: Annotated[list[str] | None, Field(min_length=1, max_length=MAX_TEXTS)] = None
    """Several queries, in place of `text`; they are answered together, or none is."""
    id: InteractionId | None = None
    """Id of the query, a UUID of version 7; drawn by the service if it is left out. A client that draws it can send the
    query again after a lost connection: readers of the log count lines of one id once. Only with `text`."""
    session: Annotated[str | None, Field(min_length=1, max_length=MAX_SESSION)] = None
    """Id of the session; the queries of a session never come into two splits."""

    @model_validator(mode="after")
    def _is_one_or_several(self) -> Self:
        if (self.text is None) == (self.texts is None):
            raise ValueError("either `text` or `texts`")
        if self.id is not None and self.text is None:
            raise ValueError("`id` only with `text`")
        return self

    @property
    def queries(self) -> list[str]:
        """The queries, in order."""
        return [self.text] if self.text is not None else list(self.texts or ())


class RoutedQuery(Record):
    """The answer to one query. It is in the log on disk before it is sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})

    label: str | None
    """The label; null when nothing was confident enough and the task has no fallback label."""
    route: str | None
    """The agent that handles the label; null for a label without one."""
    confidence: float
    """Calibrated probability of the most likely label of the model that was asked last, 0 to 1."""
    decided_by: RoutedBy
    """`model`, `rules` of the second stage, or `fallback` where nothing was confident enough."""
    run: str
    """Id of the run that decided, or was asked last."""
    id: str
    """Id of the query in the log; results and feedback about it name it."""
    latency_ms: float
    """Milliseconds from the arrival of the request to the decision; the log is written after that."""

    @classmethod
    def of(cls, answer: RoutedAnswer, identity: str, seconds: float) -> Self:
        """The answer with its id and its duration."""
        return cls(
            label=answer.label,
            route=answer.route,
            confidence=round(answer.confidence, 6),
            decided_by=answer.decided_by,
            run=answer.run,
            id=identity,
            latency_ms=round(1000 * seconds, 3),
        )


class RoutedQueries(Record):
    """The answers to several queries."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answers": [ANSWER_EXAMPLE]}]})

    answers: list[RoutedQuery]
    """One answer for each of `texts`, in their order."""
