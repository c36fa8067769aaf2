"""A dialogue as the messages that a chat template takes, with roles that it refuses folded into turns of the user.

In a text format, calls are written into the content of the assistant's messages, and the system message documents the
tools (`winnow.validators.tools.prompt`). They are not handed to the template, also where it could present them: it
would ask for calls in the model's own notation, and two notations in one dataset train a blend of both.
`openai_tool_calls` hands over calls and tools as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from winnow.validators.tools.call_formats import Answer, CallFormat
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn

SYSTEM = "system"
"""The role of the system prompt, which is no turn of a dialogue."""

FOLDABLE_ROLES = (SYSTEM, Role.TOOL.value)
"""Roles that a template may refuse; without user and assistant there is no dialogue."""

SYSTEM_GAP = "\n\n"
"""Between the system prompt and the first turn of the user, which it is folded into: as Mistral's template has it."""


@dataclass(frozen=True)
class ChatMessage:
    """One message of a template."""

    fields: Mapping[str, Any]
    """What the template gets: `role`, `content` and what belongs to calls."""
    turns: tuple[int, ...] = ()
    """The indexes of the turns that it is made of; none for the system prompt."""
    texts: tuple[str, ...] = ()
    """What is said or returned in it, and must be in the text that the template writes."""
    calls: tuple[Call, ...] = ()
    trained: bool = False
    """Whether a model learns it."""

    @property
    def role(self) -> str:
        """Who speaks."""
        return str(self.fields["role"])

    @property
    def content(self) -> str:
        """What the template gets as its content."""
        return str(self.fields["content"])


def chat_messages(dialogue: Dialogue, system_prompt: str, call_format: CallFormat) -> list[ChatMessage]:
    """The messages, the system prompt first. Raises FormatError for an answer that the format cannot hold."""
    system = [_plain(SYSTEM, system_prompt)] if system_prompt else []
    return [*system, *(_message(place, turn, dialogue, call_format) for place, turn in enumerate(dialogue.turns))]


def folded(messages: Iterable[ChatMessage], roles: Collection[str]) -> list[ChatMessage]:
    """The messages without these roles.

    The system prompt stands before what the user says first, and results of tools are what the user says next, each
    with the name of its tool.
    """
    listed = [_as_user(message) if message.role in roles else message for message in messages]
    return [_joined(list(group)) for _, group in groupby(enumerate(listed), key=lambda one: _group_of(*one))]


def _group_of(place: int, message: ChatMessage) -> int:
    """Turns of the user in a row are one group: only folding makes them."""
    return -1 if message.role == Role.USER else place


def _joined(group: list[tuple[int, ChatMessage]]) -> ChatMessage:
    first, *others = (message for _, message in group)
    if not others:
        return first
    parts = [first, *others]
    gap = "\n" if first.turns else SYSTEM_GAP
    content = first.content + gap + "\n".join(part.content for part in others)
    return ChatMessage(
        {"role": Role.USER.value, "content": content},
        tuple(turn for part in parts for turn in part.turns),
        tuple(text for part in parts for text in part.texts),
    )


def _as_user(message: ChatMessage) -> ChatMessage:
    name = message.fields.get("name")
    content = f"Result of {name}: {message.content}" if name else message.content
    return replace(message, fields={"role": Role.USER.value, "content": content})


def _plain(role: str, content: str, turns: tuple[int, ...] = (), **more: Any) -> ChatMessage:
    return ChatMessage({"role": role, "content": content, **more}, turns, (content,) if content else ())


def _message(place: int, turn: Turn, dialogue: Dialogue, call_format: CallFormat) -> ChatMessage:
    if turn.role == Role.ASSISTANT:
        return _answer(place, turn, dialogue, call_format)
    if turn.role == Role.TOOL:
        called = next((call.name for _, call in dialogue.calls() if call.id == turn.call_id), "")
        return _plain(turn.role.value, turn.content, (place,), tool_call_id=_template_id(turn.call_id), name=called)
    return _plain(turn.role.value, turn.content, (place,))


def _answer(place: int, turn: Turn, dialogue: Dialogue, call_format: CallFormat) -> ChatMessage:
    fields = call_format.message(Answer(turn.content, turn.calls), dialogue.tools)
    if turn.calls and not call_format.in_text:
        fields = {**fields, "tool_calls": [_template_call(call) for call in turn.calls]}
    if turn.reasoning:
        fields = {**fields, "reasoning_content": turn.reasoning}
    texts = (turn.content,) if turn.content else ()
    return ChatMessage(fields, (place,), texts, turn.calls, turn.train)


def _template_call(call: Call) -> dict[str, Any]:
    """A call as templates take it: they write the arguments as JSON themselves, so that they get an object."""
    function = {"name": call.name, "arguments": dict(call.arguments)}
    return {"id": _template_id(call.id), "type": "function", "function": function}


def _template_id(call_id: str) -> str:
    """`call_1` as `call00001`: templates of Mistral insist on ids of nine letters and digits."""
    prefix, _, number = call_id.partition("_")
    return prefix + number.zfill(9 - len(prefix))
