"""The same request without the tool that serves it: the assistant says that it cannot."""

from __future__ import annotations

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.tool_purpose import computes, could_serve_instead, tells_common_knowledge
from winnow.validators.tools.behavior import Behavior

ANSWERS = (
    "I don't have a tool for that.",
    "Sorry, none of my tools can do that.",
    "I'm sorry, but I have no tool that can do that.",
    "I can't do that, because I don't have a tool for it.",
    "Unfortunately, I don't have a tool that does that.",
    "That isn't possible for me: none of the tools I have can do it.",
)
"""Each says that no tool serves, in so many words."""


def _without_tool(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    others = request.other_tools
    if not others:
        return RefusedContrast.NO_OTHER_TOOL
    if computes(request.tool) or tells_common_knowledge(request.tool):
        return RefusedContrast.ANSWERABLE_WITHOUT_TOOL
    if could_serve_instead(request.tool, others, context.confusable.get(request.call.name, frozenset())):
        return RefusedContrast.OTHER_TOOL_COULD_SERVE
    answer = keyed_shuffle(ANSWERS, context.key, seed.id, "drop_needed_tool")[0]
    return Contrast(
        request.with_answer(request.asked, answer, others), Behavior.UNABLE, f"without the tool {request.call.name}"
    )


DROP_NEEDED_TOOL = DialogueRule(
    "drop_needed_tool", 2, "the needed tool is not offered", _without_tool, answers_whole_request=True
)
