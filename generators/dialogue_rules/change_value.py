"""Another value in the turn and in the call alike: an id, a date, a time or a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from winnow.core.hashing import stable_hash
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.given_words import GivenValue, given_values, is_elsewhere
from winnow.generators.dialogue_rules.removed_phrase import occurrences
from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.validators.tools.schemas.check_arguments import schema_violations

MOMENTS = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|yesterday|week|weekend|between|until|since|days?|"
    r"hours?|minutes?|nights?|week(?:day)?s?)\b",
    re.IGNORECASE,
)
"""Words with which a date or a time would have to agree."""

LAST_DAY = 28
"""The last day that every month has."""


class OtherValue(NamedTuple):
    """Another value of an argument."""

    value: str
    words: str
    """As the turn gives it."""
    is_moment: bool
    """Whether it is a date or a time."""
    is_number: bool = False
    """Whether it is a quantity."""


_ID = re.compile(r"[A-Za-z]*[A-Za-z_#-]\d{2,}|\d{3,12}")


def _other_id(value: str, number: int) -> str | None:
    """The id with other digits at its end."""
    if not _ID.fullmatch(value):
        return None
    digits = re.search(r"\d+$", value)
    if digits is None or digits[0].startswith("0"):
        return None
    low = 10 ** (len(digits[0]) - 1)
    return value[: digits.start()] + str(low + (int(digits[0]) - low + 1 + number % (8 * low)) % (9 * low))


def _other_date(value: str, number: int) -> str | None:
    """A day up to three weeks later."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return None
    try:
        return (date.fromisoformat(value) + timedelta(days=1 + number % 20)).isoformat()
    except (ValueError, OverflowError):
        return None


def _other_time(value: str, number: int) -> str | None:
    """Another full or half hour of the day."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value)
    if found is None:
        return None
    hour = 8 + (int(found[1]) - 8 + 1 + number % 9) % 11
    return f"{hour:02}:{(0, 30)[number % 2]:02}"


def _other_number(value: str, number: int) -> str | None:
    """A number of the same size."""
    if not re.fullmatch(r"[1-9]\d{0,4}", value):
        return None
    step = 10 ** max(0, len(value) - 2)
    return str(int(value) + step * (1 + number % 9))


def _other_spoken_date(words: str, value: str, number: int) -> OtherValue | None:
    """A later day of the same month: "April 10" becomes "April 14"."""
    found = re.fullmatch(r"([A-Z][a-z]+ )(\d{1,2})", words)
    day = int(found[2]) if found else LAST_DAY
    if found is None or not re.fullmatch(rf"\d{{4}}-\d\d-{day:02}", value) or day >= LAST_DAY:
        return None
    later = day + 1 + number % (LAST_DAY - day)
    return OtherValue(f"{value[:-2]}{later:02}", f"{found[1]}{later}", is_moment=True)


TEXT_FORMS: tuple[Callable[[str, int], str | None], ...] = (_other_date, _other_time, _other_id)
"""Another value of the same form, for texts; tried in this order."""


def _changed(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request, refused = seed.request, RefusedContrast.NO_SUCH_VALUE
    for given in given_values(request):
        number = int(stable_hash(context.key, seed.id, given.name, length=8), 16)
        other = _other_value(given, number, request)
        if other is None:
            continue
        if not _stands_alone(request, given, other, context.system_prompt):
            refused = RefusedContrast.VALUE_ELSEWHERE
            continue
        made = _with_value(request, given, other)
        if made is not None:
            return made
        refused = RefusedContrast.READS_BROKEN
    return refused


def _other_value(given: GivenValue, number: int, request: SingleCall) -> OtherValue | None:
    """Another value of the same form, and the words that give it."""
    if given.is_spoken:
        return _other_spoken_date(given.words, str(request.call.arguments[given.name]), number)
    is_text = isinstance(request.call.arguments[given.name], str | list)
    for form in TEXT_FORMS if is_text else (_other_number,):
        if form is _other_id and given.words.isdigit() and "id" not in given.name.casefold():
            continue
        if (found := form(given.words, number)) is not None:
            return OtherValue(found, found, form in (_other_date, _other_time), form is _other_number)
    return None


def _stands_alone(request: SingleCall, given: GivenValue, other: OtherValue, system_prompt: str) -> bool:
    """Whether nothing else in the dialogue would have to change with the value."""
    if is_elsewhere(request, given, system_prompt) or len(occurrences(request.asked, given.words)) != 1:
        return False
    rest = request.asked.replace(given.words, "")
    if other.is_moment and MOMENTS.search(rest):
        return False
    if other.is_number and re.search(r"[\d\[]", rest):  # quantities of one request mostly have to fit each other
        return False
    others = [str(value) for key, value in request.call.arguments.items() if key != given.name]
    if other.is_moment and any(_is_like(one, other.value) for one in others):
        return False
    return all(occurrences(request.asked, one) for one in others if re.search(r"\d", one))


def _is_like(value: str, other: str) -> bool:
    """Whether both are dates, or both are times: one could not come before the other any more."""
    return len(value) == len(other) and re.fullmatch(r"[\d:-]+", value) is not None


def _with_value(request: SingleCall, given: GivenValue, other: OtherValue) -> Contrast | None:
    """The request and the call with another value; None where the schema does not allow it."""
    (start, end) = occurrences(request.asked, given.words)[0]
    asked = request.asked[:start] + other.words + request.asked[end:]
    value = _typed(request.call.arguments[given.name], other.value)
    call = replace(request.call, arguments={**request.call.arguments, given.name: value})
    if schema_violations(request.tool, call.arguments):
        return None
    prose = request.answer.content
    named = given.words.casefold() in prose.casefold() or re.search(r"\d", prose)
    dialogue = request.with_calls(asked, (call,), prose=request.plain_prose if named else prose)
    return Contrast(dialogue, request.call.name, f"{given.name}: {given.words} -> {other.words}")


def _typed(before: Any, value: str) -> Any:
    """The value with the type that the argument had."""
    if isinstance(before, list):
        return [_typed(before[0], value)]
    return type(before)(value) if isinstance(before, int | float) else value


CHANGE_VALUE = DialogueRule("change_value", 1, "another id, date, time or number in turn and call", _changed)
