"""One call as a JSON object: read with every problem that it has, written in the order of the tool's schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.validators.tools.call_formats.answer import FormatFault
from winnow.validators.tools.dialogue import Call, Tool
from winnow.validators.tools.strict_json import JsonError, JsonValue, read_json


@dataclass(frozen=True)
class CallKeys:
    """The two keys of the object that a format writes for a call, in this order."""

    name: str
    arguments: str


@dataclass(frozen=True)
class JsonFault:
    """One thing that is wrong with the JSON of a call."""

    name: FormatFault
    offset: int
    """Number of characters of the JSON before it; 0 where it concerns the whole object."""
    found: str
    expected: str


def read_call(text: str, keys: CallKeys, call_id: str) -> Call | list[JsonFault]:
    """The call that a JSON text holds, or everything that is wrong with it."""
    expected = f"one JSON object with the keys {keys.name!r} and {keys.arguments!r}"
    try:
        value = read_json(text)
    except JsonError as error:
        return [JsonFault(FormatFault.NOT_JSON, error.offset, error.reason, expected)]
    if not isinstance(value, dict):
        return [JsonFault(FormatFault.NOT_AN_OBJECT, 0, f"{json_type(value)} instead of a call", expected)]
    faults = list(_object_faults(text, value, keys))
    return faults or Call(call_id, value[keys.name], value[keys.arguments])


def _object_faults(text: str, value: Mapping[str, Any], keys: CallKeys) -> Iterator[JsonFault]:
    wanted = (keys.name, keys.arguments)
    for key in value:
        if key not in wanted:
            expected = f"only the keys {keys.name!r} and {keys.arguments!r}"
            yield JsonFault(FormatFault.UNKNOWN_KEY, _offset_of(text, key), f"unknown key {key!r}", expected)
    if missing := [key for key in wanted if key not in value]:
        found = "no key " + " and no key ".join(map(repr, missing))
        expected = (
            f"the keys {keys.name!r} and {keys.arguments!r}; JSON that is not a call is written without such a block"
        )
        yield JsonFault(FormatFault.MISSING_KEY, 0, found, expected)
    if keys.name in value and (found := name_fault(value[keys.name])):
        yield JsonFault(FormatFault.INVALID_NAME, _offset_of(text, keys.name), found, "the name of a tool")
    if keys.arguments in value and not isinstance(value[keys.arguments], dict):
        found = f"{keys.arguments!r} is {json_type(value[keys.arguments])}"
        expected = "an object with the arguments by name"
        yield JsonFault(FormatFault.INVALID_ARGUMENTS, _offset_of(text, keys.arguments), found, expected)


def name_fault(name: object) -> str:
    """What is wrong with the name of a tool, in words; empty when nothing is."""
    if not isinstance(name, str):
        return f"the name of the tool is {json_type(name)}"
    return "" if name.strip() else "the name of the tool is empty"


def json_type(value: object) -> str:
    """The type of a JSON value with its article: "a list", "null"."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def in_schema_order(call: Call, tools: Sequence[Tool]) -> dict[str, JsonValue]:
    """The arguments of a call in the order of the schema of its tool; as they are if the tool is not among `tools`.

    Objects and lists in arguments follow their own schemas. Arguments that no schema has come last, in their order.
    """
    schema = next((tool.parameters for tool in tools if tool.name == call.name), {})
    return _ordered_object(call.arguments, schema)


def _ordered_object(value: Mapping[str, JsonValue], schema: Mapping[str, Any]) -> dict[str, JsonValue]:
    properties = schema.get("properties", {})
    names = (*(name for name in properties if name in value), *(name for name in value if name not in properties))
    return {name: _ordered(value[name], properties.get(name)) for name in names}


def _ordered(value: JsonValue, schema: object) -> JsonValue:
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, Mapping):
        return _ordered_object(value, schema)
    if isinstance(value, list):
        return [_ordered(one, schema.get("items")) for one in value]
    return value


def _offset_of(text: str, key: str) -> int:
    return max(0, text.find(json.dumps(key, ensure_ascii=False)))
