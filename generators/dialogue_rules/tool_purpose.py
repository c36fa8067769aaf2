"""What a tool does, in words: whether two tools could serve the same request, and how a person says what one does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.missing_arguments import FILLER, WORD, name_words

VERBS = (
    frozenset("get list show find search fetch retrieve read look lookup view query check return provide give".split()),
    frozenset("create add make insert put schedule book plan register set save".split()),
    frozenset("update change edit modify move rename adjust set".split()),
    frozenset("delete remove cancel clear drop complete close finish".split()),
    frozenset("send write reply email mail message post notify".split()),
    frozenset("calculate compute count sum determine evaluate find get check is".split()),
    frozenset("convert translate transform format".split()),
)
"""Verbs that could stand for each other in the name of a tool: first those that find, third those that change."""

_VERBS = frozenset(verb for verbs in VERBS for verb in verbs)

SIMILAR = 0.4
"""From this share of common words (of those of the shorter description), two descriptions say something similar."""

MIN_COMMON = 2
"""One common word is not enough for that."""

GENERIC = frozenset(
    """
    get fetch retrie return provid list search find data inform info detail api using given based specif endpoi reques
    respon user name id value number result from includ availa
    """.split()
)
"""Beginnings of words in descriptions that say nothing about the purpose."""

PREFIX = 6
"""Words count as the same if this many letters at their beginning are equal."""

MAX_PHRASE_WORDS = 14
"""A longer description is no phrase that somebody says."""

IMPERATIVES = frozenset(
    """
    add calculate cancel change check complete compute convert count create delete determine download edit estimate
    evaluate extract fetch filter find format generate get identify list look make mark merge move provide put read
    rename remove reserve retrieve reverse return rotate save schedule search send set show solve sort split summarize
    translate update upload validate verify write
    """.split()
)
"""Verbs with which descriptions begin."""

SPOKEN = {"fetch": "get", "retrieve": "get"}
"""What people say for verbs of programmers."""

_ENDING = re.compile(r"\s+(?:using|via|from|through|by using|based on)\s+(?:(?:the|an|a)\s+)?[^,.]*\bAPI\b.*$", re.I)

_UNSAYABLE = re.compile(
    r"[()\[\]{}`\"“”/_<>=:]|API\b|^and\b|\b(?:given|specified|specific|provided|requested|endpoint|JSON|URLs?|arrays?|"
    r"strings?|integers?|returns|parameters?)\b",
    re.IGNORECASE,
)
"""Words and marks of descriptions that no user writes."""

COMPUTATIONS = frozenset(
    """
    analyze calculate check classify combine compare compute conduct convert count create determine divide encode
    estimate evaluate extract flatten format generate identify integrate merge multiply perform predict project reverse
    rotate simulate solve sort split summarize sum translate validate verify write
    """.split()
)
"""Verbs of tools that only compute."""

_KNOWLEDGE = re.compile(
    r"\b(?:bible|capitals?|countr(?:y|ies)|definitions?|facts?|jokes?|languages?|meanings?|poems?|quotes?|quotations?|"
    r"recipes?|riddles?|synonyms?|trivia|verses?|visas?)\b",
    re.IGNORECASE,
)
"""What an assistant knows something about without looking it up."""

_VALUES = re.compile(r"\b(?:list|array|string|number|integer|word|sentence|matrix|tree|graph)s?\b", re.IGNORECASE)
"""What a tool computes from."""

_ASIDE = re.compile(r",(?![^,]*,)(?!.*\b(?:and|or)\b).*$")
"""A last part after a comma that is not the end of a list."""


def could_serve_instead(tool: Tool, others: Collection[Tool], confusable: Collection[str]) -> bool:
    """Whether one of the other tools could serve a request for a tool: declared confusable, or similar."""
    return any(other.name in confusable or _is_similar(tool, other) for other in others)


def may_look_up(tool: Tool, others: Collection[Tool]) -> bool:
    """Whether another tool finds what a tool works on, so that an id need not be asked for."""
    return any(_objects(tool) & _objects(other) and _stems(name_words(other.name)) & VERBS[0] for other in others)


def is_update(tool: Tool) -> bool:
    """Whether a tool changes something that exists: its optional arguments are what is changed."""
    return bool(_stems(name_words(tool.name)) & VERBS[2])


def computes(tool: Tool) -> bool:
    """Whether a tool works out its result from the request alone: an assistant could answer without it."""
    first = tool.description.split(" ", 1)[0].lower()
    forms = {first, first.removesuffix("s"), first.removesuffix("es")}
    of_values = bool(forms & {"find", "return", "get", "remove"}) and bool(_VALUES.search(tool.description))
    adds = "add" in forms and re.search(r"\b(?:binary|numbers?|integers?)\b", tool.description, re.IGNORECASE)
    return of_values or bool(adds) or not forms.isdisjoint(COMPUTATIONS) or tool.name.startswith(("is_", "has_"))


def tells_common_knowledge(tool: Tool) -> bool:
    """Whether a tool finds what an assistant could answer from what it has learned."""
    return bool(_KNOWLEDGE.search(" ".join([*name_words(tool.name), tool.description])))


def is_lookup(tool: Tool) -> bool:
    """Whether a tool only finds something."""
    return bool(_stems(name_words(tool.name)) & VERBS[0])


def _is_similar(tool: Tool, other: Tool) -> bool:
    """Whether the names have an object in common and no verbs that differ, or the descriptions most of their words."""
    own, its = _words(tool), _words(other)
    common = own & its
    if len(common) >= MIN_COMMON and len(common) >= SIMILAR * min(len(own), len(its)):
        return True
    return bool(_objects(tool) & _objects(other)) and _have_similar_verbs(tool, other)


def _have_similar_verbs(tool: Tool, other: Tool) -> bool:
    """Whether the verbs of two names could stand for each other; a name without a verb could have every one."""
    own, its = _stems(name_words(tool.name)) & _VERBS, _stems(name_words(other.name)) & _VERBS
    return not own or not its or any(own & verbs and its & verbs for verbs in VERBS)


def _objects(tool: Tool) -> set[str]:
    """The words of a tool's name that are no verbs."""
    words = _stems(name_words(tool.name)) - _VERBS
    return {word[:PREFIX] for word in words if len(word) > MIN_COMMON} - GENERIC


def _words(tool: Tool) -> set[str]:
    """What a description says, without generic words."""
    words = _stems(WORD.findall(tool.description.lower()))
    return {word[:PREFIX] for word in words if word not in FILLER} - GENERIC


def _stems(words: Iterable[str]) -> set[str]:
    return {word.removesuffix("s") for word in words}


def purpose_phrase(tool: Tool) -> str | None:
    """What a tool does as a phrase after "to", such as "send an e-mail"; None where its description gives none."""
    sentence = re.split(r"(?<=\w)[.;]\s|[.;]$|\n", tool.description.strip(), maxsplit=1)[0]
    sentence = _ASIDE.sub("", _ENDING.sub("", sentence)).strip().rstrip(".")
    first, _, rest = sentence.partition(" ")
    verb = _base_form(first.lower())
    if verb is None or not rest or _UNSAYABLE.search(rest) or len(rest.split()) >= MAX_PHRASE_WORDS:
        return None
    return f"{SPOKEN.get(verb, verb)} {rest}"


def _base_form(verb: str) -> str | None:
    """The verb as it follows "to"; None if it is not one with which descriptions begin."""
    forms = (verb, verb.removesuffix("s"), verb.removesuffix("es"))
    return next((form for form in forms if form in IMPERATIVES), None)
