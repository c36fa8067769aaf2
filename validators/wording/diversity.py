"""Diversity of texts: five measures from the literature."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Diversity:
    """The measures of one group of texts. NaN when there are too few."""

    rows: int
    distinct_1: float
    """Share of distinct words among all words."""
    distinct_2: float
    """Share of distinct word pairs among all word pairs."""
    mean_distance: float
    """Mean of 1 - cosine over all pairs."""
    vendi: float
    """Effective number of distinct texts, 1 to `rows`."""
    compression: float
    """Ratio of bytes to gzipped bytes: higher means more repetition."""
    opening: float
    """Share of texts that begin with the most common first word."""


def diversity(texts: Sequence[str], vectors: NDArray[np.float32]) -> Diversity:
    """All measures of n texts and their (n, d) unit vectors."""
    words = [text.casefold().split() for text in texts]
    return Diversity(
        rows=len(texts),
        distinct_1=distinct(words, 1),
        distinct_2=distinct(words, 2),
        mean_distance=mean_distance(vectors),
        vendi=vendi_score(vectors),
        compression=compression_ratio(texts),
        opening=opening_concentration(words),
    )


def distinct(words: Sequence[Sequence[str]], n: int) -> float:
    """Distinct n-grams as a share of all (Li et al. 2016, "A Diversity-Promoting Objective Function", distinct-n)."""
    grams = [tuple(row[i : i + n]) for row in words for i in range(len(row) - n + 1)]
    return len(set(grams)) / len(grams) if grams else float("nan")


def mean_distance(vectors: NDArray[np.float32]) -> float:
    """Mean cosine distance of all pairs, without enumerating them: all cosines add up to the squared norm of the sum.

    Used on sentence embeddings by Tevet and Berant 2021, "Evaluating the Evaluation of Diversity".
    """
    n = len(vectors)
    if n < 2:
        return float("nan")
    total = vectors.astype(np.float64).sum(axis=0)
    return float(1 - (total @ total - n) / (n * (n - 1)))


def vendi_score(vectors: NDArray[np.float32]) -> float:
    """Exp of the entropy of the eigenvalues of K/n (Friedman and Dieng 2023, "The Vendi Score").

    K is the cosine matrix. When d < n, the eigenvalues are computed from the (d, d) second moment matrix, which has the
    same nonzero ones.
    """
    n = len(vectors)
    if not n:
        return float("nan")
    own = vectors.astype(np.float64)
    moment = own.T @ own / n if own.shape[1] < n else own @ own.T / n
    values = np.linalg.eigvalsh(moment)
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def compression_ratio(texts: Sequence[str]) -> float:
    """Ratio of the bytes of all texts to their gzipped bytes (Shaib et al. 2024, "Standardizing … Text Diversity")."""
    raw = "\n".join(texts).encode()
    return len(raw) / len(gzip.compress(raw, mtime=0)) if raw else float("nan")


def opening_concentration(words: Sequence[Sequence[str]]) -> float:
    """Share of texts that begin with the most common first word: generators repeat openings first."""
    firsts = Counter(row[0] for row in words if row)
    return max(firsts.values()) / sum(firsts.values()) if firsts else float("nan")
