"""The offered tools under other names, in the tools and in the call alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.validators.tools.missing_arguments import name_words


def _camel(words: list[str]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _snake(words: list[str]) -> str:
    return "_".join(words)


def _pascal(words: list[str]) -> str:
    return "".join(word.capitalize() for word in words)


NAME_FORMS: tuple[Callable[[list[str]], str], ...] = (_camel, _snake, _pascal)
"""How names of tools are written: `getWeather`, `get_weather`, `GetWeather`."""


def _renamed(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    if request.call.name in context.task_tools:
        return RefusedContrast.TOOL_OF_THE_TASK
    texts = "\n".join((request.text_besides(), request.asked, request.answer.content, context.system_prompt))
    described = "\n".join(tool.description for tool in request.tools)
    names = [tool.name for tool in request.tools]
    if any(re.search(rf"\b{re.escape(name)}\b", texts) or ("_" in name and name in described) for name in names):
        return RefusedContrast.NAMED_IN_TEXT
    for write in keyed_shuffle(NAME_FORMS, context.key, seed.id, "rename_tools"):
        new = {name: write(name_words(name)) if len(name_words(name)) > 1 else name for name in names}
        if len(set(new.values())) == len(names) and new[request.call.name] != request.call.name:
            tools = tuple(sorted((replace(one, name=new[one.name]) for one in request.tools), key=lambda one: one.name))
            call = replace(request.call, name=new[request.call.name])
            dialogue = request.with_calls(request.asked, (call,), tools=tools)
            return Contrast(dialogue, call.name, f"{request.call.name} -> {call.name}")
    return RefusedContrast.NO_WORDS_FOR_IT


RENAME_TOOLS = DialogueRule("rename_tools", 1, "the tools have other names", _renamed)
