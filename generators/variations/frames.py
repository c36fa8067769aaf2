"""Variation kind `frames`: a request phrased politely, tersely or with a greeting; other ways to begin a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.generators.variations import english
from winnow.generators.variations.tokens import TextChange, TokenizedQuery
from winnow.validators.wording.facets import phrasing

POLITE = re.compile(
    r"\b(?:please|pls|plz|kindly|thanks|thank|thx|appreciate|grateful|(?:can|could|would|will) (?:you|u)|sorry|mind)\b",
    re.I,
)

GREETING = re.compile(r"\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|yo|ok|okay|so|well|now)\b", re.I)

OPENER = re.compile(
    r"(?:(?:hi|hello|hey)(?: there)?[,!.]? )?(?:please |pls |plz |kindly )?"
    r"(?:(?:can|could|would|will) (?:you|u) (?:please |pls |kindly )?|i (?:want|need|would like) you to (?:please )?)?",
    re.I,
)
"""What can precede a request."""

CLOSER = re.compile(r",? (?:please|pls|plz|thanks|thank you|thx)(?=[.!?]*$)", re.I)

END = re.compile(r"[.!?]*\s*$")

BEFORE = ("please ", "could you ", "can you ", "pls ", "could you please ", "i need you to ", "can u ")

AFTER = (" please", ", thanks", " pls")

GREETINGS = ("hi, ", "hello, ", "quick question: ")

INDIRECT_QUESTION = re.compile(r"(?:tell|show|explain to) me (?=(?:how|what|why|when|where|which|who)\b)", re.I)
"""Introductions of an indirect question, which asks the same without them."""

EQUIVALENT_OPENINGS = (
    ("how do i ", "how can i ", "how to ", "how do you ", "what is the best way to ", "how would i "),
    ("can i ", "am i able to ", "is it possible to ", "could i "),
    ("i want to ", "i would like to ", "i'd like to ", "i need to ", "i wanna ", "looking to "),
)
"""Interchangeable beginnings that are followed by an infinitive."""

SUBJECTS = frozenset("i i'm i've my our the we we're we've there it it's this".split())
"""How a sentence that reports something begins."""

OBJECTS = frozenset(
    "a an the my your our this that these those it them me us him her all any some every each another more everything "
    "something what who how why when where which if whether to into from in on for with of about up out off "
    "down".split()
)
"""After a word that may be a noun, these show that it is the verb of a request."""

NO_REQUEST = frozenset(
    "is are was were am has had have isn't not does doesn't did didn't do won't will can can't failed".split()
)
"""After a word, these show that it is the subject of a sentence."""


def frames(query: TokenizedQuery) -> Iterator[TextChange]:
    """The same request, question or report, phrased in another way."""
    if query.is_command_line or not query.words:
        return
    yield from _other_opening(query)
    opener = OPENER.match(query.text)
    bare = query.text[opener.end() :] if opener else query.text
    polite = POLITE.search(query.text)
    asks = bare == query.text and query.text.rstrip().endswith("?")
    if not asks and _is_request(TokenizedQuery(bare, query.slots)):
        yield from _terse(query, bare) if polite else _polite(query)
    elif not polite and not GREETING.match(query.text):
        yield from _greeted(query)


def _greeted(query: TokenizedQuery) -> Iterator[TextChange]:
    """A question or a report with a greeting; a fragment is left alone: it may be a message or a line of output."""
    asks = phrasing(query.text) == "question"
    if asks or query.folded[0] in SUBJECTS:
        for greeting in GREETINGS if asks else GREETINGS[:2]:
            text = query.in_query_case(greeting + _lower(query), begins=True)
            yield TextChange(text, f"+ {greeting.strip(' ,:')}")
    if not asks and query.folded[0] in SUBJECTS:
        yield _ending(query, ", please help")


def _other_opening(query: TokenizedQuery) -> Iterator[TextChange]:
    folded = query.text.casefold().replace("’", "'")
    for group in EQUIVALENT_OPENINGS:
        old = next((one for one in group if folded.startswith(one)), None)
        for new in group if old else ():
            if old and new != old:
                yield TextChange(
                    query.in_query_case(new + query.text[len(old) :], begins=True), f"{old.strip()} -> {new.strip()}"
                )


def _polite(query: TokenizedQuery) -> Iterator[TextChange]:
    """A bare request with a polite phrase before or after it."""
    for frame in BEFORE if not GREETING.match(query.text) else ():
        text = frame + _lower(query)
        asks = frame.startswith(("could", "can")) and text.endswith(".")
        yield TextChange(query.in_query_case(f"{text[:-1]}?" if asks else text, begins=True), f"+ {frame.strip()}")
    yield from (_ending(query, frame) for frame in AFTER)


def _terse(query: TokenizedQuery, bare: str) -> Iterator[TextChange]:
    """A polite request without what makes it polite."""
    text = CLOSER.sub("", bare)
    indirect = INDIRECT_QUESTION.match(text)
    if indirect:
        yield TextChange(query.in_query_case(text[indirect.end() :], begins=True), "the question alone")
    elif len(bare) < len(query.text):
        text = text.removesuffix("?")  # it asked whether, and no longer does
    yield TextChange(query.in_query_case(text, begins=True), "nothing polite")


def _ending(query: TokenizedQuery, words: str) -> TextChange:
    """Words before the end mark."""
    end = END.search(query.text)
    position = end.start() if end else len(query.text)
    return TextChange(query.text[:position] + words + query.text[position:], f"+ {words.strip(' ,')}")


def _lower(query: TokenizedQuery) -> str:
    """The text without the capital of its first word, unless that is "I", a name or an acronym."""
    first = query.words[0]
    kept = (
        query.all_capitals
        or first.folded.startswith(("i'", "i’"))
        or first.folded == "i"
        or not first.text[1:].islower()
    )
    return query.text if kept else query.text[: first.start] + first.text.lower() + query.text[first.end :]


def _is_request(query: TokenizedQuery) -> bool:
    """Whether a text begins with a verb in the form of a request."""
    if not query.words or not query.words[0].natural:
        return False
    first = query.folded[0]
    second = query.folded[1] if len(query.words) > 1 and query.joined(0, 1) else ""
    if f"{first}*" in english.words("requests.txt"):
        return second in OBJECTS or (bool(second) and not query.words[1].natural)
    return first in english.words("requests.txt") and second not in NO_REQUEST
