"""A query as tokens, and which of them rules may change: no code, paths, flags, numbers, quotations or slot values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from winnow.generators.variations.articles import article
from winnow.validators.wording.facets import phrasing
from winnow.validators.wording.word_borders import whole_words
from winnow.validators.wording.wording_patterns import NUMBER

NATURAL_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*['’]?")
"""A word of a language; anything else between two spaces is a path, a flag, a number or code."""

NON_SPACE = re.compile(r"\S+")

QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|`[^`]*`|(?<!\w)'[^']+'(?!\w)")

CODE = re.compile(r"[{}<>=;\[\]|\\]|&&|\$[a-z_]|\w\(|\+\+|//|::", re.I)
"""Characters that do not occur in prose. A query with one outside quotation marks is changed only at its ends."""

COMMAND_LINE = re.compile(r"\s*(?:[/$!:@\\]\w|\.{1,2}/)|.*(?<!\S)--?[a-zA-Z]|.*(?<!\S)(?:&&|\|\|?)(?!\S)", re.S)
"""A slash command, a path, or a line with flags: input for a machine, not for a reader."""

SHELL_COMMANDS = frozenset(
    "git npm npx yarn pnpm pip uv python python3 pytest cargo mvn docker kubectl terraform ls cd cp mv rm mkdir chmod "
    "grep curl brew apt apt-get sudo ssh systemctl gradle bundle rake composer dotnet poetry conda".split()
)
"""First words of shell commands that are not words of prose."""

_LEADING, _TRAILING = "([{\"'“‘«`", ".,!?;:)]}\"'”’»`…"

SMALL_I = re.compile(r"(?<![\w'-])i(?![\w-])")

Span = tuple[int, int]


@dataclass(frozen=True)
class TextChange:
    """A changed text, with the change."""

    text: str
    detail: str


@dataclass(frozen=True)
class Token:
    """A span between spaces, without the punctuation around it."""

    text: str
    start: int
    end: int
    natural: bool
    """A word of prose by its letters and case; acronyms count."""
    free: bool
    """A rule may replace or misspell it."""

    @property
    def folded(self) -> str:
        """Case and typographic apostrophes folded."""
        return self.text.casefold().replace("’", "'")


@dataclass(frozen=True)
class TokenizedQuery:
    """A text and the slot values of its task."""

    text: str
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def words(self) -> tuple[Token, ...]:
        """Every span between spaces that is more than punctuation."""
        quoted = [match.span() for match in QUOTED.finditer(self.text)]
        slots = [match.span() for match in self._slot_pattern.finditer(self.text)] if self._slot_pattern else []
        found = []
        for token in NON_SPACE.finditer(self.text):
            core = token.group().lstrip(_LEADING).rstrip(_TRAILING)
            start = token.start() + token.group().find(core)
            if core:
                found.append(self._word(core, start, quoted, slots))
        return tuple(found)

    @cached_property
    def is_command_line(self) -> bool:
        """A shell line or a slash command."""
        first = self.text.split(maxsplit=1)[0] if self.text.split() else ""
        return first in SHELL_COMMANDS or (bool(COMMAND_LINE.match(self.text)) and phrasing(self.text) != "question")

    @cached_property
    def code(self) -> bool:
        """It contains code outside quotation marks."""
        return bool(CODE.search(QUOTED.sub("", self.text)))

    @cached_property
    def all_capitals(self) -> bool:
        """All capitals, and more than an acronym."""
        return self.text.isupper() and len(self.text.split()) > 2

    @cached_property
    def lowered(self) -> bool:
        """No capital anywhere."""
        return not any(map(str.isupper, self.text))

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The words, folded."""
        return tuple(word.folded for word in self.words)

    @cached_property
    def _slot_pattern(self) -> re.Pattern[str] | None:
        values = [value for some in self.slots.values() for value in some if value.strip()]
        return re.compile(whole_words(values), re.I) if values else None

    def _word(self, core: str, start: int, quoted: Sequence[Span], slots: Sequence[Span]) -> Token:
        end = start + len(core)
        inner_capital = any(map(str.isupper, core[1:])) and not self.all_capitals
        prose = NATURAL_WORD.fullmatch(core) and not self.code and (not inner_capital or core.isupper())
        natural = bool(prose) and not _overlaps(start, end, quoted)
        untouched = inner_capital or self.is_command_line or NUMBER.fullmatch(core) or _overlaps(start, end, slots)
        return Token(core, start, end, natural, natural and not untouched)

    def find(self, phrase: Sequence[str]) -> list[int]:
        """Where the words of a phrase are adjacent, separated only by spaces, and all free to change."""
        n = len(phrase)
        wanted = tuple(phrase)
        return [
            i
            for i in range(len(self.words) - n + 1)
            if self.folded[i : i + n] == wanted
            and all(w.free for w in self.words[i : i + n])
            and self.joined(i, i + n - 1)
        ]

    def joined(self, first: int, last: int) -> bool:
        """Whether only spaces separate the words of a span."""
        return all(
            self.text[a.end : b.start].isspace()
            for a, b in zip(self.words[first:last], self.words[first + 1 : last + 1], strict=True)
        )

    def replace(self, first: int, last: int, new: str) -> str:
        """The text with the words from `first` to `last` replaced: in their case, and with the right article before."""
        return self.splice(self.words[first].start, self.words[last].end, new)

    def splice(self, start: int, end: int, new: str) -> str:
        """The text with a span of characters replaced, as `replace` does."""
        old = self.text[start:end]
        head = self.text[:start]
        new = self._cased(new, old, begins=not head.strip())
        before = re.search(r"(?<!\w)(an?)(\s+)$", head, re.I)
        if before and new:
            head = head[: before.start()] + self._cased(article(new), before[1], begins=False) + before[2]
        return head + new + self.text[end:]

    def drop(self, indices: Iterable[int]) -> str:
        """The text without some words; what then comes first has the case of what came first."""
        gone = set(indices)
        text = self.text
        for i in sorted(gone, reverse=True):
            end = self.words[i + 1].start if i + 1 < len(self.words) else self.words[i].end
            text = text[: self.words[i].start] + text[end:]
        text = text.strip()
        capital = self.text[:1].isupper() and 0 in gone
        return text[:1].upper() + text[1:] if capital else text

    def in_query_case(self, new: str, *, begins: bool) -> str:
        """Words of a list, or a text with some, in capitals, small letters or as usual, as the query is written."""
        if self.all_capitals:
            return new.upper()
        if self.lowered:
            return new.lower()
        new = new if SMALL_I.search(self.text) else SMALL_I.sub("I", new)
        return new[:1].upper() + new[1:] if begins and self.text[:1].isupper() else new

    def _cased(self, new: str, old: str, *, begins: bool) -> str:
        if not all(map(NATURAL_WORD.fullmatch, new.split())):
            return new  # a path or code keeps its own case
        new = self.in_query_case(new, begins=begins)
        titled = old[:1].isupper() and (len(old) == 1 or old[1:].islower()) and not self.all_capitals
        return new[:1].upper() + new[1:] if titled else new


def _overlaps(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether a span overlaps with one of some others."""
    return any(a < end and start < b for a, b in spans)
