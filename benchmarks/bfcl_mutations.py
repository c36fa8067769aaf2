"""Right and wrong answers to a question of the Berkeley Function Calling Leaderboard, made of its expected answer."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.bfcl_data import BfclQuestion
from winnow.validators.tools.dialogue import OMITTED

Answer = list[dict[str, Any]]
"""Calls with `name` and `arguments`."""

PLACEHOLDERS: Mapping[object, Any] = {"integer": 7, "number": 7.5, "boolean": True, "array": [], "object": {}}
"""A value of each JSON type; a text for every other one."""


@dataclass(frozen=True)
class Spot:
    """One value of an answer, in its object or list."""

    container: Any
    key: Any
    depth: int
    """0 for an argument, 1 for what stands in its object or list."""

    @property
    def value(self) -> Any:
        """The value as it is."""
        return self.container[self.key]


def spots(answer: Answer) -> Iterator[Spot]:
    """Every value of an answer."""
    for call in answer:
        yield from _spots(call["arguments"], 0)


def _spots(container: Any, depth: int) -> Iterator[Spot]:
    keys = list(container) if isinstance(container, dict) else range(len(container))
    for key in keys:
        yield Spot(container, key, depth)
        if isinstance(container[key], dict | list):
            yield from _spots(container[key], depth + 1)


def changing(
    change: Callable[[Any], Any], *, depth: int = 0, if_: Callable[[Any], bool] = lambda value: True
) -> Mutate:
    """A mutation of one value at a depth (1 stands for every greater one) that has a property."""

    def mutate(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
        fitting = [spot for spot in spots(answer) if min(spot.depth, 1) == depth and if_(spot.value)]
        if not fitting:
            return None
        spot = chance.choice(fitting)
        changed = change(spot.value)
        if changed == spot.value and type(changed) is type(spot.value):
            return None
        spot.container[spot.key] = changed
        return answer

    return mutate


Mutate = Callable[[BfclQuestion, Answer, random.Random], "Answer | None"]
"""Changes a copy of the expected answer; None where it cannot be changed so."""


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_float(value: Any) -> bool:
    return isinstance(value, float)


def is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1


def has_spaces(value: Any) -> bool:
    return is_text(value) and " " in value.strip()


def has_parted_digits(value: Any) -> bool:
    return is_text(value) and bool(re.search(r"\d[-/.,: ]\d", value))


def unchanged(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer:
    return answer


def another_accepted_value(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    choices = [
        (place, name, value)
        for place, call in enumerate(question.expected.calls)
        for name, values in call.accepted.items()
        for value in values
        if value != OMITTED
    ]
    if not choices:
        return None
    place, name, value = chance.choice(choices)
    answer[place]["arguments"][name] = copy.deepcopy(value)
    return answer


def _dropping(wanted: Callable[[BfclQuestion, int, str], bool]) -> Mutate:
    def mutate(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
        choices = [
            (place, name)
            for place, call in enumerate(answer)
            for name in call["arguments"]
            if wanted(question, place, name)
        ]
        if not choices:
            return None
        place, name = chance.choice(choices)
        del answer[place]["arguments"][name]
        return answer

    return mutate


def _is_required(question: BfclQuestion, place: int, name: str) -> bool:
    return name in question.tools[question.expected.calls[place].name].required


def _may_be_left_out(question: BfclQuestion, place: int, name: str) -> bool:
    return OMITTED in question.expected.calls[place].accepted.get(name, ())


def _is_expected_option(question: BfclQuestion, place: int, name: str) -> bool:
    return not _is_required(question, place, name) and not _may_be_left_out(question, place, name)


def every_option_left_out(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    before = copy.deepcopy(answer)
    for place, call in enumerate(answer):
        call["arguments"] = {
            name: value
            for name, value in call["arguments"].items()
            if _is_required(question, place, name) or not _may_be_left_out(question, place, name)
        }
    return answer if answer != before else None


def an_undeclared_argument(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer:
    chance.choice(answer)["arguments"]["comment"] = "as asked"
    return answer


def _undemanded(question: BfclQuestion, answer: Answer) -> list[tuple[int, str]]:
    return [
        (place, name)
        for place, call in enumerate(question.expected.calls)
        for name in question.tools[call.name].properties
        if name not in answer[place]["arguments"] and name not in call.accepted
    ]


def a_declared_argument(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    choices = _undemanded(question, answer)
    if not choices:
        return None
    place, name = chance.choice(choices)
    schema = question.tools[answer[place]["name"]].properties[name]
    text = schema["enum"][0] if schema.get("enum") else "something else"
    answer[place]["arguments"][name] = PLACEHOLDERS.get(str(schema.get("type")), text)
    return answer


def a_default_written_out(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    choices = [
        (place, name, question.tools[call.name].properties[name]["default"])
        for place, call in enumerate(question.expected.calls)
        for name, schema in question.tools[call.name].properties.items()
        if isinstance(schema, Mapping) and "default" in schema
    ]
    if not choices:
        return None
    place, name, value = chance.choice(choices)
    answer[place]["arguments"][name] = copy.deepcopy(value)
    return answer


def a_renamed_argument(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    choices = [(call, name) for call in answer for name in call["arguments"]]
    if not choices:
        return None
    call, name = chance.choice(choices)
    call["arguments"][f"{name}_value"] = call["arguments"].pop(name)
    return answer


def another_tool(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    call = chance.choice(answer)
    others = [name for name in question.tools if name != call["name"]]
    if not others:
        return None
    call["name"] = chance.choice(others)
    return answer


def an_invented_tool(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer:
    chance.choice(answer)["name"] += "_v2"
    return answer


def another_order(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    return answer[::-1] if len(answer) > 1 else None


def shuffled_order(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    return chance.sample(answer, len(answer)) if len(answer) > 1 else None


def a_call_left_out(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    if len(answer) < 2:
        return None
    answer.pop(chance.randrange(len(answer)))
    return answer


def a_call_twice(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer:
    return [*answer, copy.deepcopy(chance.choice(answer))]


def a_call_in_place_of_another(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    if len(answer) < 2:
        return None
    answer[0] = copy.deepcopy(answer[1])
    return answer


def no_call(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer:
    return []


def a_property_left_out(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    objects = [spot.container for spot in spots(answer) if spot.depth and isinstance(spot.container, dict)]
    if not objects:
        return None
    found = chance.choice(objects)
    del found[chance.choice(sorted(found))]
    return answer


def a_property_more(question: BfclQuestion, answer: Answer, chance: random.Random) -> Answer | None:
    objects = [spot.value for spot in spots(answer) if isinstance(spot.value, dict)]
    if not objects:
        return None
    chance.choice(objects)["comment"] = "as asked"
    return answer


MUTATIONS: Mapping[str, Mutate] = {
    "unchanged": unchanged,
    "another accepted value": another_accepted_value,
    "a required argument left out": _dropping(_is_required),
    "an argument left out that may be": _dropping(_may_be_left_out),
    "an expected optional argument left out": _dropping(_is_expected_option),
    "every optional argument left out that may be": every_option_left_out,
    "an undeclared argument": an_undeclared_argument,
    "a declared argument that is not expected": a_declared_argument,
    "a default written out": a_default_written_out,
    "an argument renamed": a_renamed_argument,
    "another offered tool": another_tool,
    "an invented tool": an_invented_tool,
    "calls in another order": another_order,
    "calls in a random order": shuffled_order,
    "a call left out": a_call_left_out,
    "a call twice": a_call_twice,
    "a call in place of another one": a_call_in_place_of_another,
    "no call": no_call,
    "text: a word more": changing(lambda value: f"{value} too", if_=is_text),
    "text: another one": changing(lambda value: "something else", if_=is_text),
    "text: upper case": changing(str.upper, if_=is_text),
    "text: lower case": changing(str.lower, if_=is_text),
    "text: without spaces": changing(lambda value: value.replace(" ", ""), if_=has_spaces),
    "text: hyphens for spaces": changing(lambda value: value.replace(" ", "-"), if_=has_spaces),
    "text: a period at the end": changing(lambda value: f"{value}.", if_=is_text),
    "text: an exclamation mark": changing(lambda value: f"{value}!", if_=is_text),
    "text: digits joined": changing(lambda value: re.sub(r"(?<=\d)[-/.,: ](?=\d)", "", value), if_=has_parted_digits),
    "text: digits parted": changing(lambda value: re.sub(r"(?<=\d)(?=\d)", "-", value, count=1), if_=is_text),
    "text: empty": changing(lambda value: "", if_=is_text),
    "text: in a list": changing(lambda value: [value], if_=is_text),
    "text: null": changing(lambda value: None, if_=is_text),
    "number: one more": changing(lambda value: value + 1, if_=lambda value: is_integer(value) or is_float(value)),
    "number: as text": changing(str, if_=lambda value: is_integer(value) or is_float(value)),
    "number: negative": changing(lambda value: -value, if_=lambda value: is_integer(value) or is_float(value)),
    "number: float for an integer": changing(float, if_=is_integer),
    "number: integer for a whole float": changing(int, if_=lambda value: is_float(value) and value.is_integer()),
    "number: true": changing(lambda value: True, if_=is_integer),
    "boolean: the other one": changing(lambda value: not value, if_=lambda value: isinstance(value, bool)),
    "boolean: as text": changing(lambda value: str(value).lower(), if_=lambda value: isinstance(value, bool)),
    "boolean: as a number": changing(int, if_=lambda value: isinstance(value, bool)),
    "list: another order": changing(lambda value: value[::-1], if_=is_list),
    "list: an element left out": changing(lambda value: value[:-1], if_=is_list),
    "list: an element twice": changing(lambda value: [*value, value[-1]], if_=is_list),
    "list: as text": changing(str, if_=is_list),
    "inside: a word more": changing(lambda value: f"{value} too", depth=1, if_=is_text),
    "inside: upper case": changing(str.upper, depth=1, if_=is_text),
    "inside: a period at the end": changing(lambda value: f"{value}.", depth=1, if_=is_text),
    "inside: one more": changing(lambda value: value + 1, depth=1, if_=lambda v: is_integer(v) or is_float(v)),
    "inside: integer for a whole float": changing(int, depth=1, if_=lambda v: is_float(v) and v.is_integer()),
    "inside: float for an integer": changing(float, depth=1, if_=is_integer),
    "inside: as text": changing(str, depth=1, if_=lambda value: is_integer(value) or is_float(value)),
    "inside: null": changing(lambda value: None, depth=1),
    "a property left out": a_property_left_out,
    "a property more": a_property_more,
}
"""Every way in which an answer is changed, by a name for the table."""


def mutated_answers(question: BfclQuestion, seed: int) -> Iterator[tuple[str, Answer]]:
    """The expected answer changed in each way that it can be, with the name of the way."""
    calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in question.expected.calls]
    for name, mutate in MUTATIONS.items():
        chance = random.Random(f"{seed} {question.id} {name}")
        answer = mutate(question, copy.deepcopy(calls), chance)
        if answer is not None:
            yield name, answer
