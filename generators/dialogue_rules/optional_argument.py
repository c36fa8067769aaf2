"""An optional argument less, or one more, in the turn and in the call alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.argument_words import argument_words
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.given_words import given_values, is_elsewhere
from winnow.generators.dialogue_rules.removed_phrase import without_phrase
from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.generators.dialogue_rules.tool_purpose import is_lookup, is_update
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.missing_arguments import ValueKind, name_words, value_kind
from winnow.validators.tools.schemas.check_arguments import schema_violations

SENTENCES = ("The {words} should be {value}.", "Set the {words} to {value}.")
"""What is said in addition to give a value."""

LOOKUP_SENTENCES = ("Use {value} for the {words}.",)
"""The same where the tool only finds something."""

COUNTED = frozenset("limit count page results duration".split())
"""Words of arguments whose value is any number."""

OF_LOOKUPS = frozenset("unit units language lang currency limit count page results".split())
"""Words of arguments that say how to answer a question; others would change what is looked for."""

_UNIT = re.compile(r"\b(minutes|hours|seconds|days)\b", re.IGNORECASE)


class OptionalValue(NamedTuple):
    """An optional argument that the call lacks, and a value for it."""

    name: str
    words: str
    value: str | int
    unit: str = ""
    """The unit of a number."""

    @property
    def stated(self) -> str:
        """The value as a person says it."""
        return f"{self.value} {self.unit}".strip()


def _removed(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request, refused = seed.request, RefusedContrast.NO_SUCH_VALUE
    for given in given_values(request):
        name = given.name
        if name in request.tool.required or not _can_be_left_out(request, name):
            continue
        asked = without_phrase(request.asked, given.words, name, is_date=given.is_spoken)
        if is_elsewhere(request, given, context.system_prompt):
            refused = RefusedContrast.VALUE_ELSEWHERE
        elif asked is None:
            refused = RefusedContrast.READS_BROKEN
        else:
            arguments = {key: one for key, one in request.call.arguments.items() if key != name}
            return _with_arguments(request, asked, arguments, f"without {name}: {given.words!r}")
    return refused


def _can_be_left_out(request: SingleCall, name: str) -> bool:
    """Whether a request without an optional argument still asks for the same: others say what it is about."""
    about = value_kind(name, request.tool.properties.get(name, {})) is ValueKind.IDENTIFIER
    required = [one for one in request.tool.required if one in request.call.arguments]
    return bool(required) and not about and not is_update(request.tool)


def _with_arguments(request: SingleCall, asked: str, arguments: Mapping[str, Any], change: str) -> Contrast:
    call = replace(request.call, arguments=arguments)
    return Contrast(request.with_calls(asked, (call,), prose=request.plain_prose), request.call.name, change)


def _added(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    for one in keyed_shuffle(list(_addable(request, context.key)), context.key, seed.id, "add_optional_argument"):
        sentences = LOOKUP_SENTENCES if is_lookup(request.tool) else SENTENCES
        sentence = keyed_shuffle(sentences, context.key, seed.id, one.name)[0].format(words=one.words, value=one.stated)
        asked = request.asked.strip()
        text = f"{asked if asked[-1:] in '.?!' else asked + '.'} {sentence}"
        arguments = {**request.call.arguments, one.name: one.value}
        made = _with_arguments(request, text, arguments, f"{one.name}: {one.value!r}")
        if not schema_violations(request.tool, arguments) and _is_given(made, one.name):
            return made
    return RefusedContrast.NO_SUCH_VALUE


def _is_given(made: Contrast, name: str) -> bool:
    """Whether the turn gives the value, as grounding finds it."""
    sure = (GroundingLevel.LITERAL, GroundingLevel.NORMALIZED)
    return all(one.level in sure for one in ground(made.dialogue) if one.argument == name)


def _addable(request: SingleCall, key: str) -> Iterator[OptionalValue]:
    """The optional arguments that a person would state in words."""
    asked = request.asked.casefold()
    for name, schema in request.tool.properties.items():
        words = argument_words(name, schema) if isinstance(schema, Mapping) else None
        absent = name not in request.call.arguments and name not in request.tool.required
        if not absent or words is None or words.casefold() in asked or not _is_stated(request, name):
            continue
        for value in keyed_shuffle(_values(name, schema), key, request.asked, name)[:1]:
            unit = _UNIT.search(str(schema.get("description", ""))) if isinstance(value, int) else None
            yield OptionalValue(name, words, value, unit[1].lower() if unit else "")


def _is_stated(request: SingleCall, name: str) -> bool:
    """Whether people state such an argument in a sentence of its own."""
    return not is_lookup(request.tool) or not OF_LOOKUPS.isdisjoint(name_words(name))


def _values(name: str, schema: Mapping[str, Any]) -> list[str | int]:
    """Values that a person would name, without the default."""
    choices = schema.get("enum")
    if isinstance(choices, list):
        return [one for one in choices if isinstance(one, str) and one.isalpha() and one != schema.get("default")]
    is_counted = not COUNTED.isdisjoint(name.casefold().split("_"))
    if schema.get("type") != "integer" or not is_counted:
        return []
    choices = (30, 45, 60, 90) if "duration" in name else (3, 5, 8, 15, 20)
    return [value for value in choices if value != schema.get("default")]


REMOVE_OPTIONAL_ARGUMENT = DialogueRule(
    "remove_optional_argument", 1, "an optional value is not given, and the call leaves it out", _removed
)

ADD_OPTIONAL_ARGUMENT = DialogueRule(
    "add_optional_argument", 1, "the turn gives one optional value more, and the call has it", _added
)
