"""The surrogates of one value with many texts: equal values get equal ones, different values different ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from winnow.curation.pii.spellings import PrivateValue, is_same_number
from winnow.curation.pii.surrogates_like import forms_like

MAX_STEPS = 64
"""How many numbers are tried before a surrogate that another value has is used again."""


class Occurrence(NamedTuple):
    """One place in a text at which a private value is written."""

    place: int
    """The index of the text."""
    start: int
    end: int
    value: PrivateValue
    written: str
    is_number: bool
    """It is a JSON number, by itself or in a JSON text."""


@dataclass
class SurrogateTable:
    """The values that were found in one document, and what stands for each."""

    number_of: Callable[[PrivateValue], int]
    """The number that selects the surrogate of a value in this workspace."""
    first_forms: Mapping[PrivateValue, int] = field(default_factory=dict)
    """The form to begin with, for values whose more natural forms a schema refuses."""
    values: list[PrivateValue] = field(default_factory=list)
    """Every value, in the order in which they were found."""
    _taken: dict[str, PrivateValue] = field(default_factory=dict)
    _numbers: dict[PrivateValue, int] = field(default_factory=dict)

    def known(self, value: PrivateValue) -> PrivateValue:
        """The value as it was found first; a new one is noted."""
        for other in self.values:
            if is_same_number(value, other):
                return other
        self.values.append(value)
        return value

    def surrogates(self, occurrences: Sequence[Occurrence]) -> list[str]:
        """What stands for each occurrence."""
        by_value: defaultdict[PrivateValue, dict[tuple[str, bool], str]] = defaultdict(dict)
        for one in occurrences:
            by_value[one.value][one.written, one.is_number] = ""
        for value, written in by_value.items():
            written.update(zip(written, self._chosen(value, list(written)), strict=True))
        return [by_value[one.value][one.written, one.is_number] for one in occurrences]

    def _chosen(self, value: PrivateValue, written: Sequence[tuple[str, bool]]) -> list[str]:
        number = self._numbers.get(value, self.number_of(value))
        for step in range(MAX_STEPS):
            chosen = self._in_one_form(value, number + step, written)
            if all(self._taken.get(one.casefold(), value) == value for one in chosen):
                break
        else:
            step, chosen = 0, self._in_one_form(value, number, written)
        self._numbers[value] = number + step
        self._taken.update((one.casefold(), value) for one in chosen)
        return chosen

    def _in_one_form(self, value: PrivateValue, number: int, written: Sequence[tuple[str, bool]]) -> list[str]:
        """The surrogates in the first form that every occurrence can have, or else each in its own first one."""
        forms = [list(forms_like(value.entity, number, text, is_number=is_number)) for text, is_number in written]
        first = self.first_forms.get(value, 0)
        by_form = [list(one) for one in zip(*forms, strict=True)]
        fitting = next((one for one in by_form[first:] if all(one)), None)
        if fitting is not None:
            return fitting
        return [next(filter(None, each[first:]), next(filter(None, each), "0")) for each in forms]
