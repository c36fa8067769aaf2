"""The same request without a required value: the assistant asks for it."""

from __future__ import annotations

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.argument_words import argument_words
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.given_words import GivenValue, given_values, is_elsewhere
from winnow.generators.dialogue_rules.removed_phrase import without_phrase
from winnow.generators.dialogue_rules.tool_purpose import may_look_up
from winnow.validators.tools.behavior import Behavior, derived_label
from winnow.validators.tools.missing_arguments import ValueKind, value_kind

QUESTIONS = (
    "Could you tell me the {}?",
    "Can you give me the {}?",
    "Which {} should I use?",
    "What {} should I use?",
    "Which {} do you mean?",
)
"""Each asks for one value."""


def _without_value(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    refused = RefusedContrast.NO_SUCH_VALUE
    for given in given_values(request):
        if given.name in request.tool.required:
            made = _asking_for(seed, context, given)
            if isinstance(made, Contrast):
                return made
            refused = made
    return refused


def _asking_for(seed: DialogueSeed, context: RuleContext, given: GivenValue) -> Contrast | RefusedContrast:
    request, name = seed.request, given.name
    schema = request.tool.properties.get(name, {})
    words = argument_words(name, schema)
    if words is None or "default" in schema:
        return RefusedContrast.NO_WORDS_FOR_IT
    if value_kind(name, schema) is ValueKind.IDENTIFIER and may_look_up(request.tool, request.other_tools):
        return RefusedContrast.OTHER_TOOL_COULD_SERVE
    if is_elsewhere(request, given, context.system_prompt):
        return RefusedContrast.VALUE_ELSEWHERE
    asked = without_phrase(request.asked, given.words, name, is_date=given.is_spoken)
    if asked is None:
        return RefusedContrast.READS_BROKEN
    question = keyed_shuffle(QUESTIONS, context.key, seed.id, "blank_needed_value")[0].format(words)
    dialogue = request.with_answer(asked, question)
    if derived_label(dialogue).label != Behavior.ASK:
        return RefusedContrast.STILL_GIVEN
    return Contrast(dialogue, Behavior.ASK, f"without {name}: {given.words!r}")


BLANK_NEEDED_VALUE = DialogueRule(
    "blank_needed_value", 1, "a required value is not given", _without_value, answers_whole_request=True
)
