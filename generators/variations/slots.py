"""Variation kind `slots`: another value of the task's slots, and of classes of values that a query is seen to name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from winnow.generators.variations import english
from winnow.generators.variations.tokens import TextChange, TokenizedQuery
from winnow.validators.wording.word_borders import whole_words

EXTENSIONS = {
    "python": "py", "haskell": "hs", "kotlin": "kt", "java": "java", "ruby": "rb", "scala": "scala", "elixir": "ex",
    "typescript": "ts", "javascript": "js", "php": "php", "perl": "pl", "lua": "lua", "golang": "go", "rust": "rs",
    "swift": "swift", "c++": "cpp", "c#": "cs",
}  # fmt: skip
"""Suffixes of source files: a file name follows when its language is replaced."""

AMOUNT = re.compile(r"(?<![\w.,:/#-])(?:(?<=[$€£])\d{1,4}(?![\w.,:/%-])|\d{1,4}(?= [^\W\d_]+s\b))")
"""A number after a currency sign or before a plural."""

FILE_PATTERN = r"(?P<file>(?:[\w.~-]+/)*[\w-]+\.[a-z]\w{0,5}|(?:[\w.~-]+/)+)"

FILE_TARGET = re.compile(
    rf"(?:,? (?:and )?(?:save|store|put|write) (?:it |that |this )?(?:as|to|in|into)(?: (?:the |a )?file)? "
    rf"|,? in(?:to)? (?:the |a )?(?:file )?){FILE_PATTERN}(?P<end>[.!]?)$",
    re.I,
)
"""Where something is written to, at the end of a request."""

WRITE_REQUEST = re.compile(r"(?:\w+ ){0,3}?(?:write|generate|create|draft|implement)\b", re.I)
"""How a request to write something begins."""

FILE_TARGET_PHRASES = (
    " into {}",
    " into file {}",
    " into the file {}",
    " and save it as {}",
    ", save as {}",
    " and write it to {}",
)


def slots(query: TokenizedQuery) -> Iterator[TextChange]:
    """Another value for each slot value of the task."""
    for name, values in query.slots.items():
        for start, end in _spans(query.text, tuple(values)):
            yield from _other_values(query, name, values, start, end)


def patterns(query: TokenizedQuery) -> Iterator[TextChange]:
    """The same for English classes of values, amounts and file targets, only in prose."""
    if query.is_command_line or query.code:
        return
    declared = {value.casefold() for values in query.slots.values() for value in values}
    for name, facts in english.patterns().items():
        values = facts["values"]
        for start, end in _spans(query.text, tuple(values)) if declared.isdisjoint(values) else ():
            around = (query.text, start, end)
            sure = not facts.get("contexts") or _in_context(*around, facts["contexts"])
            if sure and _is_prose(query, start, end) and not _in_context(*around, facts.get("unless", [])):
                yield from _other_values(query, name, values, start, end)
    yield from _amounts(query)
    yield from _file_targets(query)


def _other_values(
    query: TokenizedQuery, name: str, values: Sequence[str], start: int, end: int
) -> Iterator[TextChange]:
    old = query.text[start:end]
    for value in values:
        if not _spans(query.text, (value,)):  # "from rome to rome" makes no sense
            text = _with_extension(query.splice(start, end, value), old, value)
            yield TextChange(text, f"{name}: {old} -> {value}")


def _spans(text: str, values: tuple[str, ...]) -> list[tuple[int, int]]:
    """A pattern for values that occur as whole words, not inside paths."""
    pattern = _any_of(values)
    return [match.span() for match in pattern.finditer(text)] if pattern else []


@cache
def _any_of(values: tuple[str, ...]) -> re.Pattern[str] | None:
    either = whole_words(values)
    return re.compile(rf"(?<![/.-])(?:{either})(?![/+#]|[.-]\w)", re.I) if either else None


def _is_prose(query: TokenizedQuery, start: int, end: int) -> bool:
    """Whether a span is outside quotations and of everything that is not a word."""
    touched = [word for word in query.words if word.start < end and start < word.end]
    return all(word.natural or (word.start, word.end) == (start, end) for word in touched)


def _in_context(text: str, start: int, end: int, contexts: Sequence[str]) -> bool:
    """Whether one of some contexts, with {} for the value, surrounds a span."""
    pairs = [context.split("{}") for context in contexts]
    return any(
        re.search(rf"(?<!\w){re.escape(before)}$", text[:start], re.I) is not None
        and re.match(rf"{re.escape(after)}(?!\w)" if after[-1:].isalpha() else re.escape(after), text[end:], re.I)
        is not None
        for before, after in pairs
    )


def _with_extension(text: str, old: str, new: str) -> str:
    before, after = EXTENSIONS.get(old.casefold()), EXTENSIONS.get(new.casefold())
    return re.sub(rf"(\w)\.{before}(?!\w)", rf"\1.{after}", text) if before and after else text


def _amounts(query: TokenizedQuery) -> Iterator[TextChange]:
    present = set(re.findall(r"\d+", query.text))
    for match in AMOUNT.finditer(query.text):
        old = match.group()
        step = 10 ** (len(old) - 1)
        for digit in range(2 if step == 1 else 1, 10):
            new = str(digit * step + int(old) % step)  # round stays round: 50 becomes 70, 25 becomes 75
            if int(old) > 1 and old[0] != "0" and new not in present:
                yield TextChange(query.splice(*match.span(), new), f"number: {old} -> {new}")


def _file_targets(query: TokenizedQuery) -> Iterator[TextChange]:
    match = FILE_TARGET.search(query.text)
    if not match or not WRITE_REQUEST.match(query.text):
        return
    old = match.group().removesuffix(match["end"])
    for way in FILE_TARGET_PHRASES:
        new = way.format(match["file"])
        if new != old:
            detail = f"file: {old.strip(' ,')} -> {new.strip(' ,')}"
            yield TextChange(query.text[: match.start()] + new + match["end"], detail)
