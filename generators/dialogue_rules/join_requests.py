"""Two requests in one turn: the assistant makes both calls."""

from __future__ import annotations

import re

from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.validators.tools.behavior import TOOL_SEPARATOR
from winnow.validators.tools.dialogue import Tool

MAX_WORDS = 25
"""Requests with more words are not joined."""

REFERS = re.compile(
    r"\b(?:it(?!\s+(?:rain|snow|be|get|going|take)\b)|its|that|this|these|those|them|they|he|she|him|her|there|then|same|also|too|both|above|following|again|"
    r"respectively|first|second|former|latter|instead)\b",
    re.IGNORECASE,
)
"""Words that could refer to the other request."""

GREETING = re.compile(
    r"^(?:hi|hello|hey|ok(?:ay)?|thanks|good (?:morning|evening|afternoon)|please note)\b", re.IGNORECASE
)

BEGINNINGS = re.compile(
    r"^(?:what|when|where|who|which|how|is|are|will|would|could|can|do|does|did|please|show|tell|give|find|get|fetch|"
    r"check|list|look|search|add|put|book|schedule|set|move|delete|remove|cancel|send|remind|mark|rename|change|convert|"
    r"translate|calculate|compute|determine|generate|create|make|write|retrieve|provide|need|analyze|compare|play|order|"
    r"open|start|stop|turn|note|track|reserve|will|i)\b",
    re.IGNORECASE,
)
"""How a request begins that can follow another."""

CONNECTIONS = ("{first}{end} Also, {second}", "{first}{end} And one more thing: {second}")

IN_ONE_SENTENCE = "{first}, and also {second}"
"""Only where both requests are imperatives."""

IMPERATIVE = re.compile(
    r"^(?:please )?(?:show|tell|give|find|get|fetch|check|list|look|search|add|put|book|schedule|set|move|delete|"
    r"remove|cancel|send|remind|mark|rename|change|convert|translate|calculate|compute|determine|generate|create|make|write|"
    r"retrieve|provide|analyze|compare|play|order|open|start|stop|turn|note|track|reserve)\b",
    re.IGNORECASE,
)


def _joined(seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
    request = seed.request
    if not is_joinable(request):
        return RefusedContrast.READS_BROKEN
    for other in keyed_shuffle(context.partners, context.key, seed.id, "join_requests"):
        tools = _tools_of_both(request, other.request)
        if tools is not None and other.request.call.name not in context.confusable.get(request.call.name, ()):
            return _both(seed, other, tools, context.key)
    return RefusedContrast.NO_PARTNER


def is_joinable(request: SingleCall) -> bool:
    """Whether a request is one sentence that stands for itself."""
    text = request.asked.strip()
    plain = re.sub(r"\b[ap]\.m\.", "", text)
    return (
        not request.before
        and not request.calls_follow
        and len(text.split()) <= MAX_WORDS
        and "\n" not in text
        and not REFERS.search(text)
        and not GREETING.search(text)
        and bool(BEGINNINGS.match(text))
        and not re.search(r"[.?!:;]\s|\band\b", plain)
    )


def _tools_of_both(request: SingleCall, other: SingleCall) -> tuple[Tool, ...] | None:
    """The tools that both dialogues offer together; None where a name stands for two tools, or both call the same."""
    if request.call.name == other.call.name:
        return None
    offered = {tool.name: tool for tool in request.tools}
    if any(offered.get(tool.name, tool) != tool for tool in other.tools):
        return None
    return tuple(sorted({**offered, **{tool.name: tool for tool in other.tools}}.values(), key=lambda tool: tool.name))


def _both(seed: DialogueSeed, other: DialogueSeed, tools: tuple[Tool, ...], key: str) -> Contrast:
    first, second = seed.request, other.request
    text = _text_of_both(first.asked.strip(), second.asked.strip(), seed, key)
    prose = " ".join(filter(None, (first.answer.content.strip(), second.answer.content.strip())))
    dialogue = first.with_calls(text, (first.call, second.call), prose=_one_sentence(prose), tools=tools)
    label = TOOL_SEPARATOR.join(sorted((first.call.name, second.call.name)))
    return Contrast(dialogue, label, f"joined with the request of {other.id}")


def _text_of_both(first: str, second: str, seed: DialogueSeed, key: str) -> str:
    """Both requests in one turn."""
    both_imperative = IMPERATIVE.match(first) and IMPERATIVE.match(second)
    connections = (*CONNECTIONS, IN_ONE_SENTENCE) if both_imperative else CONNECTIONS
    end = "?" if first.endswith("?") else "."
    connection = keyed_shuffle(connections, key, seed.id, second)[0]
    return connection.format(first=first.rstrip(".?!"), end=end, second=_continued(second))


def _one_sentence(prose: str) -> str:
    """One sentence for both calls where the answers have prose."""
    return "I'll do both." if prose else ""


def _continued(text: str) -> str:
    """A request as it goes on after another."""
    first = text.split()[0]
    is_plain = first != "I" and not first.startswith(("I'", "I’")) and first[1:] == first[1:].lower()
    return text[0].lower() + text[1:] if is_plain else text


JOIN_REQUESTS = DialogueRule(
    "join_requests", 1, "a second request follows in the same turn", _joined, answers_whole_request=True
)
