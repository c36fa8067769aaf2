"""The cosines of one model that mean what given cosines of the bundled one mean: equal percentiles on the same pairs.

Equipercentile linking (Kolen and Brennan 2014, "Test Equating, Scaling, and Linking", chapter 2): both models read the
same pairs of texts, and a cosine of one corresponds to the cosine of the other that as many pairs reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.example import UNSPACED_SCRIPTS
from winnow.validators.stats.quantiles import quantile

REFERENCE_SHARES = {0.97: 0.2969, 0.90: 0.5814, 0.85: 0.6900}
"""The share of edited pairs that reach each cosine with the bundled model, for texts that it cannot read
(`python -m benchmarks.calibration`, docs/decisions/0069-languages.md)."""

MIN_EDITED_LETTERS = 4
"""Shorter texts are not edited: a letter of them is too much of them."""


class EditedPair(NamedTuple):
    """A text, and the same with a small change."""

    text: str
    edited: str


def edited_pairs(texts: Sequence[str]) -> list[EditedPair]:
    """Pairs of texts and changes of them, from a swapped letter to an exchanged word; they need no language."""
    return [
        EditedPair(text, edited)
        for text, following in zip(texts, [*texts[1:], *texts[:1]], strict=True)
        if sum(map(str.isalnum, text)) >= MIN_EDITED_LETTERS
        for edited in dict.fromkeys(_edits(text, following))
        if edited != text
    ]


def _edits(text: str, other: str) -> Iterator[str]:
    """A swapped letter, a lost one, a lost word, two words in another order, one exchanged, one added."""
    parts, joint = _words(text)
    strange, middle = _words(other)[0][0], len(parts) // 2
    for changed in _misspelled(parts):
        yield joint.join(changed)
    if len(parts) > 2:
        yield joint.join([*parts[:middle], *parts[middle + 1 :]])
        yield joint.join([*parts[: middle - 1], parts[middle], parts[middle - 1], *parts[middle + 1 :]])
        yield joint.join([*parts[:middle], strange, *parts[middle + 1 :]])
    yield joint.join([strange, *parts])


def _misspelled(parts: Sequence[str]) -> Iterator[list[str]]:
    """The words with two letters swapped, and with one lost, in the longest word."""
    longest = max(range(len(parts)), key=lambda i: len(parts[i]))
    before, word, after = [*parts[:longest]], parts[longest], [*parts[longest + 1 :]]
    half = len(word) // 2
    if half:
        yield [*before, word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :], *after]
        yield [*before, word[:half] + word[half + 1 :], *after]


def _words(text: str) -> tuple[list[str], str]:
    """The words of a text, or its letters where it writes no spaces, and what joins them."""
    return ([*text], "") if UNSPACED_SCRIPTS.search(text) else (text.split(), " ")


def corresponding_cosines(
    wanted: Sequence[float], reference: NDArray[np.float32] | None, measured: NDArray[np.float32]
) -> Mapping[float, float]:
    """For each cosine of the bundled model that of the other; both arrays are cosines of the same pairs.

    Without a reference, as many pairs reach it as REFERENCE_SHARES says.
    """
    found = {}
    for cosine in wanted:
        share = REFERENCE_SHARES[cosine] if reference is None else float((reference >= cosine).mean())
        found[cosine] = round(float(quantile(measured, 1 - share)), 4)
    return found
