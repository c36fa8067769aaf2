"""The texts of a file: lengths, repeats and languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from winnow.core.example import fold_key
from winnow.curation.ingest.language import likely_languages

MIN_SHARE_OF_LANGUAGE = 0.02
"""Share of the texts that a language must have before it is named: single texts are often misjudged."""


@dataclass(frozen=True)
class TextFindings:
    """What is known of the texts of a file."""

    texts: int = 0
    """Rows with a text."""
    blank: int = 0
    """Rows without a text."""
    shortest: int = 0
    """Characters."""
    median: int = 0
    """Characters."""
    longest: int = 0
    """Characters."""
    too_long: int = 0
    """Texts that are longer than `screen.max_characters` of a new task allows."""
    repeats: int = 0
    """Texts that repeat an earlier one, apart from case and spaces."""
    languages: dict[str, float] = field(default_factory=dict)
    """ISO 639-1 code to its share of the texts that could be judged, the most frequent first."""


def text_findings(values: Sequence[object], *, max_characters: int) -> TextFindings:
    """What is known of the texts among values of the column of the query."""
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if not texts:
        return TextFindings(blank=len(values))
    lengths = sorted(map(len, texts))
    return TextFindings(
        texts=len(texts),
        blank=len(values) - len(texts),
        shortest=lengths[0],
        median=round(median(lengths)),
        longest=lengths[-1],
        too_long=sum(length > max_characters for length in lengths),
        repeats=len(texts) - len(set(map(fold_key, texts))),
        languages=language_shares(texts),
    )


def language_shares(texts: Sequence[str]) -> dict[str, float]:
    """The languages of the texts that are long enough to be judged, and the share of each."""
    found = Counter(likely_languages(texts))
    judged = sum(found.values())
    return {
        code: round(count / judged, 3)
        for code, count in found.most_common()
        if count >= max(MIN_SHARE_OF_LANGUAGE * judged, 2 if judged > 20 else 1)
    }
