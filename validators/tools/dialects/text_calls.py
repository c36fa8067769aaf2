"""Calls as text in the answers, in a call format of Winnow: what `export` writes for trainers that read text.

Messages have the roles of OpenAI's chat or the turns of ShareGPT. Only calls in exactly one of the formats are read;
an answer in which another text begins like one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.validators.tools.call_formats import fenced_json, hermes_tags
from winnow.validators.tools.call_formats.answer import Answer, FormatError
from winnow.validators.tools.call_formats.openai_tool_calls import call_object
from winnow.validators.tools.dialects import openai_chat
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, SourceDialogue
from winnow.validators.tools.dialects.written_results import RESULT_GAP
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.strict_json import write_json

FENCED_CALL = re.compile(r'^```json\n\{"tool": "', re.MULTILINE)
"""How a call in the format `fenced_json` begins."""

SHAREGPT_ROLES = {"system": "system", "human": "user", "gpt": "assistant", "observation": "tool"}
"""The role of OpenAI's chat for each turn of ShareGPT."""

ROLES = frozenset(SHAREGPT_ROLES.values())


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether an answer has a call in fenced JSON or, in OpenAI's roles, all answers with tags have them exactly."""
    plain = [*map(_plain, messages)]
    if not all(plain):
        return False
    answers = [one["content"] for one in plain if one and one["role"] == Role.ASSISTANT]
    if any(FENCED_CALL.search(text) for text in answers):
        return True
    tagged = [text for text in answers if hermes_tags.OPENING in text]
    results = [one["content"] for one in plain if one and one["role"] == Role.TOOL]
    in_roles = "from" not in messages[0] and not any("<tool_response>" in text for text in results)
    joined = any(RESULT_GAP in text and not text.startswith("<tool_response>") for text in results)
    return bool(tagged) and (in_roles or joined) and all(map(_has_tagged_calls, tagged))


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every answer that is not exactly in its format."""
    problems: list[str] = []
    answers = {}
    for number, message in enumerate(messages, 1):
        plain = _plain(message)
        if plain and plain["role"] == Role.ASSISTANT:
            try:
                answers[number] = _answer(plain["content"])
            except FormatError as error:
                problems += [f"message {number}: {problem}" for problem in error.problems]
    if problems:
        raise DialogueError(problems)
    return openai_chat.read([*_native(messages, answers)])


def _plain(message: Message) -> dict[str, Any] | None:
    """A message with `role` and `content` as text; None if it is another one, or has calls under a key."""
    if message.get("tool_calls") or message.get("function_call"):
        return None
    if "from" in message:
        turn = {"role": SHAREGPT_ROLES.get(str(message["from"])), "content": message.get("value")}
    else:
        turn = {**message, "role": message.get("role"), "content": message.get("content")}
    is_text = isinstance(turn["role"], str) and isinstance(turn["content"], str)
    return turn if is_text and turn["role"] in ROLES else None


def _answer(text: str) -> Answer:
    return hermes_tags.parse(text.strip()) if hermes_tags.OPENING in text else fenced_json.parse(text.strip())


def _has_tagged_calls(text: str) -> bool:
    try:
        return bool(hermes_tags.parse(text.strip()).calls)
    except FormatError:
        return False


def _native(messages: Sequence[Message], answers: Mapping[int, Answer]) -> Iterator[Message]:
    """The messages of OpenAI's chat with the same content; calls are numbered through."""
    plain = [_plain(message) or {} for message in messages]
    made = {f"call_{number}" for number in range(1, 1 + sum(len(answer.calls) for answer in answers.values()))}
    named = all(str(one.get("tool_call_id")) in made for one in plain if one["role"] == Role.TOOL)
    count = 0
    for number, one in enumerate(plain, 1):
        if number in answers:
            yield {**one, **_with_calls(answers[number], count)}
            count += len(answers[number].calls)
        elif one["role"] == Role.TOOL and not named:
            results = one["content"].split(RESULT_GAP)
            yield from ({"role": "tool", "name": one.get("name"), "content": text} for text in results)
        else:
            yield one


def _with_calls(answer: Answer, count: int) -> dict[str, Any]:
    calls = [
        {"id": f"call_{number}", **call_object(call.name, write_json(call.arguments, sort_keys=False))}
        for number, call in enumerate(answer.calls, count + 1)
    ]
    return {"content": answer.content, **({"tool_calls": calls} if calls else {})}


TEXT_CALLS = Dialect("text_calls", "messages with calls as text", recognizes, read)
