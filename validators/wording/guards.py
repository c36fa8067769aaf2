"""Guards: differences in wording that protect a record from dedup, and masking before leakage is measured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_NUMBER_WORDS = (
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
).split()
"""Without "one", which is more often a pronoun than a number."""

_DIGITS = r"\d+(?:[.,:/]\d+)*"

_WORDS = rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b"

NUMBER = re.compile(rf"{_DIGITS}|{_WORDS}", re.IGNORECASE)
"""Numbers that protect a record, including the digits of "iphone13"."""

AMOUNT = re.compile(rf"(?<!\w){_DIGITS}(?!\w)|{_WORDS}", re.IGNORECASE)
"""Numbers that are masked: separate words only; the digits of "401k" and "iphone13" are part of a name."""

NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|\w+n['’]t|"
    r"dont|doesnt|didnt|cant|couldnt|wont|wouldnt|isnt|arent|wasnt|werent|hasnt|havent|shouldnt)\b",
    re.IGNORECASE,
)

_ARTICLES = r"(?:(?:my|the|a|an|our|your|his|her|their|this|that)\s+)*"

FROM = re.compile(rf"\bfrom\s+{_ARTICLES}(\w+)", re.IGNORECASE)

TO = re.compile(rf"\b(\w+)\s+to\s+{_ARTICLES}(?=(\w+))", re.IGNORECASE)

_OPPOSITES = (
    "in/out on/off up/down before/after into/out inside/outside above/below over/under enable/disable "
    "increase/decrease raise/lower open/close start/stop more/less most/least maximum/minimum max/min add/remove"
)

OPPOSITES = [tuple(pair.split("/")) for pair in _OPPOSITES.split()]
"""Pairs of words that reverse the meaning of a request."""

_OPPOSITE_WORDS = frozenset(word for pair in OPPOSITES for word in pair)

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class GuardSignature:
    """The parts of a text that protect it from dedup."""

    numbers: tuple[str, ...]
    slots: tuple[str, ...]
    negations: int
    sources: tuple[str, ...]
    """The words after "from"."""
    directions: frozenset[tuple[str, str]]
    """The words before and after each "to"."""
    opposites: frozenset[str]
    """The words of the text that are in OPPOSITES."""


def protecting_guard(one: GuardSignature, other: GuardSignature) -> str | None:
    """The guard that keeps two near texts apart (`numbers`, `slots`, `negation`, `direction`), or None."""
    return next(protecting_guards(one, other), None)


def protecting_guards(one: GuardSignature, other: GuardSignature) -> Iterator[str]:
    """Every guard that keeps two near texts apart, in the order listed in `protecting_guard`."""
    if one.numbers != other.numbers:
        yield "numbers"
    if one.slots != other.slots:
        yield "slots"
    if one.negations != other.negations:
        yield "negation"
    reversed_directions = any((after, before) in other.directions - one.directions for before, after in one.directions)
    if (
        one.sources != other.sources
        or reversed_directions
        or _opposed(one.opposites, other.opposites)
        or _opposed(other.opposites, one.opposites)
    ):
        yield "direction"


def _opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one text has a word and the other has its opposite."""
    return any(a in one - other and b in other - one for a, b in OPPOSITES)


class Guards:
    """The guards of one task, with its slot values."""

    def __init__(self, slots: Mapping[str, Sequence[str]]) -> None:
        pairs = [(value.casefold(), slot) for slot, values in slots.items() for value in values if value.strip()]
        self._slot_of = dict(reversed(pairs))
        self._signatures: dict[str, GuardSignature] = {}
        either = "|".join(re.escape(value) for value in sorted(self._slot_of, key=len, reverse=True))
        self._slots = re.compile(rf"(?<!\w)(?:{either})(?!\w)") if either else None

    @property
    def has_slots(self) -> bool:
        """Whether the task has any slot value."""
        return self._slots is not None

    def signature(self, text: str) -> GuardSignature:
        """The parts of a text that protect it from dedup. Cached, because dedup requests the same texts repeatedly."""
        if text not in self._signatures:
            self._signatures[text] = self._signature(text)
        return self._signatures[text]

    def _signature(self, text: str) -> GuardSignature:
        folded = text.casefold()
        return GuardSignature(
            numbers=tuple(NUMBER.findall(folded)),
            slots=tuple(self._slots.findall(folded)) if self._slots else (),
            negations=len(NEGATION.findall(folded)),
            sources=tuple(sorted(FROM.findall(folded))),
            directions=frozenset(TO.findall(folded)),
            opposites=_OPPOSITE_WORDS.intersection(_WORD.findall(folded)),
        )

    def differing_slots(self, one: str, other: str) -> set[str]:
        """The slots whose values alone keep two near texts apart; empty when another guard does too, or none does."""
        first, second = self.signature(one), self.signature(other)
        if list(protecting_guards(first, second)) != ["slots"]:
            return set()
        values, others = Counter(first.slots), Counter(second.slots)
        differing = (values - others) + (others - values) or values  # the same values in another order
        return {self._slot_of[value] for value in differing}

    def masked(self, text: str) -> str:
        """The text with 0 for numbers and the slot's name for slot values; case-folded if it has a slot value."""
        if self._slots:
            folded, found = self._slots.subn(lambda match: self._slot_of[match.group()], text.casefold())
            text = folded if found else text
        return AMOUNT.sub("0", text)
