"""What the assistant does in a dialogue: the label of a tool-calling example, derived from its content.

With calls, the label is the names of all tools that trained turns call, sorted and joined by `+`. Without calls it is
one of four behaviors, decided by the last trained turn of the assistant. Only `general` follows from the form alone.
The others are certain where a rule leaves no doubt; otherwise the most likely one is proposed, and people decide. The
rules know English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.validators.tools.missing_arguments import AskedArgument, asked_arguments, requests_in

TOOL_SEPARATOR = "+"
"""Between the names of tools in a label."""


class Behavior(StrEnum):
    """What the assistant does without calling a tool."""

    DIRECT = "direct"
    """It answers in text, although tools are offered."""
    ASK = "ask"
    """A required value is missing, and it asks for it."""
    UNABLE = "unable"
    """No offered tool serves, and it says so."""
    GENERAL = "general"
    """Instruction data: no tools are offered."""


@dataclass(frozen=True)
class Certain:
    """The label that follows from the content."""

    label: str
    why: str


@dataclass(frozen=True)
class Proposed:
    """The most likely label, for people to confirm."""

    label: str
    why: str


TOOLS = r"(?:tools?|functions?|functionalit(?:y|ies)|features?|capabilit(?:y|ies)|abilit(?:y|ies))"

OFFERED = r"(?:my|available|provided|current|offered|given|existing|accessible)"

NEGATED = r"(?:(?:do|does|are|is|can|could) ?not|don't|doesn't|aren't|isn't|can't|cannot|couldn't)"

LACKS_TOOL = re.compile(
    rf"\bi(?:'m| am)? (?:\w+ly )?(?:do not|don't|lack|have no|haven't|without)\b(?: \w+){{0,6}}? {TOOLS}\b|"
    rf"\bnone of (?:the|my|these)(?: [\w-]+){{0,3}}? {TOOLS}\b|"
    rf"\b{OFFERED} (?:[\w-]+ )?{TOOLS}\b(?: \S+){{0,8}}? (?:{NEGATED}|(?:is|are)(?: \w+)? (?:limited|restricted))\b|"
    rf"\b{TOOLS} (?:that are |which are )?(?:available|provided|i have|at my disposal|listed|given)\b(?: \S+){{0,8}}? "
    rf"{NEGATED}\b|\b(?:beyond|outside)(?: of)? (?:my|the scope of my|what i can)\b",
    re.IGNORECASE,
)
"""The assistant says that it has no tool or capability for the request, in so many words."""

NO_SUCH_TOOL = re.compile(
    rf"\bthere(?:'s| is| are|)? ?(?:no|n't an?|n't any|not an?)\b(?: [\w-]+){{0,3}}? {TOOLS}\b", re.I
)
"""There is no tool for it; but so may an answer about a program say."""

APOLOGY = re.compile(r"\b(?:sorry|apolog\w+|unfortunately|afraid)\b", re.IGNORECASE)

CANNOT = re.compile(
    r"\bi(?:'m| am)? (?:\w+ly )?(?:cannot|can't|can not|unable to|not able to|won't be able to)\b", re.IGNORECASE
)
"""The assistant says that it cannot do something; why is open: a rule may forbid it, or a value is missing."""

CAN_INSTEAD = re.compile(
    r"\b(?:but|however)\b[^.?!]*\bi can\b|[.!?] +(?:but |however,? )?i (?:can|could)\b|"
    r"\bmy (?:current |only )?(?:capabilit|function|tool)",
    re.IGNORECASE,
)
"""It names what it can do instead."""

RULE = re.compile(r"\b(?:polic(?:y|ies)|(?:in)?eligible|not (?:allowed|permitted)|rules?|guidelines)\b", re.IGNORECASE)
"""Words of a rule that forbids what a tool could do."""

OTHER_REASON = re.compile(
    rf"{RULE.pattern}|\b(?:without|until|unless|because|since|due to|requires?|required|missing|not found|find)\b", re.I
)
"""Words that give another reason than a missing tool."""

PLEASANTRY = re.compile(
    r"\W*(?:(?:hi|hello|hey|thanks?|thank you|many thanks|great|good|perfect|ok(?:ay)?|bye|goodbye|cheers|nice|so much|"
    r"very much|a lot|morning|evening|afternoon|night|there|again|for (?:your|the) (?:help|time)|that(?:'s| is) "
    r"(?:all|it|great|perfect)|no|have a (?:nice|good|great) day|you too|see you)\b\W*)+",
    re.IGNORECASE,
)
"""A greeting, thanks or a farewell: nothing that a tool could do is asked."""


def derived_label(dialogue: Dialogue) -> Certain | Proposed:
    """The label of a dialogue, or a proposal where the content leaves it open."""
    trained = [turn for turn in dialogue.turns if turn.is_learned]
    called = sorted({call.name for turn in trained for call in turn.calls})
    if called:
        return Certain(TOOL_SEPARATOR.join(called), "the tools that are called")
    if not dialogue.tools and trained:
        return Certain(Behavior.GENERAL, "no tools are offered")
    if not trained:
        return Proposed(Behavior.DIRECT, "no turn of the assistant is trained")
    return _without_calls(dialogue, trained[-1])


def _without_calls(dialogue: Dialogue, answer: Turn) -> Certain | Proposed:
    """What an answer in text does."""
    place = max(index for index, turn in enumerate(dialogue.turns) if turn is answer)
    user_texts = [turn.content for turn in dialogue.turns[:place] if turn.role is Role.USER]
    text = _plain(answer.content)
    requests = requests_in(text)
    asked = asked_arguments(requests, dialogue.tools, "\n".join(user_texts))
    lacks = LACKS_TOOL.search(text) or (APOLOGY.search(text) and NO_SUCH_TOOL.search(text))
    if requests:
        return _asking(requests, asked, bool(lacks))
    if lacks and RULE.search(text):
        return Proposed(Behavior.UNABLE, f"the answer says {lacks.group()!r}, but also names a rule that forbids it")
    if lacks:
        return Certain(Behavior.UNABLE, f"the answer says {lacks.group()!r}")
    if user_texts and PLEASANTRY.fullmatch(user_texts[-1]):
        return Certain(Behavior.DIRECT, "the user says only a greeting, thanks or a farewell")
    if cannot := CANNOT.search(text):
        return _refusing(dialogue, text, cannot.group())
    return Proposed(Behavior.DIRECT, "an answer without a question and without a refusal")


def _plain(text: str) -> str:
    """The text with straight apostrophes and without marks of code and emphasis."""
    return re.sub(r"[`*\"“”]|</?code>", "", text.replace("’", "'"))


def _asking(requests: list[str], asked: list[AskedArgument], lacks_tool: bool) -> Certain | Proposed:
    if lacks_tool:
        return Proposed(Behavior.UNABLE, f"a refusal, but also a request: {requests[0]!r}")
    missing = next((one for one in asked if not one.given), None)
    if missing:
        return Certain(Behavior.ASK, f"the answer asks for {missing.argument!r} of {missing.tool!r}, not given so far")
    if asked:
        why = f"the answer asks for {asked[0].argument!r} of {asked[0].tool!r}, but the user may have given it"
        return Proposed(Behavior.ASK, why)
    return Proposed(Behavior.ASK, f"a request that names no required argument: {requests[0]!r}")


def _refusing(dialogue: Dialogue, text: str, words: str) -> Certain | Proposed:
    results = any(turn.role is Role.TOOL for turn in dialogue.turns)
    if CAN_INSTEAD.search(text) and not OTHER_REASON.search(text) and not results:
        return Certain(Behavior.UNABLE, f"the answer says {words!r}, and what it can do instead")
    return Proposed(Behavior.UNABLE, f"the answer says {words!r}, but the reason is not certain")
