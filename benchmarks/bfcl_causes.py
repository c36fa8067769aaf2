"""Why Winnow and the Berkeley Function Calling Leaderboard judge an answer differently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.validators.tools.answer_judgment import AnswerJudgment
from winnow.validators.tools.judging.same_text import FORMULA, folded_text, same_text


class Cause(StrEnum):
    """One rule that differs."""

    LISTED_VALUE = "wrong here: a text that `enum` does not list exactly"
    SCHEMA_RULE = "wrong here: `format`, `pattern` or a limit of the schema"
    REFUSED_DEFAULT = "wrong here: a default that its own schema refuses, such as null for a text"
    INNER_TYPE = "wrong here: a float for an integer inside a list or object"
    NUMBERS = "wrong here: other numbers in a text, once characters between digits are removed"
    FORMULA = "wrong here: another formula, once operators are removed"
    PUNCTUATION = "wrong here: a text of spaces or punctuation alone"
    IDENTIFIER = "wrong here: another writing of an identifier, or of one listed value for another"
    DEFAULT = "right here: the default of the schema, written out or left out"
    INNER_INTEGER = "right here: an integer in a list of numbers"
    INNER_TEXT = "right here: case or punctuation of a text in a list inside an object"
    MATCHING = "right here: parallel calls of which the first match is not the best one"
    UNEXPLAINED = "unexplained"


DEFAULT_WRITTEN = "a default written out"

RIGHT_MUTATIONS = {
    "calls in another order": Cause.MATCHING,
    "calls in a random order": Cause.MATCHING,
    DEFAULT_WRITTEN: Cause.DEFAULT,
}
"""Mutations that change nothing but the order of calls, or one default."""

RIGHT_HERE = (
    (re.compile(r"Nested type checking failed"), Cause.INNER_INTEGER),
    (re.compile(r"not provided and not marked as optional|Unexpected parameter|Missing dict key"), Cause.DEFAULT),
    (re.compile(r"Expected one of \[\["), Cause.INNER_TEXT),
    (re.compile(r"Expected one of \[''"), Cause.DEFAULT),
)
"""What the referee says about answers that are right here; the first that fits names the cause."""


def cause_of(mutation: str, judgment: AnswerJudgment, verdict: Mapping[str, Any]) -> Cause:
    """The rule because of which two verdicts on an answer differ."""
    if judgment.is_right:
        if mutation in RIGHT_MUTATIONS:
            return RIGHT_MUTATIONS[mutation]
        return next((cause for form, cause in RIGHT_HERE if form.search(verdict["error"])), Cause.UNEXPLAINED)
    error = judgment.errors[0]
    if mutation == DEFAULT_WRITTEN and error.name in (AnswerErrorType.WRONG_TYPE, AnswerErrorType.INVALID_VALUE):
        return Cause.REFUSED_DEFAULT
    return _WRONG_HERE.get(error.name, lambda _: Cause.UNEXPLAINED)(error.detail)


def _invalid_value(detail: str) -> Cause:
    return Cause.LISTED_VALUE if re.search(r"expected: (one of )?\"|expected: .* or \"", detail) else Cause.SCHEMA_RULE


def _wrong_type(detail: str) -> Cause:
    return Cause.INNER_TYPE if re.search(r"^\S+\.0; expected: an integer", detail) else Cause.UNEXPLAINED


def _wrong_value(detail: str) -> Cause:
    found, *expected = _texts(detail)
    same = next((one for one in expected if _is_folded_alike(one, found)), None)
    if same is None:
        return Cause.UNEXPLAINED
    if same_text(found, same):
        return Cause.IDENTIFIER
    if not folded_text(found):
        return Cause.PUNCTUATION
    return Cause.FORMULA if FORMULA.search(found + same) else Cause.NUMBERS


def _is_folded_alike(one: str, other: str) -> bool:
    """Whether the benchmark compares two texts as equal, as far as a message shows them."""
    first, second = folded_text(one), folded_text(other)
    if CUT not in one + other:
        return first == second
    length = min(len(first), len(second)) - len(CUT)
    return first[:length] == second[:length]


def _texts(detail: str) -> Iterator[str]:
    """The texts in `found X, expected Y or Z`; one that is cut off ends with the sign of it."""
    for start in re.finditer(r"(?:^found|, expected| or) (?=\")", detail):
        text, _ = _DECODER.raw_decode(f'{detail}"', start.end())  # of one that is cut off, to the next quotation mark
        yield text[: text.index(CUT) + 1] if CUT in text else text


_DECODER = json.JSONDecoder()

CUT = "…"
"""At the end of a value that a message shows in part."""


_WRONG_HERE: Mapping[AnswerErrorType, Callable[[str], Cause]] = {
    AnswerErrorType.INVALID_VALUE: _invalid_value,
    AnswerErrorType.WRONG_TYPE: _wrong_type,
    AnswerErrorType.WRONG_VALUE: _wrong_value,
}
