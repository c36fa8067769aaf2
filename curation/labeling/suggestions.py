"""What the linear probe adds to a queue: suggested labels, label errors, and the choice of records to label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.progress import Progress
from winnow.curation.annotations.confused_pairs import ConfusedPairs, label_errors_between, labeling_value
from winnow.curation.annotations.crowdlab import ClassProbabilities
from winnow.curation.annotations.label_errors import find_label_errors
from winnow.curation.annotations.out_of_fold import FOLDS, assign_folds, out_of_fold_probabilities
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import nearest
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.acquisition import AcquisitionPool, AcquisitionStrategy, PushStrategy, choose_queries
from winnow.curation.labeling.queues.definition import QueueCandidate, WorkingRows
from winnow.curation.labeling.queues.relabel import label_error_candidates

MIN_CONTRADICTION = 0.5
"""Probability of another label from which on the probe's word makes a suspect."""


PAIR_MODEL = "of two labels that the last run confuses, a model that did not see this query"


RANDOM_OVERSAMPLING = 4
"""Random candidates that are looked at for each that is wanted: more than enough to replace near-duplicates."""


@dataclass(frozen=True)
class QueueModel:
    """The linear probe over everything that is labeled in the train reserve, and the vectors it looks at."""

    rows: WorkingRows
    """The working rows."""
    queued: frozenset[str]
    """Records that stand in the queue already."""
    labels: Sequence[str]
    """Of the task."""
    near: float
    """Cosine from which on two records repeat each other."""
    embedder: Embedder
    vectors_cache: Path
    progress: Progress | None = None
    unscored_labels: Mapping[str, int] = field(default_factory=dict)
    """Labels too rare to be judged, where suspects were asked for."""
    focus: ConfusedPairs | None = None
    """What the last feedback found, where it is asked for."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, from the cache where it has them."""
        return embed_with_cache(texts, self.embedder, self.vectors_cache, progress=self.progress)

    def choose(
        self, strategy: PushStrategy, free: Sequence[QueueCandidate], ranks: Sequence[int], count: int
    ) -> list[int]:
        """Positions of the records to label next; the random strategy looks at the first ranks only."""
        looked = np.argsort(ranks, kind="stable")
        if strategy == "random":
            looked = looked[: RANDOM_OVERSAMPLING * count]
        vectors = self.embed([free[i].text for i in looked])
        known = [] if strategy == "random" else self._known()
        pool = AcquisitionPool(
            vectors=vectors,
            order=np.asarray(ranks, dtype=np.int64)[looked],
            eligible=np.array([free[i].assigned_split == "train" for i in looked], dtype=bool),
            weight=np.array([free[i].weight for i in looked], dtype=np.float64),
            known=self.embed(known) if known else vectors[:0],
            value=self._label_values(vectors) if strategy == "feedback" else None,
        )
        probe = self.probe if strategy in ("uncertainty", "mixed") else None
        spread: AcquisitionStrategy = "diverse" if strategy == "feedback" else strategy
        return [int(looked[i]) for i in choose_queries(spread, pool, count, near=self.near, probe=probe)]

    def _label_values(self, vectors: Vectors) -> NDArray[np.float64] | None:
        """What a label of each query is worth for the confused pairs; None where nothing tells them apart."""
        if self.focus is None or self.probe is None:
            return None
        rows = Counter(str(row["label"]) for row in self._train)
        return labeling_value(self.probe.probabilities(vectors), self.probe.classes, rows, self.focus)

    def suggest(self, texts: Sequence[str]) -> list[tuple[str, float, str]]:
        """The likeliest label of each text, its probability, and who says so; nothing where there is no probe."""
        if self.probe is None:
            return []
        probabilities = self.probe.probabilities(self.embed(texts))
        best = probabilities.argmax(axis=1)
        agent = f"winnow-probe-{len(self._train)}-rows"
        return [(self.probe.classes[i], round(float(p[i]), 4), agent) for p, i in zip(probabilities, best, strict=True)]

    def error_evidence(self, proposed: Mapping[str, str], *, most: int) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Records that may be labeled wrongly, by a near-duplicate or the probe: why, and which records that quotes.

        `proposed` maps records to labels. Of those that only the probe doubts, the `most` doubtful ones.
        """
        texts = {row["id"]: str(row["text"]) for row in self.rows if row["id"] in proposed}
        records = [record for record in proposed if record in texts]
        if self.probe is None or not records:
            return {}
        vectors = self.embed([texts[record] for record in records])
        probabilities = self.probe.probabilities(vectors)
        best = probabilities.argmax(axis=1)
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for i in np.argsort(-probabilities.max(axis=1), kind="stable").tolist():
            label, probability = self.probe.classes[best[i]], float(probabilities[i, best[i]])
            if label != proposed[records[i]] and probability >= MIN_CONTRADICTION and len(found) < most:
                found[records[i]] = f"A model would say {label} (probability {probability:.2f})", ()
        position, similarity = nearest(vectors, self.embed([str(row["text"]) for row in self._train]))
        for record, at, cosine in zip(records, position.tolist(), similarity.tolist(), strict=True):
            nearest_row = self._train[at]
            if cosine >= self.near and nearest_row["label"] != proposed[record]:
                found[record] = (
                    f"Nearly the same, labeled {nearest_row['label']}: {nearest_row['text']}",
                    (nearest_row["id"],),
                )
        return found

    def label_errors(self) -> tuple[list[QueueCandidate], dict[str, int]]:
        """Train records whose label is probably wrong, the most doubtful first, and labels too rare to be judged."""
        vectors = self.embed([str(row["text"]) for row in self._train])
        labels, groups = ([str(row[key]) for row in self._train] for key in ("label", "group"))
        found = find_label_errors(vectors, labels, groups)
        return label_error_candidates(self._train, found.ranked), found.unscored_labels

    def confused_pair_candidates(self) -> list[QueueCandidate]:
        """Train records that may belong to the other label of a confused pair, what is most worth an answer first."""
        if self.focus is None:
            return []
        vectors = self.embed([str(row["text"]) for row in self._train])
        labels, groups = ([str(row[key]) for row in self._train] for key in ("label", "group"))
        found = label_errors_between(vectors, labels, groups, self.focus)
        return label_error_candidates(self._train, found.ranked, wording=PAIR_MODEL)

    def probabilities(self) -> ClassProbabilities | None:
        """Class probabilities of the labeled train records by probes that did not see them; None below two labels."""
        labels, groups = ([str(row[key]) for row in self._train] for key in ("label", "group"))
        if len(set(labels)) < 2 or len(set(groups)) < FOLDS:
            return None
        vectors = self.embed([str(row["text"]) for row in self._train])
        values, classes = out_of_fold_probabilities(vectors, labels, [assign_folds(labels, groups, 0)])
        return ClassProbabilities([row["id"] for row in self._train], classes, values)

    @cached_property
    def probe(self) -> LinearProbe | None:
        """Fitted on the labeled train reserve; None below two labels."""
        labels = [str(row["label"]) for row in self._train]
        if len(set(labels)) < 2:
            return None
        return fit_probe(self.embed([str(row["text"]) for row in self._train]), labels)

    @cached_property
    def _train(self) -> WorkingRows:
        known = set(self.labels)
        return [
            r for r in self.rows if r["state"] == "labeled" and r["assigned_split"] == "train" and r["label"] in known
        ]

    def _known(self) -> list[str]:
        """Texts of what is labeled in train, and of what waits in the queue."""
        queued_rows = [row for row in self.rows if row["id"] in self.queued and row["state"] == "unlabeled"]
        return [str(row["text"]) for row in (*self._train, *queued_rows)]
