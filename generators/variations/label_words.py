"""The words that name labels: a variation that gains another label's word, or loses its own, may have changed label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from winnow.config.task import Label
from winnow.core.example import fold_key
from winnow.generators.variations.base import Seed

WORD = re.compile(r"[^\W\d_]{3,}")

FREQUENT_WORDS = 150
"""This many most frequent words of a language are no label words."""

REPLACING_KINDS = ("slots", "synonyms")
"""Kinds that replace a meaning. The other kinds keep each word, perhaps shortened or misspelled."""


@dataclass(frozen=True)
class LabelWords:
    """The words that name each label, and words that would name another label."""

    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By label: the words of its name."""
    foreign: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By label: words of other labels' names and of its near miss that its own records never use."""
    near_misses: Mapping[str, str] = field(default_factory=dict)
    """By fold key of a near miss: the label that it belongs to."""

    def crossing(self, seed: Seed, text: str, kind: str) -> str | None:
        """Why a variation of a seed may have left its label: `names_another_label`, `loses_label_word`, or None."""
        before, after = _words(seed.text), _words(text)
        belongs = self.near_misses.get(fold_key(text), seed.label)
        if belongs != seed.label or (after - before) & self.foreign.get(seed.label, frozenset()):
            return "names_another_label"
        if kind in REPLACING_KINDS and (before - after) & self.own.get(seed.label, frozenset()):
            return "loses_label_word"
        return None


def label_words(labels: Sequence[Label], seeds: Iterable[Seed], *, language: str) -> LabelWords:
    """Collect the words that name labels from the task file, without words that the seeds show to be harmless."""
    frequent = _frequent_words(language)
    names = {label.name: _words(label.name) - frequent for label in labels}
    used = {label.name: _words(" ".join((label.name, label.description, *label.examples))) for label in labels}
    for seed in seeds:
        used.setdefault(seed.label, set()).update(_words(seed.text))
    foreign = {}
    for label in labels:
        others = set().union(*(words for name, words in names.items() if name != label.name))
        others |= _words(label.near_miss.text) - frequent if label.near_miss else set()
        foreign[label.name] = frozenset(others - used[label.name])
    near_misses = {fold_key(near.text): near.label for near in (label.near_miss for label in labels) if near}
    return LabelWords({name: frozenset(words) for name, words in names.items()}, foreign, near_misses)


def _words(text: str) -> set[str]:
    """Words of at least three letters, folded, without a plural's "s"."""
    return {word.removesuffix("s") if len(word) > 3 else word for word in WORD.findall(text.casefold())}


def _frequent_words(language: str) -> set[str]:
    import wordfreq  # takes half a second to load

    if language not in wordfreq.available_languages():
        return set()
    return _words(" ".join(wordfreq.top_n_list(language, FREQUENT_WORDS)))
