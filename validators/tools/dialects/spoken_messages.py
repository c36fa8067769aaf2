"""The shape that ShareGPT and its relatives share: messages of a speaker and a text, under several names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.dialect import Message
from winnow.validators.tools.strict_json import write_json


class Speaker(StrEnum):
    """What a message is."""

    SYSTEM = "system"
    USER = "user"
    ANSWER = "answer"
    """What the assistant says, and in some files also calls."""
    CALL = "call"
    """A message that holds calls alone."""
    RESULT = "result"


SPEAKERS: Mapping[str, Speaker] = {
    **dict.fromkeys(("system", "developer"), Speaker.SYSTEM),
    **dict.fromkeys(("human", "user", "prompter"), Speaker.USER),
    **dict.fromkeys(("gpt", "assistant", "chatbot", "model", "bot", "chatgpt", "ai"), Speaker.ANSWER),
    **dict.fromkeys(("function_call", "tool_call"), Speaker.CALL),
    **dict.fromkeys(
        ("observation", "observations", "tool", "tool_response", "function_response", "function", "ipython"),
        Speaker.RESULT,
    ),
}
"""What the names of speakers mean, in lower case and with `_`."""

SPEAKER_KEYS = ("from", "role")

TEXT_KEYS = ("value", "content")

LEARNED_KEYS = ("loss", "weight", "train", "loss_weight")
"""Keys of a message that say whether it is learned: true and 1, or false and 0."""

KNOWN_KEYS = frozenset({*SPEAKER_KEYS, *TEXT_KEYS, *LEARNED_KEYS, "name", "tool_call_id", "id"})
"""The keys that a message may have."""

OTHER_FORMS = frozenset({"calls", "call_id", "tool_calls", "function_call"})
"""Keys of messages that other dialects read."""


def is_chat(messages: Sequence[Message]) -> bool:
    """Whether every message has a speaker and a text, and calls are not under a key of their own."""
    return all(map(_is_spoken, messages))


def _is_spoken(message: Message) -> bool:
    if any(message.get(key) is not None for key in OTHER_FORMS):
        return False
    return isinstance(_first(message, SPEAKER_KEYS), str) and any(key in message for key in TEXT_KEYS)


def speaker_of(message: Message) -> Speaker | None:
    """What a message is; None where its speaker has no known name."""
    return SPEAKERS.get(str(_first(message, SPEAKER_KEYS)).strip().lower().replace("-", "_"))


def speaker_name(message: Message) -> str:
    """The speaker as the file names it."""
    return str(_first(message, SPEAKER_KEYS))


def value_of_message(message: Message) -> Any:
    """The text of a message, or what stands in its place."""
    return _first(message, TEXT_KEYS)


def text_of_message(message: Message) -> str | None:
    """The text of a message; None where it holds no text. An object is its own JSON text."""
    value = value_of_message(message)
    if value is None or isinstance(value, str):
        return canonical_text(value or "")
    try:
        return canonical_text(write_json(value, sort_keys=False)) if isinstance(value, Mapping) else None
    except (ValueError, TypeError, RecursionError):  # a value that JSON cannot hold
        return None


def texts_of(messages: Sequence[Message], speaker: Speaker) -> list[str]:
    """The texts of one kind of messages."""
    values = [value_of_message(message) for message in messages if speaker_of(message) is speaker]
    return [value for value in values if isinstance(value, str)]


def key_problems(message: Message) -> list[str]:
    """Keys that a message cannot have; one without a value is as good as none."""
    given = sorted(str(key) for key, value in message.items() if value is not None)
    unknown = [key for key in given if key not in KNOWN_KEYS]
    wrong = [key for key in LEARNED_KEYS if message.get(key) not in (None, 0, 1)]
    return [
        *(f"unknown key {key!r}" for key in unknown[:1]),
        *(f"{key} is {message[key]!r}, expected true or false, or 1 or 0" for key in wrong),
    ]


def is_learned(message: Message) -> bool:
    """Whether a model learns the message, if it is one of the assistant."""
    return not any(message.get(key) in (0, False) and message.get(key) is not None for key in LEARNED_KEYS)


def _first(message: Message, keys: Sequence[str]) -> Any:
    return next((message[key] for key in keys if message.get(key) is not None), None)
