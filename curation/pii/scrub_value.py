"""Replace private data in a JSON value as a whole: what one text shows is replaced in all, however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from winnow.core.vocabulary import NAME_ENTITIES, PiiAction, PiiEntity
from winnow.curation.pii.detect import MAY_HOLD, PiiSpan
from winnow.curation.pii.json_places import Place, places, with_texts_at_places
from winnow.curation.pii.named_values import MAX_CHARACTERS, names_secret, phrase_of, without_phrase
from winnow.curation.pii.rewrites import Rewrite, mask
from winnow.curation.pii.scrub import MAX_PASSES, Scrubber
from winnow.curation.pii.spellings import NUMBERS, PrivateValue, is_alone, private_value, spellings
from winnow.curation.pii.surrogate_table import Occurrence, SurrogateTable
from winnow.validators.tools.strict_json import JsonValue

NUMBER_BEFORE = re.compile(r"[:\[,]\s*\Z")
NUMBER_AFTER = re.compile(r"\s*[,}\]]")
"""What stands around a number of a JSON text."""

MAY_BE_PRIVATE_NAME = re.compile(r"@|\d{6}|://")
"""A key without one of these is the name of something."""


@dataclass(frozen=True)
class Replacement:
    """One occurrence of a private value that was replaced."""

    path: tuple[str | int, ...]
    """The keys and indexes that lead to its text."""
    value: PrivateValue


@dataclass(frozen=True)
class ScrubbedValue:
    """A JSON value that may be stored, or that must be dropped."""

    value: JsonValue
    rewrites: tuple[Rewrite, ...] = ()
    """The values that were replaced, once for each occurrence."""
    dropped: str = ""
    """The entity for which it is dropped; the value is None then."""
    replacements: tuple[Replacement, ...] = ()
    """Where each occurrence was."""


def scrub_value(
    value: JsonValue,
    scrubber: Scrubber,
    *,
    listed: Set[str] = frozenset(),
    first_forms: Mapping[PrivateValue, int] | None = None,
) -> ScrubbedValue:
    """Apply the policy to every text, key and whole number of a JSON value.

    A value that is found anywhere is replaced everywhere, in the form in which it is written there: with its
    separators, and as a JSON number where it is one. `listed` are values that are not private, such as those that a
    schema names. `first_forms` asks for a later form of the surrogate of a value.
    """
    found = list(places(value))
    document = _Document(_Search(scrubber, found, listed), SurrogateTable(scrubber.surrogate_number, first_forms or {}))
    document.texts = [place.text for place in found]
    to_search: Sequence[int] = range(len(found))
    for _ in range(MAX_PASSES):  # next to a surrogate, a value may be detected that its neighbor hid
        spans = document.spans(to_search)
        if blocked := _blocked(spans, scrubber):
            return ScrubbedValue(None, dropped=blocked)
        if not spans:
            break
        to_search = document.replace(spans)
    if not document.replaced:
        return ScrubbedValue(value)
    rewrites = tuple(Rewrite(one.value.entity, mask(one.written)) for one in document.replaced)
    replacements = tuple(Replacement(found[one.place].path, one.value) for one in document.replaced)
    return ScrubbedValue(with_texts_at_places(value, iter(document.texts)), rewrites, "", replacements)


def found_in_value(value: JsonValue, scrubber: Scrubber, *, listed: Set[str] = frozenset()) -> list[str]:
    """The entity of every piece of private data that the policy does not allow, in order."""
    found = list(places(value))
    search = _Search(scrubber, found, listed)
    return [one.entity for i, place in enumerate(found) for one in search.spans(i, place.text)]


def _blocked(spans: Mapping[int, Sequence[PiiSpan]], scrubber: Scrubber) -> str:
    """The first entity that the policy says to drop."""
    entities = (one.entity for each in spans.values() for one in each)
    return next((entity for entity in entities if scrubber.policy[entity] == PiiAction.DROP), "")


@lru_cache(maxsize=4096)
def _may_be_private(key: str) -> bool:
    return MAY_BE_PRIVATE_NAME.search(key) is not None


def _value_at(span: PiiSpan, text: str) -> PrivateValue:
    return private_value(span.entity, text[span.start : span.end])


@dataclass(frozen=True)
class _Search:
    """Looks for private data in the places of one value."""

    scrubber: Scrubber
    places: Sequence[Place]
    listed: Set[str]

    def spans(self, index: int, text: str) -> list[PiiSpan]:
        """Private data in a text by itself, or as the name of its argument reveals it, without listed values."""
        place = self.places[index]
        if not text or (place.is_key and not _may_be_private(text)):
            return []
        found = self.scrubber.found(text)
        phrase = phrase_of(place.name) if len(text) <= MAX_CHARACTERS else ""
        if phrase and not found and text not in self.listed and MAY_HOLD.search(phrase + text):
            found = without_phrase(self.scrubber.found(phrase + text), phrase)
        if self.listed and found:
            found = [one for one in found if not self._is_listed(_value_at(one, text))]
        return [one for one in found if not place.is_number or (one.start, one.end) == (0, len(text))]

    def _is_listed(self, value: PrivateValue) -> bool:
        return any(private_value(value.entity, one).folded == value.folded for one in self.listed)

    def occurrences(
        self, texts: Sequence[str], spans: Mapping[int, Sequence[PiiSpan]], table: SurrogateTable
    ) -> list[Occurrence]:
        """What was found, and the same values wherever else a text has them; the longer one wins where two overlap."""
        own = [
            self._occurrence(i, one.start, one.end, texts[i], table.known(_value_at(one, texts[i])))
            for i, each in sorted(spans.items())
            for one in each
        ]
        kept: dict[int, list[Occurrence]] = {}
        others = (one for i, text in enumerate(texts) for one in self._sought(i, text, table))
        for one in sorted([*own, *others], key=lambda one: (one.start - one.end, one.place, one.start)):
            near = kept.setdefault(one.place, [])
            if all(one.end <= other.start or other.end <= one.start for other in near):
                near.append(one)
        return sorted((one for near in kept.values() for one in near), key=lambda one: one[:2])

    def _sought(self, index: int, text: str, table: SurrogateTable) -> Iterator[Occurrence]:
        place = self.places[index]
        if text in self.listed:
            return
        for value in table.values:
            pattern = spellings(value)
            if pattern is None:
                if self._may_be_alone(place, value) and is_alone(value, text):
                    yield self._occurrence(index, 0, len(text), text, value)
                continue
            for match in pattern.finditer(text):
                if not place.is_number or match.span() == (0, len(text)):
                    yield self._occurrence(index, *match.span(), text, value)

    def _may_be_alone(self, place: Place, value: PrivateValue) -> bool:
        """Whether a short value may be the whole text at a place: a PIN only where the name says that it is one."""
        if place.is_key or not place.name:
            return False
        if value.entity == PiiEntity.SECRET and value.folded.isdigit():
            return names_secret(place.name)
        return value.entity in NUMBERS or value.entity in (PiiEntity.SECRET, *NAME_ENTITIES)

    def _occurrence(self, index: int, start: int, end: int, text: str, value: PrivateValue) -> Occurrence:
        written = text[start:end]
        inside = written.isdigit() and NUMBER_BEFORE.search(text, 0, start) and NUMBER_AFTER.match(text, end)
        return Occurrence(index, start, end, value, written, self.places[index].is_number or bool(inside))


@dataclass
class _Document:
    """The texts of one value while their private data is replaced."""

    search: _Search
    table: SurrogateTable
    texts: list[str] = field(default_factory=list)
    replaced: list[Occurrence] = field(default_factory=list)

    def spans(self, to_search: Sequence[int]) -> dict[int, list[PiiSpan]]:
        """Private data by the index of its text."""
        return {i: spans for i in to_search if (spans := self.search.spans(i, self.texts[i]))}

    def replace(self, spans: Mapping[int, Sequence[PiiSpan]]) -> list[int]:
        """Replace what was found wherever it is written; returns the indexes of the texts that changed."""
        occurrences = self.search.occurrences(self.texts, spans, self.table)
        surrogates = self.table.surrogates(occurrences)
        for one, written in reversed([*zip(occurrences, surrogates, strict=True)]):
            text = self.texts[one.place]
            self.texts[one.place] = text[: one.start] + written + text[one.end :]
        self.replaced += occurrences
        return sorted({one.place for one in occurrences})
