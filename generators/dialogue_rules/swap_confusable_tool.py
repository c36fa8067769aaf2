"""The same request for the other tool of a confusable pair, where one word of the turn tells them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.removed_phrase import occurrences
from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.missing_arguments import FILLER, WORD, name_words


def _swapped(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    if request.calls_follow or request.before:
        return RefusedContrast.MORE_CALLS_FOLLOW
    others = [tool for tool in request.tools if tool.name in context.confusable.get(request.call.name, ())]
    refused = RefusedContrast.NOT_CONFUSABLE
    for other in others:
        made = _for_tool(request, other)
        if isinstance(made, Contrast):
            return made
        refused = made
    return refused


def _for_tool(request: SingleCall, other: Tool) -> Contrast | RefusedContrast:
    own, its = name_words(request.call.name), name_words(other.name)
    differing = [pair for pair in zip(own, its, strict=False) if pair[0] != pair[1]]
    if len(own) != len(its) or len(differing) != 1:
        return RefusedContrast.ARGUMENTS_DO_NOT_MAP
    (word, new), arguments = differing[0], request.call.arguments
    if not _maps(arguments, request.tool, other):
        return RefusedContrast.ARGUMENTS_DO_NOT_MAP
    found = occurrences(request.asked, word)
    if len(found) != 1 or not _says_nothing_else(request, {*own, *its}):
        return RefusedContrast.READS_BROKEN
    start, end = found[0]
    changed = new.capitalize() if request.asked[start].isupper() else new
    dialogue = request.with_calls(
        f"{request.asked[:start]}{changed}{request.asked[end:]}",
        (replace(request.call, name=other.name),),
        prose=request.plain_prose,
    )
    return Contrast(dialogue, other.name, f"{word} -> {new}")


def _says_nothing_else(request: SingleCall, names: set[str]) -> bool:
    """Whether a turn has only the words of the two names and the values of the call: a reason could contradict."""
    rest = request.asked
    for value in request.call.arguments.values():
        rest = re.sub(re.escape(str(value)), " ", rest, flags=re.IGNORECASE)
    return set(WORD.findall(rest.lower())) <= {*names, *FILLER}


def _maps(arguments: Mapping[str, Any], tool: Tool, other: Tool) -> bool:
    """Whether the other tool takes the same arguments with the same schemas, and requires no others."""
    known = all(name in other.properties and other.properties[name] == tool.properties.get(name) for name in arguments)
    return known and set(other.required) <= set(arguments)


SWAP_CONFUSABLE_TOOL = DialogueRule(
    "swap_confusable_tool", 1, "one word names the other tool of a confusable pair", _swapped
)
