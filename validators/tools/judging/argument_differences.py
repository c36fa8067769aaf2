"""How the arguments of a call differ from those that are expected, value by value.

Numbers are equal as numbers (3 and 3.0), `true` and `false` are no numbers, texts are compared by `same_text`, and the
order of a list counts. Identifiers and allowed values of an enumeration are compared exactly. A value that is the
default of its schema counts as left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.validators.tools.dialogue import OMITTED, Call, Tool
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.opaque_ids import is_opaque_id
from winnow.validators.tools.judging.same_text import same_text
from winnow.validators.tools.schemas.references import resolved
from winnow.validators.tools.schemas.violations import shown
from winnow.validators.tools.strict_json import JsonValue


@dataclass(frozen=True)
class ArgumentDifference:
    """One place where arguments are not the expected ones."""

    name: AnswerErrorType
    """MISSING_ARGUMENT, INVENTED_ARGUMENT or WRONG_VALUE."""
    path: str
    """The path of the argument, such as `flights[0].date`."""
    detail: str
    """What was found and what was expected."""


@dataclass(frozen=True)
class _ValuePlace:
    """An argument, or a value inside one, with its schema."""

    path: str
    name: str
    """The name of the argument or property; elements of a list have that of the list."""
    schema: Mapping[str, Any]
    root: Mapping[str, Any]
    """The schema of all arguments, to which references lead."""

    def member(self, key: str) -> _ValuePlace:
        path = f"{self.path}.{key}" if self.path else key
        return _ValuePlace(path, key, self._inner(self.schema.get("properties", {}).get(key)), self.root)

    def element(self, index: int) -> _ValuePlace:
        return replace(self, path=f"{self.path}[{index}]", schema=self._inner(self.schema.get("items")))

    def _inner(self, schema: object) -> Mapping[str, Any]:
        return resolved(schema, self.root) if isinstance(schema, Mapping) else {}

    def is_exact(self, text: str) -> bool:
        """Whether a text is an identifier (by its form, or with a digit by its name), or a listed value."""
        leaf = Leaf(self.path, self.name, text, (self.schema,))
        return bool(leaf.allowed) or is_opaque_id(leaf)


def argument_differences(
    expected: Call, given: Mapping[str, JsonValue], tool: Tool | None, known_ids: Collection[str] = ()
) -> list[ArgumentDifference]:
    """How given arguments differ from those of the expected call, of its accepted values the nearest.

    `known_ids` are identifiers of earlier results, which are compared exactly whatever their argument is called.
    """
    return list(_ArgumentComparison(frozenset(known_ids)).arguments(expected, given, _whole(tool)))


def may_be_left_out(expected: Call, name: str, tool: Tool | None) -> bool:
    """Whether a call without an argument of the expected one is right, too."""
    return _ArgumentComparison(frozenset()).may_be_left_out(expected, _whole(tool), name)


def _whole(tool: Tool | None) -> _ValuePlace:
    schema = tool.parameters if tool else {}
    return _ValuePlace("", "", schema, schema)


@dataclass(frozen=True)
class _ArgumentComparison:
    known_ids: frozenset[str]

    def arguments(
        self, expected: Call, given: Mapping[str, JsonValue], place: _ValuePlace
    ) -> Iterator[ArgumentDifference]:
        """Differences of a whole argument object, with the accepted values of each argument."""
        right = _right_values(expected)
        for name, values in right.items():
            member = place.member(name)
            if name not in given:
                if name in expected.arguments and not self.may_be_left_out(expected, place, name):
                    yield _missing(member, expected.arguments[name])
            elif not self._counts_as_left_out(expected, place, name, given[name]):
                yield from self._nearest(values, given[name], member)
        yield from self._invented({name: given[name] for name in given if name not in right}, place)

    def _nearest(self, right: Sequence[JsonValue], given: JsonValue, place: _ValuePlace) -> list[ArgumentDifference]:
        """The differences from that accepted value from which there are the fewest."""
        nearest = min((list(self.values(value, given, place)) for value in right), key=len)
        if [one.path for one in nearest] != [place.path]:
            return nearest
        (only,) = nearest
        return [replace(only, detail=f"found {shown(given)}, expected {' or '.join(map(shown, right))}")]

    def values(self, expected: JsonValue, given: JsonValue, place: _ValuePlace) -> Iterator[ArgumentDifference]:
        """Differences of a value of any kind."""
        if isinstance(expected, Mapping) and isinstance(given, Mapping):
            yield from self._objects(expected, given, place)
        elif _is_list(expected) and _is_list(given) and len(expected) == len(given):  # type: ignore[arg-type]
            for index, (one, other) in enumerate(zip(expected, given, strict=True)):  # type: ignore[arg-type]
                yield from self.values(one, other, place.element(index))
        elif not self._same_leaf(expected, given, place):
            detail = f"found {shown(given)}, expected {shown(expected)}"
            yield ArgumentDifference(AnswerErrorType.WRONG_VALUE, place.path, detail)

    def _objects(
        self, expected: Mapping[str, JsonValue], given: Mapping[str, JsonValue], place: _ValuePlace
    ) -> Iterator[ArgumentDifference]:
        for name, value in expected.items():
            if name in given:
                yield from self.values(value, given[name], place.member(name))
            elif not self._is_omissible(value, place, name):
                yield _missing(place.member(name), value)
        yield from self._invented({name: given[name] for name in given if name not in expected}, place)

    def _invented(self, given: Mapping[str, JsonValue], place: _ValuePlace) -> Iterator[ArgumentDifference]:
        for name, value in given.items():
            member = place.member(name)
            if not self._is_default(value, member):
                detail = f"found {shown(value)}, expected no such argument"
                yield ArgumentDifference(AnswerErrorType.INVENTED_ARGUMENT, member.path, detail)

    def _same_leaf(self, expected: JsonValue, given: JsonValue, place: _ValuePlace) -> bool:
        if isinstance(expected, str) and isinstance(given, str):
            if expected in self.known_ids or place.is_exact(expected):
                return expected == given
            return same_text(expected, given)
        if _is_number(expected) and _is_number(given):
            return expected == given
        return type(expected) is type(given) and not _is_list(expected) and expected == given

    def _counts_as_left_out(self, expected: Call, place: _ValuePlace, name: str, given: JsonValue) -> bool:
        """Whether an argument is as good as left out, and may be: it has the default, or the sign for it."""
        if OMITTED in expected.accepted.get(name, ()) and given == OMITTED:
            return True
        may_be_left_out = name not in expected.arguments or self.may_be_left_out(expected, place, name)
        return may_be_left_out and self._is_default(given, place.member(name))

    def may_be_left_out(self, expected: Call, place: _ValuePlace, name: str) -> bool:
        """Whether an argument of the expected call may be left out: it says so, or the default is a right value."""
        accepted = expected.accepted.get(name, ())
        right = (expected.arguments[name], *accepted)
        return OMITTED in accepted or any(self._is_omissible(value, place, name) for value in right)

    def _is_omissible(self, value: JsonValue, place: _ValuePlace, name: str) -> bool:
        """Whether a value may be left out of an object, because its schema has it as the default."""
        return name not in place.schema.get("required", ()) and self._is_default(value, place.member(name))

    def _is_default(self, value: JsonValue, place: _ValuePlace) -> bool:
        return "default" in place.schema and not any(self.values(place.schema["default"], value, place))


def _right_values(expected: Call) -> dict[str, list[JsonValue]]:
    """The values that are right for each argument; arguments that may only be left out are not among them."""
    right = {
        name: [
            *([expected.arguments[name]] if name in expected.arguments else []),
            *(value for value in expected.accepted.get(name, ()) if value != OMITTED),
        ]
        for name in (*expected.arguments, *expected.accepted)
    }
    return {name: values for name, values in right.items() if values}


def _missing(place: _ValuePlace, value: JsonValue) -> ArgumentDifference:
    return ArgumentDifference(AnswerErrorType.MISSING_ARGUMENT, place.path, f"left out, expected {shown(value)}")


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
