"""One line of an interaction log: what an agent was asked, what it answered, how that went and what people said."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from winnow.core.record import ABSENT_IF_NONE, Record

LINE_VERSION: Literal[1] = 1
"""The version of the form of a line; a reader refuses a version that it does not know."""

INTERACTION_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
"""A UUID of version 7 (RFC 9562): unique, and sorted by the time at which it was drawn."""

BEST_RATING = 5

CHANGED_BY_UPDATES = frozenset({"result", "feedback"})
"""The fields that an update may have besides those of every line."""

PARTS_OF_EVERY_LINE = frozenset({"version", "kind", "id", "timestamp", "replaced", "withheld"})

InteractionId = Annotated[str, Field(pattern=INTERACTION_ID)]


class LineKind(StrEnum):
    """What a line of an interaction log is about."""

    INTERACTION = "interaction"
    UPDATE = "update"
    """A result or feedback that arrived later."""


class ExecutionStatus(StrEnum):
    """How the execution of an interaction ended."""

    OK = "ok"
    FAILED = "failed"
    """It ended without an error and did not do what was asked."""
    ERROR = "error"
    """It raised an exception."""
    CANCELLED = "cancelled"
    """The caller stopped it: a canceled task, an interrupted program, or a stream that was not read to its end."""


class ExecutionError(Record):
    """An exception that ended an interaction."""

    type: str
    """The class of the exception with its module, such as `builtins.ValueError`."""
    message: str
    """Its message, without private data; empty if it has none."""


class ExecutionResult(Record):
    """What happened when the output was carried out."""

    status: Annotated[ExecutionStatus | None, ABSENT_IF_NONE] = None
    """How the execution ended."""
    tests_passed: Annotated[bool | None, ABSENT_IF_NONE] = None
    """Whether all automatic tests of the output passed; absent if there were none."""
    review_score: Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False), ABSENT_IF_NONE] = None
    """The score of an automatic review, from 0 (useless) to 1 (perfect)."""
    seconds: Annotated[float | None, Field(ge=0, allow_inf_nan=False), ABSENT_IF_NONE] = None
    """Duration in seconds, by a clock that is never set back."""
    error: Annotated[ExecutionError | None, ABSENT_IF_NONE] = None
    """The exception, if there was one."""


class HumanFeedback(Record):
    """What a person said about an interaction."""

    rating: Annotated[int | None, Field(ge=1, le=BEST_RATING), ABSENT_IF_NONE] = None
    """From 1 (bad) to 5 (good); an app with two buttons writes 1 and 5."""
    comments: Annotated[str | None, ABSENT_IF_NONE] = None
    """Free text."""
    corrections: Annotated[JsonValue, ABSENT_IF_NONE] = None
    """The right output: in the form of `output`, or an object with one of the keys of CorrectionKey."""
    by: Annotated[str | None, ABSENT_IF_NONE] = None
    """Who gave the feedback, by an id of the app."""


class CorrectionKey(StrEnum):
    """The key of an object in `corrections`, which says what is corrected."""

    TEXT = "text"
    """The right answer as text."""
    LABEL = "label"
    """The right label."""
    CALLS = "calls"
    """The right calls of tools, as a list of objects with `name` and `arguments`; empty if none is right."""
    MESSAGES = "messages"
    """The whole conversation with the right answers."""


class InteractionLine(Record):
    """One line of an interaction log."""

    version: Literal[1] = LINE_VERSION
    """Version of this form."""
    kind: LineKind
    """`interaction`, or `update` for a result or feedback that arrived later."""
    id: InteractionId
    """Id of the line, a UUID of version 7; of an interaction also the id that updates refer to."""
    about: Annotated[InteractionId | None, ABSENT_IF_NONE] = None
    """Of an update: the id of the interaction. Absent in an interaction."""
    timestamp: str
    """When the interaction began, or when the update was written: ISO 8601 in UTC with microseconds."""
    agent_role: Annotated[str | None, ABSENT_IF_NONE] = None
    """Role of the agent in the app, such as `router`; in every interaction."""
    session: Annotated[str | None, ABSENT_IF_NONE] = None
    """Id of the session; interactions of one session have equal values."""
    model: Annotated[str | None, ABSENT_IF_NONE] = None
    """Name of the model that produced the output."""
    task: Annotated[JsonValue, ABSENT_IF_NONE] = None
    """What the agent was asked: text, or an object such as the arguments of a function by name."""
    output: Annotated[JsonValue, ABSENT_IF_NONE] = None
    """What the agent answered: text, a label, or any JSON value."""
    messages: Annotated[list[dict[str, JsonValue]] | None, ABSENT_IF_NONE] = None
    """A whole conversation in the form of OpenAI chat or of Winnow's releases."""
    tools: Annotated[list[dict[str, JsonValue]] | None, ABSENT_IF_NONE] = None
    """The tools that were offered, in any form that `add` reads."""
    result: Annotated[ExecutionResult | None, ABSENT_IF_NONE] = None
    """What happened when the output was carried out."""
    feedback: Annotated[HumanFeedback | None, ABSENT_IF_NONE] = None
    """What a person said about it."""
    metadata: Annotated[dict[str, JsonValue] | None, ABSENT_IF_NONE] = None
    """Further facts of the app, such as the version of a prompt."""
    replaced: Annotated[dict[str, int] | None, ABSENT_IF_NONE] = None
    """How many private values were replaced in this line, by entity; absent if none was."""
    withheld: Annotated[str | None, ABSENT_IF_NONE] = None
    """The entity for which the privacy policy drops the content: all texts are absent then."""

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if self.kind == LineKind.INTERACTION and (self.about is not None or self.agent_role is None):
            raise ValueError("an interaction has agent_role and no about")
        if self.kind == LineKind.UPDATE:
            stated = {name for name, value in self if value is not None}
            if self.about is None or not stated & CHANGED_BY_UPDATES:
                raise ValueError("an update has about, and result or feedback")
            if extra := sorted(stated - CHANGED_BY_UPDATES - PARTS_OF_EVERY_LINE - {"about"}):
                raise ValueError(f"an update has no {extra[0]}")
        return self
