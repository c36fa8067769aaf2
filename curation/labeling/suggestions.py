"""What the linear probe adds to a queue: suggested labels, label errors, and the choice of records to label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.progress import Progress
from winnow.core.vocabulary import AcquisitionStrategy, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.confused_pairs import ConfusedPairs, label_errors_between, labeling_value
from winnow.curation.annotations.crowdlab import ClassProbabilities
from winnow.curation.annotations.label_errors import LabelErrorRanking, SuspectedLabelError, find_label_errors
from winnow.curation.annotations.out_of_fold import FOLDS, assign_folds, out_of_fold_probabilities
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.acquisition import AcquisitionPool, choose_queries
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows

RANDOM_OVERSAMPLING = 4
"""Random candidates that are examined for each one wanted: more than enough to replace near duplicates."""


@dataclass(frozen=True)
class QueueModel:
    """A linear probe on the labeled records of the train split, and the vectors it needs; all computed on demand."""

    rows: WorkingRows
    """The working rows."""
    queued: frozenset[str]
    """Records that are in the queue already."""
    labels: Sequence[str]
    """Of the task."""
    near: float
    """Cosine from which two records are near duplicates."""
    embedder: Embedder
    vectors_cache: Path
    progress: Progress | None = None
    focus: ConfusedPairs | None = None
    """The confused pairs of the last feedback, where they are wanted."""

    def embed(self, texts: Sequence[str], comparison: ComparedFor = ComparedFor.TOPIC) -> Vectors:
        """Unit vectors, from the cache where it has them."""
        return compared_vectors(texts, self.embedder, self.vectors_cache, comparison, progress=self.progress)

    def choose(
        self, strategy: AcquisitionStrategy, free: Sequence[QueueCandidate], ranks: Sequence[int], count: int
    ) -> list[int]:
        """Positions of the records to label next; the random strategy examines the first ranks only."""
        random = strategy == AcquisitionStrategy.RANDOM
        examined = np.argsort(ranks, kind="stable")
        if random:
            examined = examined[: RANDOM_OVERSAMPLING * count]
        texts = [free[i].text for i in examined]
        vectors = self.embed(texts)
        known_rows = [] if random else self._known_rows()
        known = [row.text for row in known_rows]
        pool = AcquisitionPool(
            vectors=vectors,
            order=np.asarray(ranks, dtype=np.int64)[examined],
            eligible=np.array([free[i].assigned_split == Split.TRAIN for i in examined], dtype=bool),
            weight=np.array([free[i].weight for i in examined], dtype=np.float64),
            known=self.embed(known, ComparedFor.REPEATS) if known else vectors[:0],
            known_labels=[row.label if row.state == State.LABELED else "" for row in known_rows],
            compared=self.embed(texts, ComparedFor.REPEATS),
            value=self._label_values(vectors) if strategy == AcquisitionStrategy.FEEDBACK else None,
        )
        probe = self.probe if strategy in (AcquisitionStrategy.UNCERTAINTY, AcquisitionStrategy.MIXED) else None
        return [int(examined[i]) for i in choose_queries(strategy, pool, count, near=self.near, probe=probe)]

    def suggest(self, texts: Sequence[str]) -> list[tuple[str, float, str]]:
        """The most probable label of each text, its probability and the model's name; nothing without a probe."""
        if self.probe is None:
            return []
        probabilities = self.probe.probabilities(self.embed(texts))
        best = probabilities.argmax(axis=1)
        agent = f"winnow-probe-{len(self.train_rows)}-rows"
        return [(self.probe.classes[i], round(float(p[i]), 4), agent) for p, i in zip(probabilities, best, strict=True)]

    @cached_property
    def label_errors(self) -> LabelErrorRanking:
        """Train records whose label is probably wrong, most suspicious first."""
        return find_label_errors(self.train_vectors, *self._labels_and_groups())

    @cached_property
    def confused_pair_errors(self) -> Sequence[SuspectedLabelError]:
        """Train records that may belong to the other label of a confused pair, most valuable first."""
        if self.focus is None:
            return []
        return label_errors_between(self.train_vectors, *self._labels_and_groups(), self.focus).ranked

    def probabilities(self) -> ClassProbabilities | None:
        """Out-of-fold class probabilities of the labeled train records; None below two labels."""
        labels, groups = self._labels_and_groups()
        if len(set(labels)) < 2 or len(set(groups)) < FOLDS:
            return None
        values, classes = out_of_fold_probabilities(self.train_vectors, labels, [assign_folds(labels, groups, 0)])
        return ClassProbabilities([row.id for row in self.train_rows], classes, values)

    @cached_property
    def probe(self) -> LinearProbe | None:
        """Fitted on the labeled train records; None below two labels."""
        labels, _ = self._labels_and_groups()
        if len(set(labels)) < 2:
            return None
        return fit_probe(self.train_vectors, labels)

    @cached_property
    def train_rows(self) -> WorkingRows:
        """The labeled records of the train split that do not repeat a hold-out record."""
        known, hold_out = set(self.labels), HoldOutTexts.of(self.rows)
        train = (r for r in self.rows if r.state == State.LABELED and r.assigned_split == Split.TRAIN)
        return [r for r in train if r.label in known and not hold_out.repeated_by(r)]

    @cached_property
    def train_vectors(self) -> Vectors:
        """Shape (n, d), of `train_rows`."""
        return self.embed([row.text for row in self.train_rows])

    def _labels_and_groups(self) -> tuple[list[str], list[str]]:
        return [row.label for row in self.train_rows], [row.group for row in self.train_rows]

    def _label_values(self, vectors: Vectors) -> NDArray[np.float64] | None:
        """How much a label of each query helps to separate the confused pairs; None where this is not known."""
        if self.focus is None or self.probe is None:
            return None
        counts = Counter(row.label for row in self.train_rows)
        return labeling_value(self.probe.probabilities(vectors), self.probe.classes, counts, self.focus)

    def _known_rows(self) -> list[WorkingRow]:
        """Records that are labeled in train or pending in the queue."""
        queued_rows = [row for row in self.rows if row.id in self.queued and row.state == State.UNLABELED]
        return [*self.train_rows, *queued_rows]
