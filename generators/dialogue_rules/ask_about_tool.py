"""A question about what a tool does or needs, in place of a request for it: the assistant answers in text."""

from __future__ import annotations

from typing import NamedTuple

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.argument_words import argument_words
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.tool_purpose import purpose_phrase
from winnow.validators.tools.behavior import Behavior, derived_label
from winnow.validators.tools.dialogue import Tool


class AboutTool(NamedTuple):
    """A question about a tool, and its answer."""

    question: str
    answer: str
    names_needs: bool = False
    """Whether the answer names the required arguments."""


QUESTIONS = (
    AboutTool("I don't need it now, but are you able to {purpose}?", "Yes, I can {purpose}."),
    AboutTool("What would I have to tell you to {purpose}?", "To {purpose}, I need at least {needs}.", True),
    AboutTool("Just so I know: could you {purpose} if I wanted you to?", "Yes, I can {purpose} when you ask me to."),
    AboutTool("Which details does it take for you to {purpose}?", "It takes at least {needs} to {purpose}.", True),
    AboutTool("Don't do it yet. Do you have a tool to {purpose}?", "Yes, I have a tool to {purpose}."),
)
"""None of them asks for a call."""


def _about(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    tool = seed.request.tool
    purpose = purpose_phrase(tool)
    if purpose is None:
        return RefusedContrast.NO_WORDS_FOR_IT
    needs = _needs(tool)
    askable = [one for one in QUESTIONS if needs or not one.names_needs]
    if context.place >= len(askable):
        return RefusedContrast.ASKED_ALREADY
    chosen = keyed_shuffle(askable, context.key, tool.name)[context.place]
    question, answer = (text.format(purpose=purpose, needs=needs) for text in (chosen.question, chosen.answer))
    dialogue = seed.request.with_answer(question, answer)
    if derived_label(dialogue).label != Behavior.DIRECT:
        return RefusedContrast.NO_WORDS_FOR_IT
    return Contrast(dialogue, Behavior.DIRECT, f"asks about the tool {tool.name}")


def _needs(tool: Tool) -> str:
    """The required arguments as a list in words; empty where a person would not call one of them so."""
    words = [argument_words(name, tool.properties.get(name, {})) for name in tool.required]
    if not words or None in words:
        return ""
    named = [f"the {one}" for one in words]
    return " and ".join((", ".join(named[:-1]), named[-1])) if len(named) > 1 else named[0]


ASK_ABOUT_TOOL = DialogueRule("ask_about_tool", 1, "asks about the tool instead of for it", _about)
