"""Texts that end or begin a turn for a model, found in what somebody wrote, where they are nothing but text. Pure.

A tokenizer reads `<|im_end|>` as the token that ends a turn wherever it stands. In the contents of messages every such
text gets a mark after its first character, so that the tokens that the template writes are the only ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

MARK = "\ufdd0"
"""A character that Unicode never assigns. It stands in marked texts only, and is no part of what is said."""

REPLACED_MARK = "\ufffd"
"""What stands for the mark where somebody wrote it."""

BREAK = " "
"""What separates a control text where marks cannot be taken out again: `< |im_end|>`."""

BRACKETED = re.compile(r"[<\[]+[^<>\[\]\s]+[>\]]+")
"""A word in brackets, as templates mark turns: `[INST]`, `<|user|>`, `<<SYS>>`."""


@dataclass(frozen=True)
class ControlTexts:
    """Some texts to look for in the contents of messages."""

    texts: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> ControlTexts:
        """Those of the texts that can be separated: a single character cannot."""
        return cls(frozenset(text for text in texts if len(text.strip()) > 1))

    def within(self, text: str) -> set[str]:
        """Those that occur in a text."""
        return {one for one in self.texts if one in text} if self._beginnings.search(text) else set()

    def separated(self, text: str, gap: str) -> str:
        """The text with a gap after the first character of each of them."""
        return self._beginnings.sub(lambda found: found[0] + gap, text)

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """The first character of each text, also where texts overlap."""
        rests = defaultdict(list)
        for text in sorted(self.texts):
            rests[text[0]].append(re.escape(text[1:]))
        choices = [f"{re.escape(first)}(?={'|'.join(found)})" for first, found in rests.items()]
        return re.compile("|".join(choices) or "(?!)")


def change_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The same object or list with every text in it changed, keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change_texts(key, change): change_texts(one, change) for key, one in value.items()}
    return [change_texts(one, change) for one in value] if isinstance(value, list | tuple) else value


def words_in_brackets(text: str) -> set[str]:
    """The words in brackets of a text, such as those that a template writes around contents."""
    return set(BRACKETED.findall(text))


def without_marks(text: str) -> str:
    """What a marked text says; a template may have written the mark as an escape of JSON."""
    return text.replace(MARK, "").replace(json_escape(MARK), "")


def separated_at_marks(text: str) -> str:
    """A marked text for programs that tokenize rendered text at once, and read control texts anywhere."""
    return text.replace(MARK, BREAK).replace(json_escape(MARK), BREAK)


def json_escape(character: str) -> str:
    r"""A character as JSON escapes it: `\ufdd0`."""
    return f"\\u{ord(character):04x}"
