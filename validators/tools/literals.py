"""Values that a text writes as JSON, as Python literals, or in a mixture of both, such as `{'on': true, "n": None}`.

They are read exactly, never repaired: what JSON and Python would read differently is an error, and so is a key that
occurs twice, NaN, a tuple, a text in prefixed or triple quotes, or two texts side by side.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from winnow.validators.tools.call_formats.text_places import excerpt_at, place_at
from winnow.validators.tools.strict_json import JsonError, read_json

_SPACE = re.compile(r"[ \t\r\n]*")

_TOKEN = re.compile(
    r"""(?P<mark>[{}\[\]:,])"""
    r"""|(?P<quoted>"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\.)*"|'(?:[^'\\\x00-\x1f\ud800-\udfff]|\\.)*')"""
    r"""|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])"""
    r"""|(?P<word>[A-Za-z]+)(?!\w)"""
)

_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}

_PYTHON_TEXT = re.compile(
    r"""(?:[^\\]|\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}))*"""
)
"""A text in which Python knows every escape; others it would keep with a warning."""


class FoundValue(NamedTuple):
    """A value that stands in a longer text."""

    value: Any
    start: int
    """Number of characters before it."""
    end: int
    """Number of characters before what follows it."""


def read_literal(text: str) -> Any:
    """The one value of a text. Raises JsonError."""
    try:
        return read_json(text)
    except JsonError:
        found = value_at(text, 0)
    rest = skip_space(text, found.end)
    if rest < len(text):
        _fail(text, rest, "the end of the text")
    return found.value


def read_literals(text: str) -> list[FoundValue]:
    """Every value of a text that holds one after the other, separated by nothing but white space. Raises JsonError."""
    found: list[FoundValue] = []
    at = skip_space(text, 0)
    while at < len(text):
        found.append(value_at(text, at))
        at = skip_space(text, found[-1].end)
    return found


def list_elements(text: str, found: FoundValue) -> list[FoundValue]:
    """The elements of a list that was found in a text; of another value, the value itself."""
    if not isinstance(found.value, list):
        return [found]
    elements: list[FoundValue] = []
    at = found.start + 1
    for _ in found.value:
        elements.append(value_at(text, at))
        at = skip_space(text, elements[-1].end) + 1  # the comma
    return elements


def entry_texts(text: str, found: FoundValue) -> dict[str, str]:
    """The text of the value of each key of an object that was found in a text."""
    texts: dict[str, str] = {}
    at = found.start + 1
    for _ in found.value:
        key = value_at(text, at)
        value = value_at(text, skip_space(text, key.end) + 1)  # the colon
        texts[key.value] = text[value.start : value.end]
        at = skip_space(text, value.end) + 1
    return texts


def value_at(text: str, start: int) -> FoundValue:
    """The value that begins at a place of a text, after white space. Raises JsonError."""
    reader = _LiteralReader(text, start)
    start = skip_space(text, start)
    try:
        return FoundValue(reader.value(), start, reader.at)
    except RecursionError:
        raise JsonError("nested too deeply") from None


def skip_space(text: str, at: int) -> int:
    """The place of the next character that is no white space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


@dataclass
class _LiteralReader:
    """A text that is read value by value."""

    text: str
    at: int

    def value(self) -> Any:
        """The value that comes next."""
        token, place = self._next("a value")
        kind = token.lastgroup or ""
        if token[0] in "{[":
            return self._object() if token[0] == "{" else self._list()
        read = _SCALARS.get(kind)
        if read is None or (kind == "word" and token[0] not in _WORDS):
            _fail(self.text, place, "a value")
        try:
            return read(token[0])
        except JsonError as error:
            raise JsonError(error.reason, place=f" at {place_at(self.text, place)}", offset=place) from None

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._closed("}"):
            place = skip_space(self.text, self.at)
            key = self.value()
            if not isinstance(key, str):
                _fail(self.text, place, "a key in quotes")
            if key in found:
                where = f" at {place_at(self.text, place)}"
                raise JsonError(f"not valid: key {key!r} occurs twice in one object", place=where, offset=place)
            self._expect(":")
            found[key] = self.value()
            self._separate("}")
        return found

    def _list(self) -> list[Any]:
        found: list[Any] = []
        while not self._closed("]"):
            found.append(self.value())
            self._separate("]")
        return found

    def _next(self, expected: str) -> tuple[re.Match[str], int]:
        place = skip_space(self.text, self.at)
        token = _TOKEN.match(self.text, place)
        if token is None:
            _fail(self.text, place, expected)
        self.at = token.end()
        return token, place

    def _closed(self, mark: str) -> bool:
        place = skip_space(self.text, self.at)
        if self.text.startswith(mark, place):
            self.at = place + 1
            return True
        return False

    def _separate(self, closing: str) -> None:
        """Go past the comma after an element; the last one may have none."""
        place = skip_space(self.text, self.at)
        if not self.text.startswith(closing, place):
            self._expect(",")

    def _expect(self, mark: str) -> None:
        token, place = self._next(repr(mark))
        if token[0] != mark:
            _fail(self.text, place, repr(mark))


def _quoted(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    readings = {one for one in (_json_text(token), _python_text(token)) if one is not None}
    if len(readings) == 1:
        return readings.pop()
    raise JsonError("a text with escapes that JSON and Python read differently" if readings else "an unknown escape")


def _json_text(token: str) -> str | None:
    try:
        return str(read_json(token)) if token[0] == '"' else None
    except JsonError:
        return None


def _python_text(token: str) -> str | None:
    if not _PYTHON_TEXT.fullmatch(token):
        return None
    try:
        return str(ast.literal_eval(token)).encode("utf-16", "surrogatepass").decode("utf-16")
    except (SyntaxError, ValueError):  # no such code point, or half of a surrogate pair
        return None


_SCALARS: dict[str, Callable[[str], Any]] = {"quoted": _quoted, "number": read_json, "word": _WORDS.__getitem__}
"""How each kind of token is read as a value."""


def _fail(text: str, place: int, expected: str) -> NoReturn:
    where = f" at {place_at(text, place)}: found {excerpt_at(text, place)}, expected {expected}"
    raise JsonError("neither JSON nor a Python literal", place=where, offset=place)
