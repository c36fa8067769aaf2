"""Errors of jsonschema in plain words, with a name for each kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from jsonschema.exceptions import ValidationError

from winnow.core.counted import counted
from winnow.core.suggest import suggestion
from winnow.validators.tools.schemas.argument_problem import ArgumentProblemName, Violation
from winnow.validators.tools.schemas.closed_schema import DECLARED
from winnow.validators.tools.schemas.formats import EXAMPLES, begins_with_impossible_date, is_impossible_date
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

TYPE_WORDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
"""The JSON types in words."""

LONGEST_VALUE = 80
"""A message shows so many characters of a value."""

LIMITS = {
    "minimum": (ArgumentProblemName.OUT_OF_RANGE, "at least {}"),
    "maximum": (ArgumentProblemName.OUT_OF_RANGE, "at most {}"),
    "exclusiveMinimum": (ArgumentProblemName.OUT_OF_RANGE, "more than {}"),
    "exclusiveMaximum": (ArgumentProblemName.OUT_OF_RANGE, "less than {}"),
    "multipleOf": (ArgumentProblemName.OUT_OF_RANGE, "a multiple of {}"),
    "minLength": (ArgumentProblemName.WRONG_LENGTH, "at least {} characters"),
    "maxLength": (ArgumentProblemName.WRONG_LENGTH, "at most {} characters"),
    "minItems": (ArgumentProblemName.WRONG_LENGTH, "at least {} items"),
    "maxItems": (ArgumentProblemName.WRONG_LENGTH, "at most {} items"),
    "minProperties": (ArgumentProblemName.WRONG_LENGTH, "at least {} properties"),
    "maxProperties": (ArgumentProblemName.WRONG_LENGTH, "at most {} properties"),
    "pattern": (ArgumentProblemName.PATTERN_MISMATCH, "a match of the pattern {}"),
    "uniqueItems": (ArgumentProblemName.REPEATED_ITEM, "no item twice"),
    "const": (ArgumentProblemName.NOT_IN_ENUM, "{}"),
}
"""Keywords whose value says what was expected."""


def violations(errors: Iterable[ValidationError]) -> Iterator[Violation]:
    """What each error says, in words for a person."""
    found = list(errors)
    for error in found:
        named = _NAMED.get(str(error.validator), _limit)(error)
        if error.validator == "unevaluatedProperties" and len(found) > 1:
            named = (one for one in named if one.argument not in _declared_paths(error))
        yield from named


def _declared_paths(error: ValidationError) -> set[str]:
    """The arguments that alternatives declare: where one does not fit, its arguments only seem undeclared."""
    return {_path(error, name) for name in error.schema[DECLARED]}


def shown(value: object) -> str:
    """A value as JSON, shortened for a message."""
    text = write_json(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def path_of(steps: Iterable[str | int]) -> str:
    """The path of an argument: `flights[0].date`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _path(error: ValidationError, *more: str) -> str:
    return path_of([*error.absolute_path, *more])


def _missing(error: ValidationError) -> Iterator[Violation]:
    (name,) = (name for name in error.validator_value if error.message.startswith(f"{name!r} is a required"))
    yield Violation(ArgumentProblemName.MISSING, _path(error, name), "it is missing", "a value, because it is required")


def _missing_beside(error: ValidationError) -> Iterator[Violation]:
    """What `dependentRequired` asks for beside an argument that is there."""
    for name, needed in error.validator_value.items():
        for other in needed if name in error.instance else ():
            if other not in error.instance:
                expected = f"a value, because {name!r} is given"
                yield Violation(ArgumentProblemName.MISSING, _path(error, other), "it is missing", expected)


def _undeclared(error: ValidationError) -> Iterator[Violation]:
    known = set(error.schema.get(DECLARED, error.schema.get("properties", ())))
    _, _, listed = error.message.partition("(")
    for name in (name for name in error.instance if repr(name) in listed):
        fix = suggestion(name, sorted(known - error.instance.keys()), "leave it out")
        expected = f"one of {', '.join(sorted(known))}" if known else "no arguments"
        yield Violation(ArgumentProblemName.UNDECLARED, _path(error, name), shown(error.instance[name]), expected, fix)


def _type(error: ValidationError) -> Iterator[Violation]:
    types = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    expected = " or ".join(TYPE_WORDS[name] for name in types)
    name, fix = _mistaken_type(error.instance, set(types))
    yield Violation(name, _path(error), shown(error.instance), expected, fix)


def _mistaken_type(value: object, types: set[str]) -> tuple[ArgumentProblemName, str]:
    """Which mistake a value of another type is, and what to write instead."""
    if value is None:
        return ArgumentProblemName.NULL_VALUE, "leave it out"
    if isinstance(value, float) and value.is_integer() and "integer" in types:
        return ArgumentProblemName.FLOAT_FOR_INTEGER, f"write {int(value)}"
    if isinstance(value, str):
        return _mistaken_string(value, types)
    return ArgumentProblemName.WRONG_TYPE, ""


def _mistaken_string(text: str, types: set[str]) -> tuple[ArgumentProblemName, str]:
    try:
        value = read_json(text.strip().lower() if "boolean" in types else text)
    except JsonError:
        return ArgumentProblemName.WRONG_TYPE, ""
    fix = f"write {shown(value)} without quotes"
    if isinstance(value, bool):
        return (
            (ArgumentProblemName.BOOLEAN_AS_STRING, fix) if "boolean" in types else (ArgumentProblemName.WRONG_TYPE, "")
        )
    if isinstance(value, int | float) and types & {"integer", "number"}:
        whole = isinstance(value, int) or "number" in types
        return ArgumentProblemName.NUMBER_AS_STRING, fix if whole else ""
    if (isinstance(value, list) and "array" in types) or (isinstance(value, dict) and "object" in types):
        return ArgumentProblemName.JSON_AS_STRING, fix
    return ArgumentProblemName.WRONG_TYPE, ""


def _enum(error: ValidationError) -> Iterator[Violation]:
    allowed = list(error.validator_value)
    texts = [value for value in allowed if isinstance(value, str)]
    fix = suggestion(error.instance, texts) if isinstance(error.instance, str) else ""
    expected = " or ".join(map(shown, allowed)) if len(allowed) <= 2 else f"one of {', '.join(map(shown, allowed))}"
    yield Violation(ArgumentProblemName.NOT_IN_ENUM, _path(error), shown(error.instance), expected, fix)


def _format(error: ValidationError) -> Iterator[Violation]:
    impossible = is_impossible_date(error.instance) or begins_with_impossible_date(error.instance)
    name = ArgumentProblemName.NO_SUCH_DATE if impossible else ArgumentProblemName.WRONG_FORMAT
    yield Violation(name, _path(error), shown(error.instance), EXAMPLES[error.validator_value])


def _alternatives(error: ValidationError) -> Iterator[Violation]:
    """What is wrong in the alternative that fits best; all alternatives where several fit equally well."""
    if not error.context:
        expected = "exactly one of the alternatives"
        yield Violation(ArgumentProblemName.SEVERAL_ALTERNATIVES, _path(error), shown(error.instance), expected)
        return
    branches: dict[int, list[ValidationError]] = defaultdict(list)
    for inner in error.context:
        branches[int(inner.relative_schema_path[0])].append(inner)
    depth = len(error.absolute_path)
    ranked = sorted(branches.values(), key=lambda errors: _distance(errors, depth))
    best, distance = ranked[0], _distance(ranked[0], depth)
    others = [errors for errors in ranked[1:] if _distance(errors, depth) == distance]
    if others or distance[0]:
        yield _no_alternative(error, [best, *others])
    else:
        yield from violations(best)


def _distance(errors: Sequence[ValidationError], depth: int) -> tuple[bool, bool, int]:
    """How far a value is from an alternative: another type, another fixed value, and how many errors."""
    other_type = any(error.validator == "type" and len(error.absolute_path) == depth for error in errors)
    return other_type, any(error.validator in ("const", "enum") for error in errors), len(errors)


def _no_alternative(error: ValidationError, branches: Sequence[Sequence[ValidationError]]) -> Violation:
    """One violation for a value that fits no alternative: of its type if no alternative has it."""
    errors = [inner for branch in branches for inner in branch]
    if all(inner.validator == "type" and inner.absolute_path == error.absolute_path for inner in errors):
        types = [name for inner in errors for name in _types(inner)]
        name, fix = _mistaken_type(error.instance, set(types))
        expected = " or ".join(TYPE_WORDS[one] for one in dict.fromkeys(types))
        return Violation(name, _path(error), shown(error.instance), expected, fix)
    described = dict.fromkeys(
        f"{one.argument}: {one}".removeprefix(": ") for branch in branches for one in violations(branch)
    )
    return Violation(
        ArgumentProblemName.NO_ALTERNATIVE, _path(error), "fits no alternative: " + " | ".join(described), "one of them"
    )


def _types(error: ValidationError) -> list[str]:
    return error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]


def _items(error: ValidationError) -> Iterator[Violation]:
    """More items than a tuple has."""
    expected = counted(len(error.schema.get("prefixItems", ())), "item")
    yield Violation(ArgumentProblemName.WRONG_LENGTH, _path(error), shown(error.instance), expected)


def _limit(error: ValidationError) -> Iterator[Violation]:
    name, words = LIMITS.get(str(error.validator), (ArgumentProblemName.OTHER, "what the schema says: {}"))
    expected = words.format(shown(error.validator_value))
    yield Violation(name, _path(error), shown(error.instance), expected)


_NAMED: Mapping[str, Callable[[ValidationError], Iterator[Violation]]] = {
    "required": _missing,
    "dependentRequired": _missing_beside,
    "additionalProperties": _undeclared,
    "unevaluatedProperties": _undeclared,
    "type": _type,
    "enum": _enum,
    "format": _format,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "items": _items,
}
