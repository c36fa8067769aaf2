"""Hermes function calling: calls in `<tool_call>` and results in `<tool_response>`, within the texts of messages.

The calls are JSON or Python literals. Chat templates of the same form put results into turns of the user.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from winnow.validators.tools.call_formats.hermes_tags import CLOSING, OPENING
from winnow.validators.tools.call_formats.text_places import excerpt_at
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message
from winnow.validators.tools.dialects.dialogue_builder import SourceCall
from winnow.validators.tools.dialects.sharegpt import MarkedAnswer, Markup, read_chat
from winnow.validators.tools.dialects.spoken_messages import Speaker, is_chat, texts_of
from winnow.validators.tools.dialects.written_calls import written_calls
from winnow.validators.tools.dialects.written_results import WrittenResult, named_result
from winnow.validators.tools.literals import skip_space, value_at
from winnow.validators.tools.strict_json import JsonError

TAGS = (OPENING, CLOSING, "<tool_response>", "</tool_response>")

_RESULTS = re.compile(r"\s*(?:<tool_response>.*?</tool_response>\s*)+", re.DOTALL)

_RESULT = re.compile(r"<tool_response>(.*?)</tool_response>", re.DOTALL)


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether an answer or a result is written in tags."""
    if not is_chat(messages):
        return False
    answers = texts_of(messages, Speaker.ANSWER)
    results = [*texts_of(messages, Speaker.RESULT), *texts_of(messages, Speaker.USER)]
    return any(tag in text for text in answers for tag in TAGS) or any(map(_holds_results, results))


def answer(text: str) -> MarkedAnswer:
    """The text and the calls of an answer. Raises DialogueError."""
    prose: list[str] = []
    calls: list[SourceCall] = []
    at = 0
    while (opening := text.find(OPENING, at)) >= 0:
        prose.append(text[at:opening])
        closing = _end_of_block(text, opening)
        calls += written_calls(text[opening + len(OPENING) : closing])
        at = closing + len(CLOSING)
    prose.append(text[at:])
    if CLOSING in "".join(prose):
        raise DialogueError([f"{CLOSING} without {OPENING}"])
    if any(tag in one for one in prose for tag in TAGS):
        raise DialogueError(["a result in the text of an answer, expected it in a message of its own"])
    return MarkedAnswer(_one_text(prose), tuple(calls))


def _end_of_block(text: str, opening: int) -> int:
    """The place of the tag that closes a block; a tag inside a value of the call is none."""
    at = skip_space(text, opening + len(OPENING))
    while not text.startswith(CLOSING, at):
        if at >= len(text):
            raise DialogueError([f"{OPENING} without {CLOSING}"])
        try:
            at = skip_space(text, value_at(text, at).end)
        except JsonError as error:
            found = excerpt_at(text, opening + len(OPENING))
            raise DialogueError([f"the call {found} is {error.reason}: {excerpt_at(text, error.offset)}"]) from None
    return at


def _one_text(prose: Sequence[str]) -> str:
    """The text next to the calls of an answer: before or after them."""
    texts = [one.strip() for one in prose if one.strip()]
    if len(texts) > 1:
        raise DialogueError([f"text at {len(texts)} places around the calls, expected it at one: {texts[1][:40]!r}"])
    return texts[0] if texts else ""


def results(text: str, tools: Sequence[str]) -> list[WrittenResult]:
    """The results of a text: one in each pair of tags, or the text itself where it has none."""
    if not _holds_results(text):
        if "tool_response>" in text:
            raise DialogueError(["text outside of <tool_response>, or a tag without the other one"])
        return [named_result(text, tools)]
    return [named_result(one.strip(), tools) for one in _RESULT.findall(text)]


def _holds_results(text: str) -> bool:
    return _RESULTS.fullmatch(text) is not None


MARKUP = Markup(answer, results, _holds_results)

HERMES = Dialect("hermes", "Hermes with `<tool_call>`", recognizes, partial(read_chat, markup=MARKUP))
