"""Uncovered regions: like queries that train lacks, with typical words and examples."""

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


QUERIES_SHOWN = 8


TYPICAL_WORD_SHARE = 0.15
"""A word that names a region stands in at least this share of its queries."""


@dataclass(frozen=True)
class RegionQuery:
    """A query of a region."""

    id: str
    text: str
    weight: int


@dataclass(frozen=True)
class UncoveredRegion:
    """One kind of query that train lacks."""

    id: str
    words: list[str]
    """Typical words, the most telling first."""
    queries: int
    """How often its records were seen."""
    record_ids: list[str]
    examples: list[RegionQuery]
    """The most central records first."""
    nearest_label: str
    """The label of most of its records' nearest train records."""
    similarity: float
    """Median cosine of its records to their nearest train record."""
    synthetic_share: float
    """Share of its records that a synthetic train record, and no other, is near."""

    @property
    def records(self) -> int:
        """How many records it has."""
        return len(self.record_ids)

    @property
    def synthetic_only(self) -> bool:
        """Whether what train has of it is mostly what a machine wrote."""
        return self.synthetic_share >= 0.5


def find_regions(
    queries: pd.DataFrame, vectors: Vectors, space: CenteredSpace, word_counts: Mapping[str, int], texts: int
) -> list[UncoveredRegion]:
    """The regions of a table of queries, the most asked first.

    `queries` has `id`, `text`, `weight`, and of each one's nearest train record the label `nearest`, the cosine
    `similarity` and whether it is `synthetic_only`. `common` counts in how many of all `texts` a word stands.
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
    """The different words of a text, folded."""
    return {word for word in WORD.findall(text.casefold()) if len(word) > 2}


def typical_words(texts: Sequence[str], word_counts: Mapping[str, int], text_count: int) -> list[str]:
    """Words that stand in many of these texts and in few of all: share here times log(all / those with the word).

    That is tf-idf over classes (c-TF-IDF, Grootendorst 2022, "BERTopic") with texts in place of word counts.
    """
    counts = Counter(word for text in texts for word in words_of(text))
    score = {
        word: count / len(texts) * math.log((text_count + 1) / (min(word_counts.get(word, 0), text_count) + 1))
        for word, count in counts.items()
        if count >= max(2, TYPICAL_WORD_SHARE * len(texts))
    }
    return sorted((word for word in score if score[word] > 0), key=lambda word: (-score[word], word))[:WORDS_SHOWN]
