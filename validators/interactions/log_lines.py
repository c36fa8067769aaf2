"""Read one line of an interaction log: Winnow's own form, or that of another app with the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from winnow.core.hashing import stable_hash
from winnow.core.interaction_line import CHANGED_BY_UPDATES, ExecutionResult, HumanFeedback, InteractionLine, LineKind
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.record import Record
from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import DropReason
from winnow.validators.row_layout import Fields
from winnow.validators.text import Drop, first_problems
from winnow.validators.tools.strict_json import read_json, write_json

OTHER_NAMES = {
    "interaction_id": "id",
    "time": "timestamp",
    "created_at": "timestamp",
    "agent": "agent_role",
    "session_id": "session",
    "model_output": "output",
    "execution_result": "result",
    "human_feedback": "feedback",
}
"""Names that other apps use, and the field that each of them is."""

OTHER_STATUSES = {
    "success": "ok",
    "succeeded": "ok",
    "passed": "ok",
    "completed": "ok",
    "failure": "failed",
    "timeout": "error",
    "exception": "error",
    "canceled": "cancelled",
}
"""Words that other apps use for a status."""

CONTENT = ("task", "output", "messages")
"""Fields of which an interaction has at least one, and an update none."""


def _names_of(*fields: str) -> frozenset[str]:
    """The fields and the names that other apps use for them."""
    return frozenset({*fields, *(name for name, own in OTHER_NAMES.items() if own in fields)})


OUTCOME_NAMES = _names_of(*CHANGED_BY_UPDATES)

AGENT_NAMES = _names_of("agent_role")

UPDATE_NAMES = OUTCOME_NAMES | _names_of("id", "about", "timestamp")
"""The fields of an update of another app."""

JSON_COLUMNS = ("result", "feedback", "messages", "tools", "metadata")
"""Fields that a table holds as JSON text."""

UNTIMED = "0001-01-01T00:00:00.000000+00:00"
"""The time of a line of another app that states none: such updates are applied in the order of their lines."""

MAX_PROBLEMS = 3
"""Problems of one line that its reason names."""


class ForeignLine(Record):
    """The fields of a line of another app, under the names of Winnow's form and without its ids."""

    timestamp: str | int | float | None = None
    """When it was written."""
    agent_role: str | None = None
    """Role of the agent."""
    session: str | int | None = None
    """Id of the session."""
    model: str | None = None
    """Name of the model."""
    task: JsonValue = None
    """What was asked."""
    output: JsonValue = None
    """What was answered."""
    messages: list[dict[str, JsonValue]] | None = None
    """A whole conversation."""
    tools: list[dict[str, JsonValue]] | None = None
    """The offered tools."""
    result: ExecutionResult | None = None
    """How the execution went."""
    feedback: HumanFeedback | None = None
    """What a person said."""
    metadata: dict[str, JsonValue] | None = None
    """Further facts."""


def is_log_line(fields: Fields) -> bool:
    """Whether a row is a line of an interaction log.

    It says so, or it has a task or messages with the role of an agent, a task with a result or feedback, or a result or
    feedback about an id and nothing else.
    """
    if fields.get("kind") in [*LineKind] and "version" in fields:
        return True
    has_outcome, named = not OUTCOME_NAMES.isdisjoint(fields), not AGENT_NAMES.isdisjoint(fields)
    if "task" in fields:
        return has_outcome or named
    if "messages" in fields:
        return has_outcome and named
    return has_outcome and set(fields) <= UPDATE_NAMES


def read_log_line(fields: Fields) -> InteractionLine | Drop:
    """The line, or why it is not of the form.

    An update whose texts were withheld still has its scores. Lines of other apps get the id that they state, else one
    that is the hash of the line, and the time in UTC.
    """
    if fields.get("withheld") and not fields.get("about"):
        return Drop(DropReason.PRIVATE_DATA, f"its content was withheld when it was logged: {fields['withheld']}")
    try:
        if "version" in fields:
            return InteractionLine.model_validate_json(write_json(fields), strict=True)
        return _foreign_line(fields)
    except ValidationError as error:
        return Drop(InteractionDrop.MALFORMED, _problems(error))
    except (ValueError, TypeError) as error:
        return Drop(InteractionDrop.MALFORMED, str(error))


def line_hash(fields: Fields) -> str:
    """Equal for equal lines, whatever the order of their fields."""
    return stable_hash("line", write_json(fields), length=24)


def content_hash(line: InteractionLine) -> str:
    """Equal for lines of one interaction: what was asked, offered and answered."""
    held = [line.agent_role, line.session, line.task, line.output, line.messages, line.tools]
    return stable_hash("content", write_json(held), length=24)


def _foreign_line(fields: Fields) -> InteractionLine:
    """A line of another app. Raises ValidationError or ValueError where it is not of the form."""
    found = _renamed(fields)
    stated, about = _id_of(found.pop("id", None)), _id_of(found.pop("about", None))
    is_update = not any(name in found for name in CONTENT) and bool(about or stated)
    if not is_update and not any(name in found for name in CONTENT):
        raise ValueError("no task, output or messages, and no id that it could be about")
    read = ForeignLine.model_validate_json(write_json(found), strict=True)
    own = stated if stated and not (is_update and not about) else line_hash(fields)
    return InteractionLine.model_construct(
        **{name: value for name, value in read if name not in ("timestamp", "agent_role")},
        version=1,
        kind=LineKind.UPDATE if is_update else LineKind.INTERACTION,
        id=own,
        about=(about or stated) if is_update else None,
        timestamp=_time(read.timestamp),
        agent_role=None if is_update else read.agent_role or "",
    )


def _renamed(fields: Fields) -> dict[str, Any]:
    """The fields under the names of Winnow's form, without those that are null, and JSON text as the value."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        own = OTHER_NAMES.get(name, name)
        if value is None:
            continue
        if own in found:
            raise ValueError(f"{own} occurs twice, also as {name!r}")
        found[own] = read_json(value) if own in JSON_COLUMNS and isinstance(value, str) else value
    for name in CHANGED_BY_UPDATES & found.keys():
        found[name] = _without_nulls(name, found[name])
    return {name: value for name, value in found.items() if name not in CHANGED_BY_UPDATES or value}


def _without_nulls(name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is {value!r}, expected an object")
    stated = {key: one for key, one in value.items() if one is not None}
    if isinstance(stated.get("status"), str):
        status = stated["status"].casefold()
        stated["status"] = OTHER_STATUSES.get(status, status)
    return stated


def _id_of(value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"the id is {value!r}, expected a text or a whole number")


def _time(stated: str | int | float | None) -> str:
    if stated is None:
        return UNTIMED
    read = parse_time(str(stated))
    if read is None:
        raise ValueError(f"timestamp {stated!r}, expected ISO 8601 or seconds since 1970")
    return read.isoformat(timespec="microseconds")


def _problems(error: ValidationError) -> str:
    """What was found and expected, by the field."""
    found = [f"{'.'.join(map(str, one['loc'])) or 'the line'}: {_found(one)}{one['msg']}" for one in error.errors()]
    return first_problems(found, most=MAX_PROBLEMS)


def _found(problem: Any) -> str:
    value = problem["input"]
    return f"found {value!r}, " if isinstance(value, str | int | float | bool) else ""
