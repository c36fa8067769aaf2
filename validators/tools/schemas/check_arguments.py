"""The calls of a dialogue against the schemas of the offered tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry

from winnow.core.identity_cache import cached_by_identity
from winnow.core.suggest import suggestion
from winnow.validators.tools.dialogue import OMITTED, Call, Dialogue, Tool
from winnow.validators.tools.schemas.argument_problem import ArgumentProblem, ArgumentProblemName, Violation
from winnow.validators.tools.schemas.closed_schema import closed_schema
from winnow.validators.tools.schemas.formats import FORMATS_CHECKED, is_impossible_date
from winnow.validators.tools.schemas.plain_check import is_plainly_valid
from winnow.validators.tools.schemas.violations import path_of, shown, violations

CACHED_SCHEMAS = 16_384
"""So many validators are kept by the text of their schema; xLAM's 60,000 rows have 3,673 tools."""

CACHED_OBJECTS = 1_024
"""So many schemas are found by their identity before their text is looked at."""


def _is_integer(_: object, value: object) -> bool:
    """Whether a value is written as an integer; JSON Schema also counts 3.0."""
    return isinstance(value, int) and not isinstance(value, bool)


StrictValidator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    .redefine("array", lambda _, value: isinstance(value, list | tuple))
    .redefine("object", lambda _, value: isinstance(value, Mapping)),
)
"""JSON Schema 2020-12, except that 3.0 is no integer."""


def argument_problems(dialogue: Dialogue) -> list[ArgumentProblem]:
    """Everything that is wrong with the calls of a dialogue, in order; with what is accepted in their place too."""
    tools = {tool.name: tool for tool in dialogue.tools}
    return [
        ArgumentProblem(violation, turn, call.id, name, among)
        for turn, call in dialogue.calls()
        for violation, name, among in _violations(call, tools)
    ]


def _violations(call: Call, tools: Mapping[str, Tool]) -> Iterator[tuple[Violation, str, str]]:
    """The violations of a call, each with the tool and what it was found among."""
    own = call_violations(call, tools)
    yield from ((violation, call.name, "") for violation in own)
    for arguments in _accepted(call):
        for violation in call_violations(Call(call.id, call.name, arguments), tools):
            if violation not in own:
                yield violation, call.name, "accepted value"
    for other in call.accepted_calls:
        yield from ((violation, other.name, "accepted call") for violation in call_violations(other, tools))


def _accepted(call: Call) -> Iterator[Mapping[str, Any]]:
    """The arguments with each accepted value in its place."""
    for name, values in call.accepted.items():
        rest = {key: value for key, value in call.arguments.items() if key != name}
        yield from (rest if value == OMITTED else {**rest, name: value} for value in values)


def call_violations(call: Call, tools: Mapping[str, Tool]) -> list[Violation]:
    """What is wrong with the tool and the arguments of one call."""
    tool = tools.get(call.name)
    if tool is None:
        return [_unknown_tool(call.name, sorted(tools))]
    return schema_violations(tool, call.arguments)


def _unknown_tool(name: str, offered: list[str]) -> Violation:
    expected = f"one of {', '.join(offered)}" if offered else "no call, because no tools are offered"
    return Violation(ArgumentProblemName.UNKNOWN_TOOL, "", "it is not offered", expected, suggestion(name, offered))


def schema_violations(tool: Tool, arguments: Mapping[str, Any]) -> list[Violation]:
    """Every way in which arguments break the schema of a tool."""
    validator = _validator_of(tool.parameters)
    plain = is_plainly_valid(validator.schema, arguments)
    found = [] if plain else _checked(validator, arguments)
    known = {violation.argument for violation in found}
    found += [
        Violation(ArgumentProblemName.NO_SUCH_DATE, path, shown(text), "a date of the calendar")
        for path, text in _impossible_dates(arguments, ())
        if path not in known
    ]
    return list(dict.fromkeys(found))


def _checked(validator: Any, arguments: Mapping[str, Any]) -> list[Violation]:
    """What jsonschema finds, or that it cannot tell: `multipleOf` of a number with 400 digits has no float."""
    try:
        return list(violations(validator.iter_errors(arguments)))
    except (OverflowError, RecursionError):
        what = "a number too large to be checked, or values nested too deeply"
        return [Violation(ArgumentProblemName.OTHER, "", what, "arguments that can be checked against the schema")]


@cached_by_identity(CACHED_OBJECTS)  # dialogues mostly share their tools
def _validator_of(schema: Mapping[str, Any]) -> Any:
    return _validator(json.dumps(schema))


@lru_cache(maxsize=CACHED_SCHEMAS)
def _validator(schema: str) -> Any:
    return StrictValidator(closed_schema(json.loads(schema)), format_checker=FORMATS_CHECKED, registry=Registry())


def _impossible_dates(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    """Texts written as dates that do not exist, with the paths of their arguments."""
    if isinstance(value, str):
        if is_impossible_date(value):
            yield path_of(steps), value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _impossible_dates(one, (*steps, key))
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _impossible_dates(one, (*steps, place))
