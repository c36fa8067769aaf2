"""What stands before a call: the texts that may give its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.validators.tools.strict_json import JsonError, read_json

SYSTEM_PROMPT = "the system prompt"


@dataclass(frozen=True)
class Passage:
    """One text that stands before a call."""

    text: str
    place: str
    """`turn 3`, counted from 1, or `the system prompt`."""
    role: Role | None
    """Who said it; None for the system prompt."""
    reference: date | None = None
    """The day that "today" means in it, if known."""

    def has(self, part: str) -> bool:
        """Whether the text has this part as it is, not inside a longer word or number."""
        start = self.text.find(part)
        while start >= 0:
            end = start + len(part)
            if not (_joined(self.text, start) or _joined(self.text, end)):
                return True
            start = self.text.find(part, start + 1)
        return False


def passages_before(
    dialogue: Dialogue, turn: int, *, system_prompt: str = "", reference: date | None = None
) -> list[Passage]:
    """The system prompt and every turn before this one, the assistant's among them."""
    system = [Passage(system_prompt, SYSTEM_PROMPT, None, reference)] if system_prompt.strip() else []
    return system + [
        Passage(_readable(one), f"turn {index + 1}", one.role, reference)
        for index, one in enumerate(dialogue.turns[:turn])
        if one.content.strip()
    ]


def _joined(text: str, place: int) -> bool:
    """Whether the characters on both sides of a place belong to one word or number."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if _cased(before) and _cased(after):
        return True
    if before in "-−" and after.isdigit():  # a sign, not the hyphen of a range
        return place == 1 or not text[place - 2].isalnum()
    if before in ".," and after.isdigit():
        return place > 1 and text[place - 2].isdigit()
    return before.isdigit() and after in ".," and text[place + 1 : place + 2].isdigit()


def _cased(character: str) -> bool:
    """Whether it is part of a word in a script that separates words, a digit or an underscore."""
    return character.isdigit() or character == "_" or character.lower() != character.upper()


def _readable(turn: Turn) -> str:
    """The text of a turn; a tool's result in JSON as lines of names and values, without escapes."""
    if turn.role is not Role.TOOL:
        return turn.content
    try:
        return "\n".join(_lines(read_json(turn.content), ""))
    except JsonError:
        return turn.content


def _lines(value: object, name: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lines(inner, str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _lines(inner, name)
    else:
        yield f"{name}: {value}"
