"""Guards: differences in wording that protect a record from dedup, and masking before leakage is measured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from winnow.core.example import fold_case
from winnow.validators.wording.degree_words import compared_otherwise
from winnow.validators.wording.swapped_arguments import Argument, are_swapped, arguments_of
from winnow.validators.wording.word_borders import whole_words
from winnow.validators.wording.wording_patterns import FROM, WordingPatterns, wording_patterns

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class GuardSignature:
    """The parts of a text that protect it from dedup."""

    text: str
    """The text, case-folded."""
    patterns: WordingPatterns
    """Of the language that it was read in."""
    numbers: tuple[str, ...]
    slots: tuple[str, ...]
    negations: int
    sources: tuple[str, ...]
    """The words after "from", and those with an ending that means the same."""
    arguments: frozenset[Argument]
    """The words that "to", "into", "about" and others introduce."""
    opposites: frozenset[str]
    """The expressions of the text that have an opposite."""
    times: tuple[str, ...]
    """Weekdays, months, relative days and times of day, sorted."""
    ordinals: tuple[str, ...]
    """Ordinal numbers, sorted."""
    degrees: tuple[str, ...]
    """Comparatives and superlatives, sorted."""
    words: frozenset[str]


def protecting_guard(one: GuardSignature, other: GuardSignature) -> str | None:
    """The guard that keeps two near texts apart, or None.

    One of `numbers`, `slots`, `negation`, `direction`, `time`, `ordinal` and `degree`.
    """
    return next(protecting_guards(one, other), None)


def protecting_guards(one: GuardSignature, other: GuardSignature) -> Iterator[str]:
    """Every guard that keeps two near texts apart, in the order listed in `protecting_guard`."""
    if one.numbers != other.numbers:
        yield "numbers"
    if one.slots != other.slots:
        yield "slots"
    if one.negations != other.negations:
        yield "negation"
    if one.sources != other.sources or is_reversed(one, other):
        yield "direction"
    if one.times != other.times:
        yield "time"
    if one.ordinals != other.ordinals:
        yield "ordinal"
    if one.degrees != other.degrees or compared_otherwise(one.words, other.words, one.patterns.words):
        yield "degree"


def is_reversed(one: GuardSignature, other: GuardSignature) -> bool:
    """Whether two texts have swapped arguments, or one has the opposite of an expression of the other."""
    swapped = are_swapped(one.arguments, other.arguments, one.text, other.text)
    return swapped or _opposed(one, other) or _opposed(other, one)


def _opposed(one: GuardSignature, other: GuardSignature) -> bool:
    """Whether one text has an expression and the other has its opposite."""
    missing = other.opposites - one.opposites
    return any(not missing.isdisjoint(one.patterns.opposite_of[own]) for own in one.opposites - other.opposites)


class Guards:
    """The guards of one task, with its slot values, in its language."""

    def __init__(self, slots: Mapping[str, Sequence[str]], language: str = "en") -> None:
        self._language, self._patterns = language, wording_patterns(language)
        pairs = [
            (folded, slot)
            for slot, values in slots.items()
            for value in values
            if value.strip()
            for folded in (fold_case(value, language), value.casefold())  # straße and strasse
        ]
        self._slot_of = dict(reversed(pairs))
        self._signatures: dict[str, GuardSignature] = {}
        self._slots = re.compile(whole_words(self._slot_of)) if self._slot_of else None

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
        folded, patterns = fold_case(text, self._language), self._patterns
        words = _WORD.findall(folded)
        return GuardSignature(
            text=folded,
            patterns=patterns,
            numbers=tuple(patterns.numbers.findall(folded)),
            slots=tuple(self._slots.findall(folded)) if self._slots else (),
            negations=len(patterns.negations.findall(folded)),
            sources=tuple(sorted(_sources(folded, words, patterns))),
            arguments=arguments_of(folded, self._language),
            opposites=frozenset(patterns.opposites.findall(folded)),
            times=tuple(sorted(patterns.time_of[one] for one in patterns.times.findall(folded))),
            ordinals=tuple(sorted(patterns.ordinal_of[one] for one in patterns.ordinals.findall(folded))),
            degrees=tuple(sorted(patterns.degrees.findall(folded))),
            words=frozenset(words),
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
            folded, found = self._slots.subn(
                lambda match: self._slot_of[match.group()], fold_case(text, self._language)
            )
            text = folded if found else text
        return self._patterns.amount.sub("0", text)


def _sources(folded: str, words: Sequence[str], patterns: WordingPatterns) -> list[str]:
    """The words after "from", and those with an ending that means the same."""
    endings = patterns.words.source_suffixes
    return FROM.findall(folded) + [word for word in words if endings and word.endswith(endings)]
