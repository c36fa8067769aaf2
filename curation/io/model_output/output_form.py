"""Read an answer from the raw output of a model, and accept it only if writing it again gives the text back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.call_formats.text_places import first_difference
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

EXCERPT = 40
"""Characters of a text that a reason shows."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\s+', re.DOTALL)


class ModelOutputError(ValueError):
    """Why a text is no answer of this form."""


@dataclass(frozen=True)
class WrittenCall:
    """One call as it is written."""

    name: str
    arguments: Mapping[str, Any]

    @property
    def json(self) -> str:
        """The arguments as JSON, in their order. Raises ValueError for what JSON cannot hold, such as NaN."""
        return write_json(self.arguments, sort_keys=False)

    def json_object(self, *, arguments: str = "arguments") -> str:
        """The call as a JSON object of `name` and the key of the arguments. Raises ValueError as `json`."""
        return f'{{"name": {write_json(self.name)}, "{arguments}": {self.json}}}'


@dataclass(frozen=True)
class RawAnswer:
    """What an output says."""

    content: str
    reasoning: str
    calls: tuple[WrittenCall, ...]

    def message(self) -> dict[str, Any]:
        """The answer as a message of the chat of Hugging Face."""
        calls = [{"type": "function", "function": {"name": one.name, "arguments": one.arguments}} for one in self.calls]
        return {
            "role": "assistant",
            "content": self.content,
            **({"reasoning_content": self.reasoning} if self.reasoning else {}),
            **({"tool_calls": calls} if calls else {}),
        }


@dataclass(frozen=True)
class OutputForm:
    """The form in which a model writes answers."""

    fields: Mapping[str, Any]
    """The fields of a response template of Transformers: `content`, `reasoning` and `tool_calls`."""
    write: Callable[[RawAnswer], str]
    """The output of an answer."""
    marks: Sequence[str]
    """The tags between which white space means nothing."""
    stops: Sequence[str]
    """What may end an output."""
    starts: Sequence[str] = ()
    """What may begin one."""
    call_like: str = "(?!)"
    """A pattern of texts that are not text of an answer, because they look like a call of this form."""

    def read(self, text: str) -> RawAnswer:
        """The answer of an output. Raises ModelOutputError for a text that writing the answer does not give back."""
        body = self._body(text)
        answer = _answer(self._parsed(body))
        try:
            again = self._body(self.write(answer))
        except (ValueError, TypeError, RecursionError) as error:
            raise ModelOutputError(f"a call cannot be written again: {error}") from None
        given, written = self._comparable(body), self._comparable(again)
        if given != written:
            place = first_difference(given, written)
            found, expected = given[place : place + EXCERPT], written[place : place + EXCERPT]
            raise ModelOutputError(
                f"{found!r} was read as {expected!r}, so writing the answer again gives another text"
            )
        self._check_texts(answer)
        return answer

    def _check_texts(self, answer: RawAnswer) -> None:
        tags = [one for one in (*self.marks, *self.stops) if one[0] in "<["]
        tag = next((one for one in tags if one in answer.content or one in answer.reasoning), None)
        if tag is not None:
            raise ModelOutputError(f"its text holds the tag {tag!r}")
        looks_like_call = re.search(self.call_like, answer.content, re.DOTALL) is not None
        if looks_like_call or any(True for _ in calls_in_prose(answer.content)):
            raise ModelOutputError("its text holds a call in another form")

    def _parsed(self, body: str) -> Mapping[str, Any]:
        from transformers.utils.chat_parsing import parse_response

        template = {"version": 1, "start_anchor": "\0", "fields": self.fields}
        try:
            found: Mapping[str, Any] = parse_response(body, template, prefix="")
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise ModelOutputError(f"it cannot be read: {' '.join(str(error).split())[:200]}") from None
        return found

    def _body(self, text: str) -> str:
        text = text.strip()
        stop = next((one for one in self.stops if text.endswith(one)), "")
        start = next((one for one in self.starts if text.startswith(one)), "")
        return text.removesuffix(stop).removeprefix(start).strip()

    def _comparable(self, text: str) -> str:
        """The text without what may differ: white space next to tags and in JSON, and how JSON writes characters."""
        if not self.marks:
            return _plain(text)
        pieces = re.split("(" + "|".join(map(re.escape, sorted(self.marks, key=len, reverse=True))) + ")", text)
        return "".join(map(_plain, pieces))


def _answer(found: Mapping[str, Any]) -> RawAnswer:
    """What the parser found, with the types checked that it does not check."""
    listed = found.get("tool_calls") or []
    calls = [call for one in listed for call in (one if isinstance(one, list) else [one])]
    for call in calls:
        if not isinstance(call.get("name"), str) or not isinstance(call.get("arguments"), Mapping):
            raise ModelOutputError("a call whose name is not text or whose arguments are not an object")
    texts = [found.get(key) or "" for key in ("content", "reasoning")]
    return RawAnswer(texts[0], texts[1], tuple(WrittenCall(call["name"], call["arguments"]) for call in calls))


def _plain(piece: str) -> str:
    piece = piece.strip()
    return _STRING.sub(_plain_token, piece) if piece.startswith(("{", "[")) else piece


def _plain_token(token: re.Match[str]) -> str:
    """A string of JSON with its characters as they are; white space between tokens is left out."""
    if not token.group().startswith('"'):
        return ""
    try:
        return write_json(read_json(token.group()))
    except JsonError:
        return token.group()
