"""The same request for the other tool of a confusable pair, where one word or an id of the turn tells them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
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

ENDING_WORDS = frozenset({"cancel", "delete", "discard", "drop", "erase", "remove", "scrap", "trash"})
"""Verbs for what ends a thing of any type."""


def _swapped(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
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
    names = {*own, *its}
    if _maps(request.call.arguments, request.tool, other):
        return _with_other_word(request, other, differing[0], names)
    return _with_other_id(request, other, differing[0], names)


def _with_other_word(
    request: SingleCall, other: Tool, differing: tuple[str, str], names: set[str]
) -> Contrast | RefusedContrast:
    """The tools take the same arguments, and the user names one of them: "delete note n_12"."""
    word, new = differing
    found = occurrences(request.asked, word)
    if len(found) != 1 or not _says_only(request, names):
        return RefusedContrast.READS_BROKEN
    start, end = found[0]
    changed = new.capitalize() if request.asked[start].isupper() else new
    asked = f"{request.asked[:start]}{changed}{request.asked[end:]}"
    return _contrast(request, other, asked, request.call.arguments, f"{word} -> {new}")


def _with_other_id(
    request: SingleCall, other: Tool, differing: tuple[str, str], names: set[str]
) -> Contrast | RefusedContrast:
    """The tools do the same to things of two types, and only the id says which it is: "cancel event_12"."""
    word, new = differing
    whole = re.compile(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])")
    old_id = _id_with(request, whole)
    new_id = whole.sub(new, old_id)
    given = request.call.arguments.items()
    arguments = {whole.sub(new, name): new_id if value == old_id else value for name, value in given}
    if not old_id or not _takes(other, arguments):
        return RefusedContrast.ARGUMENTS_DO_NOT_MAP
    found = occurrences(request.asked, old_id)
    if len(found) != 1 or not _says_only(request, ENDING_WORDS | names - {word, new}):
        return RefusedContrast.READS_BROKEN
    start, end = found[0]
    asked = f"{request.asked[:start]}{new_id}{request.asked[end:]}"
    return _contrast(request, other, asked, arguments, f"{old_id} -> {new_id}")


def _id_with(request: SingleCall, word: re.Pattern[str]) -> str:
    """The one value of the call that has a word in it; empty where there are several or none."""
    found = {value for value in request.call.arguments.values() if isinstance(value, str) and word.search(value)}
    return found.pop() if len(found) == 1 else ""


def _contrast(request: SingleCall, other: Tool, asked: str, arguments: Mapping[str, Any], change: str) -> Contrast:
    call = replace(request.call, name=other.name, arguments=arguments)
    return Contrast(request.with_calls(asked, (call,), prose=request.plain_prose), other.name, change)


def _says_only(request: SingleCall, words: Set[str]) -> bool:
    """Whether a dialogue has only these words, fillers and the values of the call: a reason could contradict."""
    rest = "\n".join((request.text_besides(), request.asked))
    for value in request.call.arguments.values():
        rest = re.sub(re.escape(str(value)), " ", rest, flags=re.IGNORECASE)
    return set(WORD.findall(rest.lower())) <= {*words, *FILLER}


def _takes(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    return arguments.keys() <= tool.properties.keys() and set(tool.required) <= arguments.keys()


def _maps(arguments: Mapping[str, Any], tool: Tool, other: Tool) -> bool:
    """Whether the other tool takes the same arguments with the same schemas, and requires no others."""
    known = all(name in other.properties and other.properties[name] == tool.properties.get(name) for name in arguments)
    return known and _takes(other, arguments)


SWAP_CONFUSABLE_TOOL = DialogueRule(
    "swap_confusable_tool",
    2,
    "one word or id names the other tool of a confusable pair",
    _swapped,
    answers_whole_request=True,
)
