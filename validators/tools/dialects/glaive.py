"""glaive: a call follows `<functioncall>` in the text of an answer, with the arguments as JSON in single quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message
from winnow.validators.tools.dialects.dialogue_builder import SourceCall
from winnow.validators.tools.dialects.sharegpt import MarkedAnswer, Markup, read_chat
from winnow.validators.tools.dialects.spoken_messages import Speaker, is_chat, texts_of
from winnow.validators.tools.dialects.written_calls import arguments_of, source_calls
from winnow.validators.tools.literals import read_literal
from winnow.validators.tools.strict_json import JsonError, read_json

OPENING, CLOSING = "<functioncall>", "</functioncall>"

_QUOTED_ARGUMENTS = re.compile(
    r"""\{\s*"name"\s*:\s*(?P<name>"[^"]*")\s*,\s*"arguments"\s*:\s*'(?P<arguments>.*)'\s*\}""", re.DOTALL
)
"""A call whose arguments stand in single quotes as they are: `it's` in them ends nothing."""


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether an answer holds a call after the tag."""
    return is_chat(messages) and any(OPENING in text or CLOSING in text for text in texts_of(messages, Speaker.ANSWER))


def answer(text: str) -> MarkedAnswer:
    """The text before the calls of an answer, and its calls. Raises DialogueError."""
    prose, *written = text.split(OPENING)
    calls = [_call(one) for one in written]
    if CLOSING in prose:
        raise DialogueError([f"{CLOSING} without {OPENING}"])
    return MarkedAnswer(prose.strip(), tuple(calls))


def _call(written: str) -> SourceCall:
    text = written.strip().removesuffix(CLOSING).strip()
    found = _distinct([*_as_it_stands(text), *_as_literal(text)])
    if len(found) == 1:
        return source_calls(found, [text])[0]
    if found:
        raise DialogueError([f"arguments with escapes that can be read in two ways: {text[:80]!r}"])
    try:
        return source_calls([read_literal(text)], [text])[0]  # it raises with what is wrong
    except JsonError as error:
        raise DialogueError([f"the call {text[:80]!r} is {error}"]) from None


def _as_it_stands(text: str) -> list[Any]:
    """The call with what stands between the outer single quotes as JSON."""
    found = _QUOTED_ARGUMENTS.fullmatch(text)
    try:
        return [{"name": read_json(found["name"]), "arguments": arguments_of(found["arguments"])}] if found else []
    except JsonError:
        return []


def _as_literal(text: str) -> list[Any]:
    """The call as one value, whose arguments may be JSON text."""
    try:
        call = read_literal(text)
        return [{**call, "arguments": arguments_of(call["arguments"])}]
    except (JsonError, KeyError, TypeError):
        return []


def _distinct(values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]


GLAIVE = Dialect("glaive", "glaive with `<functioncall>`", recognizes, partial(read_chat, markup=Markup(answer)))
