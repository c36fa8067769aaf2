"""Recognize a table with one message of a conversation per row, as applications store them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from winnow.curation.io.readers.columns import NO_COLUMN, Columns
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.validators.kinds.kind import Kind
from winnow.validators.tools.dialogue import Role

SYSTEM = "system"

ROLE_OF = MappingProxyType(
    {
        **dict.fromkeys(("user", "human", "customer"), Role.USER.value),
        **dict.fromkeys(("assistant", "ai", "bot", "model"), Role.ASSISTANT.value),
        **dict.fromkeys(("system", "developer"), SYSTEM),
        **dict.fromkeys(("tool", "function"), Role.TOOL.value),
    }
)
"""The role of OpenAI's chat that a value of the column of roles means."""

NAMES = MappingProxyType(
    {
        "conversation": """conversationid conversationuuid convid convoid chatid chatsessionid sessionid threadid
        dialogueid dialogid conversation convo chat session thread dialogue dialog""".split(),
        "role": "role messagerole senderrole sendertype sender author".split(),
        "content": "content messagecontent messagetext message body text".split(),
        "calls": "toolcalls".split(),
        "call_id": "toolcallid".split(),
        "tool_name": "toolname name".split(),
        "reasoning": "reasoningcontent reasoning thinking".split(),
        "tools": "tools".split(),
        "place": "seq sequence sequencenumber position ordinal turn turnindex messageindex messageorder idx".split(),
        "time": "createdat timestamp time ts sentat createdon datetime date".split(),
    }
)
"""Names of the columns without case and punctuation, the likeliest first."""


@dataclass(frozen=True)
class MessageColumns:
    """Which column of a table of messages holds what."""

    conversation: str
    role: str
    content: str
    calls: str | None = None
    call_id: str | None = None
    tool_name: str | None = None
    reasoning: str | None = None
    tools: str | None = None
    place: str | None = None
    """Where a message stands in its conversation, as a number."""
    time: str | None = None
    """When it was sent; the order, where no column states the place."""

    @property
    def used(self) -> frozenset[str]:
        """The columns that become the dialogue."""
        return frozenset(filter(None, vars(self).values()))


def message_columns(rows: Sequence[Fields], chosen: Columns, kind: Kind) -> MessageColumns | None:
    """The columns of a table of messages; None where the rows are something else.

    A table of messages has columns for conversation, role and content, and a row with a known role. `chosen` is what
    the user said: a column of groups is that of the conversations where none has such a name.
    """
    present = list(dict.fromkeys(key for fields in rows for key in fields))
    by_name = {_folded(column): column for column in reversed(present)}
    found = {part: next((by_name[name] for name in names if name in by_name), None) for part, names in NAMES.items()}
    if chosen.group not in (None, NO_COLUMN) and (found["conversation"] is None or _is_name_of(chosen.group)):
        found["conversation"] = chosen.group
    if chosen.time not in (None, NO_COLUMN):
        found["time"] = chosen.time
    conversation, role, content = found.pop("conversation"), found.pop("role"), found.pop("content")
    has_own_content = kind.holds_dialogues and any(fields.get("messages") is not None for fields in rows)
    if not (conversation and role and content) or has_own_content or chosen.text not in (None, content):
        return None
    if not any(role_of(fields, role) for fields in rows) or _holds_lists(rows, conversation):
        return None
    return MessageColumns(conversation, role, content, **found)


def role_of(fields: Fields, column: str) -> str | None:
    """The role of a message; None if its value is no known one."""
    return ROLE_OF.get(value_text(fields.get(column)).strip().lower())


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _is_name_of(column: str | None) -> bool:
    return _folded(column or "") in NAMES["conversation"]


def _holds_lists(rows: Sequence[Fields], column: str) -> bool:
    """Whether a column holds whole conversations instead of their ids."""
    values = [fields.get(column) for fields in rows]
    return any(isinstance(value, list | dict) or value_text(value).lstrip().startswith(("[", "{")) for value in values)
