"""Uncovered regions: groups of similar queries that train does not cover, with typical words and examples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from winnow.curation.checks.coverage.clustering import CenteredSpace, cluster
from winnow.curation.engine.vectors import Vectors
from winnow.validators.wording.facets import WORD

if TYPE_CHECKING:
    import pandas as pd


WORDS_SHOWN = 3
"""Typical words of a region."""

QUERIES_SHOWN = 8
"""Examples of a region."""

TYPICAL_WORD_SHARE = 0.15
"""A word that names a region occurs in at least this share of its queries."""


@dataclass(frozen=True)
class RegionQuery:
    """A query of a region."""

    id: str
    text: str
    weight: int


@dataclass(frozen=True)
class UncoveredRegion:
    """A group of similar queries that train does not cover."""

    id: str
    words: list[str]
    """Typical words, the most specific first."""
    queries: int
    """Total frequency of its records."""
    record_ids: list[str]
    examples: list[RegionQuery]
    """The most central records first."""
    nearest_label: str
    """The most frequent label among the nearest train records of its records."""
    similarity: float
    """Median cosine of its records to their nearest train record."""
    synthetic_share: float
    """Share of its records that are near synthetic train records only."""

    @property
    def records(self) -> int:
        """Number of records."""
        return len(self.record_ids)

    @property
    def synthetic_only(self) -> bool:
        """Whether it is near mostly synthetic train records."""
        return self.synthetic_share >= 0.5


def find_regions(
    queries: pd.DataFrame, vectors: Vectors, space: CenteredSpace, word_counts: Mapping[str, int], texts: int
) -> list[UncoveredRegion]:
    """The regions of a table of queries, the most frequent first.

    `queries` has `id`, `text`, `weight`, the label `nearest` of the nearest train record, the cosine `similarity` to
    it, and `synthetic_only`. `word_counts` gives the number of texts, out of `texts`, that contain a word.
    """
    if queries.empty:
        return []
    found = cluster(vectors, space)
    centered = space.centered(vectors)
    regions = []
    for number in range(int(found.max()) + 1):
        rows = np.flatnonzero(found == number)
        inside = queries.iloc[rows]
        central = np.argsort(-(centered[rows] @ centered[rows].mean(axis=0)), kind="stable")[:QUERIES_SHOWN]
        shown = inside.iloc[central][["id", "text", "weight"]].itertuples(index=False, name=None)
        nearest = Counter(inside["nearest"])
        regions.append(
            UncoveredRegion(
                id="",
                words=typical_words(list(inside["text"]), word_counts, texts),
                queries=int(inside["weight"].sum()),
                record_ids=list(inside["id"]),
                examples=[RegionQuery(identity, text, int(weight)) for identity, text, weight in shown],
                nearest_label=min(nearest, key=lambda label: (-nearest[label], label)),
                similarity=round(float(inside["similarity"].median()), 4),
                synthetic_share=round(float(inside["synthetic_only"].mean()), 4),
            )
        )
    regions.sort(key=lambda one: (-one.queries, one.record_ids[0]))
    return [replace(one, id=f"r{number}") for number, one in enumerate(regions, 1)]


def words_of(text: str) -> set[str]:
    """The distinct words of a text, case-folded."""
    return {word for word in WORD.findall(text.casefold()) if len(word) > 2}


def typical_words(
    texts: Sequence[str], word_counts: Mapping[str, int], text_count: int, *, shown: int = WORDS_SHOWN
) -> list[str]:
    """Words of many of these texts and few texts overall: share here times log(all / those with the word).

    That is tf-idf over classes (c-TF-IDF, Grootendorst 2022, "BERTopic") with text counts for word counts.
    """
    counts = Counter(word for text in texts for word in words_of(text))
    score = {
        word: count / len(texts) * math.log((text_count + 1) / (min(word_counts.get(word, 0), text_count) + 1))
        for word, count in counts.items()
        if count >= max(2, TYPICAL_WORD_SHARE * len(texts))
    }
    return sorted((word for word in score if score[word] > 0), key=lambda word: (-score[word], word))[:shown]
