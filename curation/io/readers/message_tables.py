"""Rows of single messages: one dialogue per conversation, or the queries among them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from winnow.core.counted import counted
from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.message_columns import MessageColumns, message_columns, role_of
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow, value_text
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop
from winnow.validators.time_cells import read_time, time_form
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

ROWS = "message_rows"
"""The column of a dialogue that names the rows of its messages."""


class _NoDialogueError(ValueError):
    """Why the rows of a conversation are not a dialogue."""


class _Order(NamedTuple):
    """What orders the messages of a conversation."""

    column: str | None
    """None: the rows stand in the order of the messages."""
    form: str | None
    """How the times of the column are written, where the whole column decides it."""
    words: str
    """What a note calls it."""


@dataclass(frozen=True)
class MessageTable:
    """What a table of messages holds for a kind of task."""

    rows: list[NumberedRow]
    columns: Columns
    note: str
    """What was made of the rows."""


def message_table(numbered: Sequence[NumberedRow], chosen: Columns, kind: Kind) -> MessageTable | None:
    """The dialogues or queries of a table of messages; None where the rows are something else.

    Where the kind holds dialogues, the messages of a conversation are one row: in the order of their place or their
    time, messages of the same time in the order of the rows. Elsewhere, the messages of users are queries with the
    conversation as group.
    """
    good = [fields for _, fields in numbered if not isinstance(fields, Drop)]
    found = message_columns(good, chosen, kind)
    if found is None:
        return None
    return _dialogues(numbered, chosen, found) if kind.holds_dialogues else _queries(numbered, chosen, found)


def _queries(numbered: Sequence[NumberedRow], chosen: Columns, found: MessageColumns) -> MessageTable:
    kept: list[NumberedRow] = []
    left_out: Counter[str] = Counter()
    for number, fields in numbered:
        if isinstance(fields, Drop) or role_of(fields, found.role) == Role.USER:
            kept.append((number, fields))
        else:
            left_out[value_text(fields.get(found.role))[:40] or "none"] += 1
    others = ", ".join(f"{role} {rows}" for role, rows in left_out.most_common(5))
    note = f"messages of users in the column {found.content!r}" + (
        f"; other roles left out: {others}" if others else ""
    )
    columns = replace(chosen, text=found.content, group=chosen.group or found.conversation)
    return MessageTable(kept, columns, note)


def _dialogues(numbered: Sequence[NumberedRow], chosen: Columns, found: MessageColumns) -> MessageTable:
    rows: list[NumberedRow] = []
    conversations: dict[str, list[tuple[int, Fields]]] = {}
    for number, fields in numbered:
        name = "" if isinstance(fields, Drop) else value_text(fields.get(found.conversation)).strip()
        if isinstance(fields, Drop):
            rows.append((number, fields))
        elif not name:
            detail = f"row {number} names no conversation in the column {found.conversation!r}"
            rows.append((number, Drop(DropReason.MALFORMED_DIALOGUE, detail, write_json(_plain(fields)))))
        else:
            conversations.setdefault(name, []).append((number, fields))
    unread = f"; {counted(len(rows), 'row')} could not be read, so that dialogues may lack messages" if rows else ""
    order = _order_of(numbered, found)
    rows += [(messages[0][0], _dialogue(messages, found, order)) for messages in conversations.values()]
    messages = sum(map(len, conversations.values()))
    note = (
        f"{counted(messages, 'message')} are {counted(len(conversations), 'dialogue')} by {found.conversation!r}, "
        f"in the order of {order.words}"
    )
    return MessageTable(sorted(rows, key=lambda row: row[0]), replace(chosen, time=found.time), note + unread)


def _order_of(numbered: Sequence[NumberedRow], found: MessageColumns) -> _Order:
    """The order of the messages. Times that the whole column does not make plain are no order."""
    if found.place or found.time is None:
        return _Order(found.place, None, repr(found.place) if found.place else "the rows")
    texts = (value_text(fields.get(found.time)).strip() for _, fields in numbered if not isinstance(fields, Drop))
    form = time_form(text for text in texts if text and parse_time(text) is None)
    if form.is_open:
        why = f"{form.example!r} in {found.time!r} may begin with the day or the month"
        return _Order(None, None, f"the rows, because {why}")
    return _Order(found.time, form.form, repr(found.time))


def _dialogue(rows: Sequence[tuple[int, Fields]], found: MessageColumns, order: _Order) -> Fields | Drop:
    """One row with all messages of a conversation, and the columns that are the same in all of its rows."""
    first = rows[0][1]
    same = {key: first[key] for key in first if all(fields.get(key) == first[key] for _, fields in rows)}
    kept = {key: value for key, value in same.items() if key not in found.used or key == found.conversation}
    try:
        ordered = _in_order(rows, order, is_place=found.place is not None)
        tools = _tools(ordered, found)
        messages = [_message(number, fields, found) for number, fields in ordered]
    except _NoDialogueError as error:
        raw = {found.conversation: first[found.conversation], "messages": [_plain(fields) for _, fields in rows]}
        return Drop(DropReason.MALFORMED_DIALOGUE, str(error), write_json(raw, sort_keys=False))
    time = {found.time: ordered[0][1].get(found.time)} if found.time else {}
    return {**kept, **tools, **time, "messages": messages, ROWS: ", ".join(str(number) for number, _ in ordered)}


def _in_order(rows: Sequence[tuple[int, Fields]], order: _Order, *, is_place: bool) -> list[tuple[int, Fields]]:
    if order.column is None:
        return list(rows)
    keys = {number: _key(number, fields.get(order.column), order, is_place=is_place) for number, fields in rows}
    return sorted(rows, key=lambda row: keys[row[0]])


def _key(number: int, value: object, order: _Order, *, is_place: bool) -> float:
    text = value_text(value).strip()
    try:
        moment = None if is_place else parse_time(text) or read_time(text, order.form)
        key = moment.timestamp() if moment else float(text)
        if math.isnan(key):
            raise ValueError
        return key
    except ValueError:
        kind = "number" if is_place else "time"
        detail = f"row {number}: {order.column} is {text[:40]!r}, expected a {kind} for the order of messages"
        raise _NoDialogueError(detail) from None


def _tools(rows: Sequence[tuple[int, Fields]], found: MessageColumns) -> Mapping[str, object]:
    """The tools that the rows of a conversation name: the same in all of them."""
    given = {repr(value): value for _, fields in rows if found.tools and (value := fields.get(found.tools))}
    if len(given) > 1:
        raise _NoDialogueError(f"the rows of one conversation name {counted(len(given), 'set')} of tools")
    return {"tools": next(iter(given.values()))} if given else {}


def _message(number: int, fields: Fields, found: MessageColumns) -> dict[str, Any]:
    """A row as a message of OpenAI's chat."""
    role = role_of(fields, found.role)
    if role is None:
        given = value_text(fields.get(found.role))[:40]
        raise _NoDialogueError(f"row {number}: role {given!r}, expected user, assistant, system or tool")
    message: dict[str, Any] = {"role": role, "content": fields.get(found.content)}
    calls = _calls(number, fields.get(found.calls)) if found.calls else None
    more = {
        "tool_calls": calls,
        "tool_call_id": fields.get(found.call_id) if found.call_id else None,
        "name": fields.get(found.tool_name) if found.tool_name and role == Role.TOOL else None,
        "reasoning_content": fields.get(found.reasoning) if found.reasoning else None,
    }
    return message | {key: value for key, value in more.items() if value}


def _calls(number: int, value: object) -> list[Any] | None:
    """The calls of a row, in a form of OpenAI or of Hugging Face."""
    if isinstance(value, str) and value.strip():
        try:
            value = read_json(value)
        except JsonError as error:
            raise _NoDialogueError(f"row {number}: the calls are {error}") from None
    if value in (None, "", []):
        return None
    if not isinstance(value, list):
        raise _NoDialogueError(f"row {number}: the calls are not a list")
    return value


def _plain(fields: Fields) -> dict[str, str | int | None]:
    """The columns of a row as values of JSON."""
    return {key: value if isinstance(value, str | int | None) else str(value) for key, value in fields.items()}
