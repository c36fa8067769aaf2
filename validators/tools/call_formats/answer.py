"""An answer of the assistant as a call format reads and writes it, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.strict_json import write_json


@dataclass(frozen=True)
class Answer:
    """What the assistant says in one turn, and what it calls."""

    content: str = ""
    """The prose. Beside calls it is before them, and may be empty."""
    calls: tuple[Call, ...] = ()
    """In order. Read from text, they have the ids `call_1`, `call_2`, …: a text has no ids."""


def same_answer(one: Answer, other: Answer) -> bool:
    """Whether two answers say and call the same. Ids and accepted values are not part of an answer's text."""
    return _written_part(one) == _written_part(other)


def _written_part(answer: Answer) -> str:
    return write_json([answer.content, *([call.name, call.arguments] for call in answer.calls)])


class FormatFault(StrEnum):
    """How a text or message breaks its call format."""

    BYTE_ORDER_MARK = "byte_order_mark"
    """The text begins with U+FEFF."""
    OPENING_LINE = "opening_line"
    """A line is similar to the one that opens a block, but not equal to it."""
    CLOSING_LINE = "closing_line"
    """A line is similar to the one that closes a block, but not equal to it."""
    UNCLOSED_BLOCK = "unclosed_block"
    TEXT_AFTER_BLOCK = "text_after_block"
    """Text between two blocks or after the last one."""
    CALL_IN_PROSE = "call_in_prose"
    """A call that is written in another way, so that it would be trained as prose."""
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    """The JSON of a call, or a part of a message, is not an object."""
    MISSING_KEY = "missing_key"
    UNKNOWN_KEY = "unknown_key"
    INVALID_NAME = "invalid_name"
    """The name of the tool is empty, or not a string."""
    INVALID_ARGUMENTS = "invalid_arguments"
    """The arguments are not an object; in OpenAI's messages, not a string with the JSON of an object."""
    INVALID_ID = "invalid_id"
    """The id of a call is empty, not a string, or used twice."""
    INVALID_VALUE = "invalid_value"
    """A key of a message has a value that this format does not allow."""
    RESERVED_TEXT = "reserved_text"
    """An argument contains a tag of the format itself."""
    OTHER_FORM = "other_form"
    """It can be read, but it is written differently from how this format writes it: spaces, order, escapes."""
    NOT_PRESERVED = "not_preserved"
    """The answer, once it is written, is read as a different answer."""


@dataclass(frozen=True)
class FormatProblem:
    """One way in which a text or message breaks its call format."""

    name: FormatFault
    place: str
    """`line 3, column 1` of a text, both counted from 1; the key of a message, such as `tool_calls[0].id`."""
    found: str
    """In words, with an excerpt."""
    expected: str

    def __str__(self) -> str:
        return f"{self.place}: {self.found}; expected: {self.expected}"


class FormatError(ValueError):
    """A text or message that breaks its call format, or an answer that the format cannot hold."""

    def __init__(self, problems: Sequence[FormatProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
        """All that were found, in the order of the text."""
