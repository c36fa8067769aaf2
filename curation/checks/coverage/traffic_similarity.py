"""How new unlabeled log queries are to train: by their nearest record, and by what hidden labels of train look like."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.array_cache import load_arrays, save_arrays
from winnow.core.hashing import stable_hash
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import State
from winnow.curation.checks.coverage.traffic_novelty import (
    IdentifiedVectors,
    judge_traffic,
    novelty_arrays,
    novelty_of,
)
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import highest_similarity_outside_group, nearest
from winnow.curation.engine.query_novelty import NoTopics, QueryNovelty, is_new
from winnow.validators.stats.quantiles import quantile

if TYPE_CHECKING:
    import pandas as pd


NEAR_QUANTILE = 0.10
"""Of train's own leave-one-out nearest cosines (docs/decisions/0009-coverage.md)."""

SAMPLE_SIZE = 4000
"""Train records that the quantile is measured on: the standard error of its rank is 0.5 %."""

UNDECIDED = (State.UNLABELED.value, State.PROPOSED.value)
"""The states of traffic whose label nobody has decided: a label that only a model proposed changes no coverage."""

MIN_TRAIN_ROWS = 20
"""Train records below which `near_cosine` is not measured."""

TOO_SMALL = "train is too small to measure which cosine counts as near"

NOT_JUDGED = NotMeasured("labels of dialogues follow from their content, which a request does not show")

FORMAT = "4"


@dataclass(frozen=True)
class TrafficCoverage:
    """Similarity of traffic to train. Positions are those in the checked table."""

    traffic: NDArray[np.int64]
    """Positions of the unlabeled log queries."""
    near_cosine: float | None
    """The cosine from which a query counts as covered; None when train is too small to measure it."""
    similarity: NDArray[np.float32]
    """Cosine of each traffic row to its nearest train record; -1 where there is none."""
    position: NDArray[np.int64]
    """Position of that train record; -1 where there is none."""
    human_similarity: NDArray[np.float32]
    """The same among train records that are not synthetic."""
    novelty: QueryNovelty | NotMeasured = NOT_JUDGED
    """How new the traffic is, in the order of `traffic`; `known_rows` are positions in the checked table."""

    @property
    def is_measured(self) -> bool:
        """Whether it is known which rows are covered."""
        return self.near_cosine is not None and not self.lacks_signal

    @property
    def lacks_signal(self) -> bool:
        """Whether nothing can be said because the labels do not follow the topics of the texts."""
        return isinstance(self.novelty, NoTopics)

    @property
    def why_not_measured(self) -> str:
        """Why it is not known which rows are covered; empty where it is."""
        if self.is_measured:
            return ""
        if isinstance(self.novelty, NotMeasured) and self.lacks_signal:
            return self.novelty.why
        return TOO_SMALL

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Which traffic rows train covers: by their novelty, or by their nearest record where that is not judged."""
        if not self.is_measured:
            return np.zeros(len(self.traffic), dtype=bool)
        if isinstance(self.novelty, NotMeasured):
            return self.has_near_record
        return ~is_new(self.novelty)

    @property
    def has_near_record(self) -> NDArray[np.bool_]:
        """Which traffic rows are not called uncovered: by their novelty, or by nearness where that is not judged."""
        if self.near_cosine is None:
            return np.zeros(len(self.traffic), dtype=bool)
        return self.similarity >= self.near_cosine

    @property
    def synthetic_only(self) -> NDArray[np.bool_]:
        """Which covered traffic rows are near synthetic train records only."""
        return self.covered & self.has_near_record & (self.human_similarity < (self.near_cosine or 0.0))


def traffic_positions(table: pd.DataFrame) -> NDArray[np.int64]:
    """Positions of the records that coverage is measured on: production queries whose label nobody has decided."""
    return np.flatnonzero((table["state"].isin(UNDECIDED) & (table["origin"] == "log")).to_numpy())


def measure_traffic_coverage(
    final: pd.DataFrame,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    near_cache: Path,
    fallback: str | None,
    given_labels: bool = True,
    progress: Progress | None = None,
) -> TrafficCoverage:
    """Compare traffic with the selected train rows, or read a cached result; then no model is loaded.

    Rows of the `fallback` count as train, but they share no topic, so `near_cosine` is not measured on them. How new a
    query is can be judged only where labels are given: those that follow from a dialogue are not shown by a request.
    """
    traffic = traffic_positions(final)
    train = np.flatnonzero((final["split"] == "train").to_numpy())
    if not len(traffic) or not len(train):
        none = np.full(len(traffic), -1.0, dtype=np.float32)
        return TrafficCoverage(traffic, None, none, np.full(len(traffic), -1, dtype=np.int64), none)
    in_scope = final["label"].to_numpy()[train] != fallback
    path = near_cache / f"cover-{_fingerprint(final, traffic, train, in_scope, embedder, given_labels)}.npz"
    stored = load_arrays(path)
    if stored is None:
        stored = _measure(final, traffic, train, in_scope, embedder, vectors_cache, given_labels, progress)
        save_arrays(path, stored)
    near, novelty = float(stored["near"]), novelty_of(stored)
    if not isinstance(novelty, NotMeasured):
        novelty = replace(novelty, known_rows=train[novelty.known_rows])
    return TrafficCoverage(
        traffic,
        near if near > -1 else None,
        stored["similarity"],
        train[stored["nearest"]],
        stored["human_similarity"],
        novelty,
    )


def near_threshold(vectors: NDArray[np.float32], groups: NDArray[np.int64], sample: NDArray[np.int64]) -> float:
    """The cosine at NEAR_QUANTILE of the sample's nearest cosines to other groups; -1 when they are too few."""
    cosines = highest_similarity_outside_group(vectors[sample], vectors, groups[sample], groups)
    cosines = cosines[cosines > -1]
    return quantile(cosines, NEAR_QUANTILE) if len(cosines) >= MIN_TRAIN_ROWS else -1.0


def _measure(
    final: pd.DataFrame,
    traffic: NDArray[np.int64],
    train: NDArray[np.int64],
    in_scope: NDArray[np.bool_],
    embedder: Embedder,
    cache: Path,
    given_labels: bool,
    progress: Progress | None,
) -> dict[str, Any]:
    texts = final["text"].to_numpy()
    unique = list(dict.fromkeys([*texts[train], *texts[traffic]]))
    vectors = compared_vectors(unique, embedder, cache, ComparedFor.TOPIC, progress=progress)
    position_of = {text: i for i, text in enumerate(unique)}
    train_vectors = vectors[[position_of[text] for text in texts[train]]]
    traffic_vectors = vectors[[position_of[text] for text in texts[traffic]]]
    ids, group_names = final["id"].to_numpy().astype(str), final["group"].to_numpy().astype(str)
    groups = np.unique(group_names[train], return_inverse=True)[1]
    order = np.argsort(ids[train])  # ids are hashes: the smallest are a random sample, always the same
    sample = order[in_scope[order]][:SAMPLE_SIZE]
    human = np.flatnonzero(final["origin"].to_numpy()[train] != "synthetic")
    position, similarity = nearest(traffic_vectors, train_vectors)
    human_similarity = similarity if len(human) == len(train) else nearest(traffic_vectors, train_vectors[human])[1]
    novelty: QueryNovelty | NotMeasured = NOT_JUDGED
    if given_labels:
        novelty = judge_traffic(
            IdentifiedVectors(train_vectors, ids[train], group_names[train]),
            final["label"].to_numpy()[train].astype(str),
            in_scope,
            IdentifiedVectors(traffic_vectors, ids[traffic], group_names[traffic]),
        )
    return {
        "near": np.float32(near_threshold(train_vectors, groups, sample)),
        "nearest": position,
        "similarity": similarity,
        "human_similarity": human_similarity,
        **novelty_arrays(novelty),
    }


def _fingerprint(
    final: pd.DataFrame,
    traffic: NDArray[np.int64],
    train: NDArray[np.int64],
    in_scope: NDArray[np.bool_],
    embedder: Embedder,
    given_labels: bool,
) -> str:
    ids, groups = final["id"].to_numpy(), final["group"].to_numpy()
    synthetic = final["origin"].to_numpy()[train] == "synthetic"
    settings = json.dumps([FORMAT, embedder.comparison_identity, SAMPLE_SIZE, NEAR_QUANTILE, given_labels])
    labels = final["label"].to_numpy()[train].astype(str).tolist()
    rows = "\n".join([*(ids[train] + groups[train]), *labels, "", *(ids[traffic] + groups[traffic])])
    masks = np.packbits(synthetic).tobytes() + np.packbits(in_scope).tobytes()
    return stable_hash((settings + rows).encode() + masks, length=32)
