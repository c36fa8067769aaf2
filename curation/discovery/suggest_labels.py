"""Suggestions for labels: groups of similar queries with a name, typical words, examples and figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.config.taxonomy import SuggestedLabel, SuggestionFigures, Taxonomy
from winnow.core.example import fold_key
from winnow.core.hashing import stable_hash
from winnow.curation.checks.coverage.uncovered_regions import typical_words, words_of
from winnow.curation.discovery.query_clusters import QueryCluster, cluster_queries, near_repeats
from winnow.curation.engine.compared_vectors import ComparedFor, as_compared
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vectors import Vectors
from winnow.validators.wording.spelling import frequent_words

MAX_QUERIES = 30_000
"""Distinct queries that are compared, drawn at random: of more, the suggestions would be the same."""

EXAMPLES = 5
"""Queries that a suggestion shows."""

EXAMPLE_CHARACTERS = 200
"""Longer queries are examples only where there are too few shorter ones: annotators have to read them."""

WORDS = 5
"""Typical words of a suggestion."""

WORDS_TRIED = 20
"""Typical words among which those are left out that say little."""

NAME_WORDS = 2
"""Typical words in its name."""


COMMON_WORDS = 200
"""The most frequent words of a language name no topic: `why`, `need` and `does` are among them, `money` is not."""


@dataclass(frozen=True)
class AskedQuery:
    """A query, and how often it was asked."""

    text: str
    count: int


class QuerySample(NamedTuple):
    """The queries that are compared."""

    queries: Sequence[AskedQuery]
    """Distinct ones, in the order of their first rows."""
    of: int
    """How many distinct ones there are."""


def sampled_queries(texts: Iterable[str]) -> QuerySample:
    """The distinct queries among texts, apart from case and spaces; of too many, a sample that only they decide."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text in texts:
        key = fold_key(text)
        first.setdefault(key, text)
        counts[key] += 1
    kept = set(sorted(first, key=stable_hash)[:MAX_QUERIES]) if len(first) > MAX_QUERIES else first
    return QuerySample([AskedQuery(first[key], counts[key]) for key in first if key in kept], len(first))


def suggest_labels(
    queries: Sequence[AskedQuery], vectors: Vectors, embedder: Embedder, *, source: str, repeats_cosine: float
) -> Taxonomy:
    """Suggestions for the labels of distinct queries. `vectors` are those of the embedder; they are changed.

    Queries with a cosine of at least `repeats_cosine` weigh once.
    """
    given = _without_repeats(queries, vectors, embedder, repeats_cosine)
    found = cluster_queries(given.vectors).clusters
    members = [[given.texts[i] for i in one.members] for one in found]
    typical = _words_of_groups(given.texts, members, embedder.language)
    names = suggested_names(typical, [[fold_key(text) for text in inside[:EXAMPLES]] for inside in members])
    total = int(given.counts.sum())
    suggestions = [
        SuggestedLabel(
            name=names[number],
            examples=tuple(shown_examples(inside)),
            found=_figures(one, int(given.counts[one.members].sum()), total, typical[number], names),
        )
        for number, (one, inside) in enumerate(zip(found, members, strict=True))
    ]
    assigned = sum(one.found.queries for one in suggestions if one.found)
    return Taxonomy(
        source=source,
        queries=total,
        distinct=len(given.texts),
        unassigned=round(1 - assigned / total, 4) if total else 0.0,
        suggestions=tuple(sorted(suggestions, key=lambda one: -(one.found.queries if one.found else 0))),
    )


class _DistinctQueries(NamedTuple):
    texts: Sequence[str]
    counts: NDArray[np.int64]
    """How often each was asked, its near repeats included."""
    vectors: Vectors
    """As topics are compared."""


def _without_repeats(
    queries: Sequence[AskedQuery], vectors: Vectors, embedder: Embedder, cosine: float
) -> _DistinctQueries:
    """The queries that nearly repeat no other one."""
    texts = [one.text for one in queries]
    repeats = near_repeats(as_compared(texts, vectors.copy(), embedder, ComparedFor.REPEATS), cosine)
    counts = np.zeros(len(texts), dtype=np.int64)
    np.add.at(counts, repeats, [one.count for one in queries])
    kept = np.flatnonzero(repeats == np.arange(len(texts)))
    topics = as_compared(texts, vectors, embedder, ComparedFor.TOPIC)
    return _DistinctQueries([texts[i] for i in kept], counts[kept], topics[kept])


def _words_of_groups(texts: Sequence[str], groups: Sequence[Sequence[str]], language: str) -> Sequence[tuple[str, ...]]:
    """The typical words of each group of texts that say what it is about; all of them where none does."""
    counts = Counter(word for text in texts for word in words_of(text))
    common = frozenset(frequent_words(language, COMMON_WORDS))
    tried = (typical_words(inside, counts, len(texts), shown=WORDS_TRIED) for inside in groups)
    return [tuple([word for word in words if word not in common] or words)[:WORDS] for words in tried]


def _figures(
    one: QueryCluster, queries: int, total: int, words: tuple[str, ...], names: Mapping[int, str]
) -> SuggestionFigures:
    return SuggestionFigures(
        queries=queries,
        share=round(queries / total, 4),
        distinct=len(one.members),
        cohesion=round(one.cohesion, 3),
        words=words,
        nearest="" if one.nearest is None else names[one.nearest],
        similarity=round(one.similarity, 3),
    )


def shown_examples(texts: Sequence[str]) -> list[str]:
    """The first texts, short ones before long ones."""
    short = [text for text in texts if len(text) <= EXAMPLE_CHARACTERS]
    long = sorted((text for text in texts if len(text) > EXAMPLE_CHARACTERS), key=len)
    return (short + long)[:EXAMPLES]


def suggested_names(typical: Sequence[Sequence[str]], examples: Sequence[Iterable[str]]) -> dict[int, str]:
    """A name for each group by its typical words, each once; words stand in the order in which the examples have them.

    A group without typical words is called after its number.
    """
    taken: dict[str, int] = {}
    for number, (words, inside) in enumerate(zip(typical, examples, strict=True)):
        unlike = [word for i, word in enumerate(words) if not any(_is_form_of(word, other) for other in words[:i])]
        for count in (*range(min(NAME_WORDS, len(unlike)), len(unlike) + 1), 0):
            name = "_".join(_in_order(unlike[:count], inside)) if count else f"group_{number + 1}"
            if name not in taken:
                taken[name] = number
                break
    return {number: name for name, number in taken.items()}


def _is_form_of(word: str, other: str) -> bool:
    """Whether one is the other with an ending, such as its plural."""
    short, long = sorted((word, other), key=len)
    return len(long) - len(short) <= 3 and long.startswith(short)


def _in_order(words: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The words in the order that most texts have; letters only."""
    places: Counter[str] = Counter()
    for text in texts:
        present = sorted((text.find(word), word) for word in words if word in text)
        places.update({word: place for place, (_, word) in enumerate(present)})
    ordered = sorted(words, key=lambda word: (places[word], words.index(word)))
    return [re.sub(r"\W+", "", word) for word in ordered]
