"""A query as the turn of the user and its label as that of the assistant, in the forms of chat and ShareGPT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.prompt_template import PromptText
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import prompt_completion_rows
from winnow.validators.tools.dialects.openai_chat import SYSTEM_ROLES
from winnow.validators.tools.dialects.spoken_messages import Speaker, speaker_name, speaker_of, value_of_message
from winnow.validators.tools.strict_json import JsonError, read_cell

COLUMNS = ("messages", "conversations")
"""The columns that may hold the turns, the likeliest first."""

ROLES = {Speaker.SYSTEM: "system", Speaker.USER: "user", Speaker.ANSWER: "assistant"}
"""The role in a chat of each speaker of ShareGPT."""

EXPECTED = "one turn of the user, then at most one of the assistant with the label"


def arrange_chat(fields: Fields) -> ArrangedRow | Drop:
    """The only turn of the user as text, and that of the assistant as label; a system message is not part of it."""
    try:
        messages = read_cell(_column(fields))
    except JsonError as error:
        return malformed_dialogue(f"the messages are {error}")
    return _arranged(messages)


def _column(fields: Fields) -> object:
    return next((fields[name] for name in COLUMNS if fields.get(name) is not None), None)


def arrange_prompt(fields: Fields) -> ArrangedRow | Drop:
    """The prompt as text and the completion as label, both as text or both as messages."""
    prompt, completion = fields["prompt"], fields["completion"]
    if isinstance(prompt, str) and isinstance(completion, str):
        return ArrangedRow({"text": PromptText(prompt)}, completion.strip())
    if isinstance(prompt, list) and isinstance(completion, list):
        return _arranged([*prompt, *completion])
    return malformed_dialogue("prompt and completion are neither two texts nor two lists of messages")


def _arranged(messages: object) -> ArrangedRow | Drop:
    if not isinstance(messages, list) or not all(isinstance(one, Mapping) for one in messages):
        return malformed_dialogue("the messages are not a list of objects")
    turns = [one for one in map(_chat_turn, messages) if one.get("role") not in SYSTEM_ROLES]
    if problem := next(_problems(turns), ""):
        return malformed_dialogue(f"{problem}; expected: {EXPECTED}")
    label = turns[1]["content"].strip() if len(turns) > 1 else None
    return ArrangedRow({"text": PromptText(turns[0]["content"])}, label)


def _chat_turn(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message with `role` and `content`, where it has a speaker and a text as in ShareGPT."""
    if "from" not in message:
        return message
    speaker = speaker_of(message)
    role = ROLES.get(speaker) if speaker else None
    return {**message, "role": role or speaker_name(message), "content": value_of_message(message)}


def _problems(turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    roles = [str(one.get("role")) for one in turns]
    if roles not in (["user"], ["user", "assistant"]):
        yield f"turns of {', '.join(roles) or 'nobody'}"
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn.get("content"), str):
            yield f"turn {number}: the content is not text"
        if turn.get("tool_calls") or turn.get("function_call"):
            yield f"turn {number}: a call of a tool"


CHAT_ROWS = RowLayout(
    "chat",
    "chat messages",
    lambda fields: _column(fields) is not None,
    arrange_chat,
    frozenset(COLUMNS),
)
PROMPT_AND_COMPLETION = RowLayout(
    "prompt_completion",
    "prompt and completion",
    prompt_completion_rows.recognizes,
    arrange_prompt,
    frozenset({"prompt", "completion"}),
)
