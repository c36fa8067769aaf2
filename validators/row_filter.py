"""Which rows of a file are read: a condition on columns, such as `role = 'user' and channel != 'email'`.

Comparisons with `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `not in (…)`, `is empty` and `is not empty`, joined by
`and`, `or`, `not` and parentheses. Columns and values are words or in quotes. Nothing is executed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from winnow.validators.row_layout import Fields

Condition = Callable[[Fields], bool]

TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)
        |(?P<sign><=|>=|!=|<>|==|=|<|>|\(|\)|,)
        |(?P<word>[^\s()<>=!,'"`]+)
    )""",
    re.VERBOSE,
)

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "empty"})

ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

EQUAL, DIFFERENT = ("=", "=="), ("!=", "<>")

MOST_CHARACTERS, MOST_PARENTHESES = 2000, 50
"""Limits of a condition, so that reading it takes no time and no deep recursion."""


class FilterError(ValueError):
    """Why a text is no condition, and where."""


class Compared(NamedTuple):
    """A column and the values that a condition compares it with."""

    column: str
    values: tuple[str, ...]
    by_order: bool
    """It is compared with < or >, so that no row needs to have the value."""


@dataclass(frozen=True)
class RowFilter:
    """A condition on the columns of a row."""

    text: str
    compared: tuple[Compared, ...]
    """Every comparison, in the order of the text."""
    keeps: Condition
    """Whether a row is read; its columns must have the names of the condition."""


class _Token(NamedTuple):
    text: str
    kind: str
    """`quoted`, `sign`, `word` or `end`."""
    position: int

    @property
    def keyword(self) -> str:
        """The keyword that it is, in lower case; empty for anything else."""
        return self.text.lower() if self.kind == "word" and self.text.lower() in KEYWORDS else ""


def parse_filter(text: str) -> RowFilter:
    """The condition of a text. Raises FilterError with the place where it cannot be read."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"a condition of {len(text):,} characters, at most {MOST_CHARACTERS:,} are read")
    reader = _ConditionReader(_tokens(text), text)
    keeps = reader.either()
    if reader.next.kind != "end":
        reader.fail("`and`, `or` or the end")
    return RowFilter(text, tuple(reader.compared), keeps)


def cell_text(value: object) -> str:
    """The value of a cell as it is compared: without white space around it, empty where it is missing."""
    return "" if value is None or value != value else str(value).strip()


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None:
            raise FilterError(f"a quote that is not closed, at {text[position:].strip()[:30]!r}")
        kind = str(match.lastgroup)
        found.append(_Token(_unquoted(match[kind]) if kind == "quoted" else match[kind], kind, match.start(kind)))
        position = match.end()
    return [*found, _Token("", "end", len(text))]


def _unquoted(token: str) -> str:
    mark = token[0]
    return token[1:-1].replace(mark * 2, mark)


class _ConditionReader:
    """Reads the tokens of a condition from left to right."""

    def __init__(self, tokens: Sequence[_Token], text: str) -> None:
        self._tokens, self._text, self._place, self._depth = tokens, text, 0, 0
        self.compared: list[Compared] = []

    @property
    def next(self) -> _Token:
        """The token that is read next."""
        return self._tokens[self._place]

    def fail(self, expected: str) -> NoReturn:
        """Raise FilterError for the next token."""
        token = self.next
        found = f"{self._text[token.position :][:30]!r}" if token.kind != "end" else "the end of the condition"
        raise FilterError(f"found {found}, expected {expected}")

    def take(self, *texts: str) -> str:
        """The next token if it is one of these signs or keywords, in lower case; else nothing."""
        token = self.next
        text = token.text.lower()
        if text in texts and (token.kind == "sign" or token.keyword):
            self._place += 1
            return text
        return ""

    def either(self) -> Condition:
        """Conditions with `or` between them."""
        found = [self._both()]
        while self.take("or"):
            found.append(self._both())
        return found[0] if len(found) == 1 else lambda fields: any(one(fields) for one in found)

    def _both(self) -> Condition:
        found = [self._single()]
        while self.take("and"):
            found.append(self._single())
        return found[0] if len(found) == 1 else lambda fields: all(one(fields) for one in found)

    def _single(self) -> Condition:
        if self.take("not"):
            return _negated(self._nested(self._single))
        if not self.take("("):
            return self._comparison()
        inner = self._nested(self.either)
        if not self.take(")"):
            self.fail("`)`")
        return inner

    def _nested(self, read: Callable[[], Condition]) -> Condition:
        self._depth += 1
        if self._depth > MOST_PARENTHESES:
            raise FilterError(f"more than {MOST_PARENTHESES} parentheses and `not` in each other")
        found = read()
        self._depth -= 1
        return found

    def _operand(self, what: str) -> str:
        token = self.next
        if token.kind not in ("quoted", "word") or token.keyword not in ("", "empty"):
            self.fail(what)
        self._place += 1
        return token.text

    def _comparison(self) -> Condition:
        column = self._operand("the name of a column")
        if self.take("is"):
            negated = bool(self.take("not"))
            if not self.take("empty"):
                self.fail("`empty`: `is empty` or `is not empty`")
            self.compared.append(Compared(column, (), by_order=True))
            return lambda fields: bool(cell_text(fields.get(column))) == negated
        sign = self.take(*EQUAL, *DIFFERENT, *ORDERED)
        if sign:
            value = self._operand("a value")
            self.compared.append(Compared(column, (value,), by_order=sign in ORDERED))
            return _signed(column, sign, value)
        negated = bool(self.take("not"))
        if not self.take("in"):
            self.fail("`=`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in` or `is empty`")
        values = self._values()
        self.compared.append(Compared(column, values, by_order=False))
        return lambda fields: any(is_equal(fields.get(column), one) for one in values) != negated

    def _values(self) -> tuple[str, ...]:
        if not self.take("("):
            self.fail("`(` and the values, such as `in (user, customer)`")
        values = [self._operand("a value")]
        while self.take(","):
            values.append(self._operand("a value"))
        if not self.take(")"):
            self.fail("`,` or `)`")
        return tuple(values)


def _negated(condition: Condition) -> Condition:
    return lambda fields: not condition(fields)


def _signed(column: str, sign: str, value: str) -> Condition:
    if sign in ORDERED:
        return lambda fields: _in_order(fields.get(column), sign, value)
    return lambda fields: is_equal(fields.get(column), value) == (sign in EQUAL)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def is_equal(cell: object, value: str) -> bool:
    """Whether a cell has a value: as text, as numbers if both are some, and yes or no in any case."""
    text = cell_text(cell)
    if text == value.strip() or (isinstance(cell, bool) and text.lower() == value.lower()):
        return True
    one, other = _number(text), _number(value)
    return one is not None and one == other


def _in_order(cell: object, sign: str, value: str) -> bool:
    """Whether a cell is smaller or larger than a value: numbers as numbers, anything else as text; never if empty."""
    text, other = cell_text(cell), _number(value)
    if other is not None:
        number = _number(text)
        return number is not None and ORDERED[sign](number, other)
    return bool(text) and ORDERED[sign](text, value)
