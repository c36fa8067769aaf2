"""What a model adds to a queue: which unlabeled records are worth a look, and a suggestion for the label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation import strategy as s
from curation.consensus import ClassProbabilities
from curation.embed import Embedder, Progress, Vectors
from curation.focus import Focus, between, worth
from curation.near import nearest
from curation.probe import Probe, fit_probe
from curation.queues.candidates import Candidate, Rows, from_suspects
from curation.queues.request import Asked
from curation.suspects import FOLDS, find_suspects, fold_of, out_of_fold
from curation.vectors import vectors_for

DOUBTED = 0.5
"""Probability of another label from which on the probe's word makes a suspect."""
OF_THE_TWO = "of two labels that the last run confuses, a model that did not see this query"
DRAWN = 4
"""Random candidates that are looked at for each that is wanted: more than enough to replace near-duplicates."""


@dataclass(frozen=True)
class Model:
    """The linear probe over everything that is labeled in the train reserve, and the vectors it looks at."""

    rows: Rows
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
    unjudged: Mapping[str, int] = field(default_factory=dict)
    """Labels too rare to be judged, where suspects were asked for."""
    focus: Focus | None = None
    """What the last feedback found, where it is asked for."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, from the cache where it has them."""
        return vectors_for(texts, self.embedder, self.vectors_cache, progress=self.progress)

    def choose(self, strategy: Asked, free: Sequence[Candidate], ranks: Sequence[int], count: int) -> list[int]:
        """Positions of the records to label next; the random strategy looks at the first ranks only."""
        looked = np.argsort(ranks, kind="stable")
        if strategy == "random":
            looked = looked[: DRAWN * count]
        vectors = self.embed([free[i].text for i in looked])
        known = [] if strategy == "random" else self._known()
        pool = s.Pool(
            vectors=vectors,
            order=np.asarray(ranks, dtype=np.int64)[looked],
            eligible=np.array([free[i].reserve == "train" for i in looked], dtype=bool),
            weight=np.array([free[i].weight for i in looked], dtype=np.float64),
            known=self.embed(known) if known else vectors[:0],
            worth=self._worth(vectors) if strategy == "feedback" else None,
        )
        probe = self.probe if strategy in ("uncertainty", "mixed") else None
        spread: s.Strategy = "diverse" if strategy == "feedback" else strategy
        return [int(looked[i]) for i in s.choose(spread, pool, count, near=self.near, probe=probe)]

    def _worth(self, vectors: Vectors) -> NDArray[np.float64] | None:
        """What a label of each query is worth for the confused pairs; None where nothing tells them apart."""
        if self.focus is None or self.probe is None:
            return None
        rows = Counter(str(row["label"]) for row in self._train)
        return worth(self.probe.probabilities(vectors), self.probe.classes, rows, self.focus)

    def suggest(self, texts: Sequence[str]) -> list[tuple[str, float, str]]:
        """The likeliest label of each text, its probability, and who says so; nothing where there is no probe."""
        if self.probe is None:
            return []
        probabilities = self.probe.probabilities(self.embed(texts))
        best = probabilities.argmax(axis=1)
        agent = f"winnow-probe-{len(self._train)}-rows"
        return [(self.probe.classes[i], round(float(p[i]), 4), agent) for p, i in zip(probabilities, best, strict=True)]

    def suspects(self, proposed: Mapping[str, str], *, most: int) -> dict[str, tuple[str, tuple[str, ...]]]:
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
            label, sure = self.probe.classes[best[i]], float(probabilities[i, best[i]])
            if label != proposed[records[i]] and sure >= DOUBTED and len(found) < most:
                found[records[i]] = f"A model would say {label} (probability {sure:.2f})", ()
        position, similarity = nearest(vectors, self.embed([str(row["text"]) for row in self._train]))
        for record, at, cosine in zip(records, position.tolist(), similarity.tolist(), strict=True):
            beside = self._train[at]
            if cosine >= self.near and beside["label"] != proposed[record]:
                found[record] = f"Nearly the same, labeled {beside['label']}: {beside['text']}", (beside["id"],)
        return found

    def doubted(self) -> tuple[list[Candidate], dict[str, int]]:
        """Train records whose label is probably wrong, the most doubtful first, and labels too rare to be judged."""
        vectors = self.embed([str(row["text"]) for row in self._train])
        labels, families = ([str(row[key]) for row in self._train] for key in ("label", "family"))
        found = find_suspects(vectors, labels, families)
        return from_suspects(self._train, found.ranked), found.unjudged

    def in_focus(self) -> list[Candidate]:
        """Train records that may belong to the other label of a confused pair, what is most worth an answer first."""
        if self.focus is None:
            return []
        vectors = self.embed([str(row["text"]) for row in self._train])
        labels, families = ([str(row[key]) for row in self._train] for key in ("label", "family"))
        found = between(vectors, labels, families, self.focus)
        return from_suspects(self._train, found.ranked, told=OF_THE_TWO)

    def probabilities(self) -> ClassProbabilities | None:
        """Class probabilities of the labeled train records by probes that did not see them; None below two labels."""
        labels, families = ([str(row[key]) for row in self._train] for key in ("label", "family"))
        if len(set(labels)) < 2 or len(set(families)) < FOLDS:
            return None
        vectors = self.embed([str(row["text"]) for row in self._train])
        values, classes = out_of_fold(vectors, labels, [fold_of(labels, families, 0)])
        return ClassProbabilities([row["id"] for row in self._train], classes, values)

    @cached_property
    def probe(self) -> Probe | None:
        """Fitted on the labeled train reserve; None below two labels."""
        labels = [str(row["label"]) for row in self._train]
        if len(set(labels)) < 2:
            return None
        return fit_probe(self.embed([str(row["text"]) for row in self._train]), labels)

    @cached_property
    def _train(self) -> Rows:
        known = set(self.labels)
        return [r for r in self.rows if r["state"] == "labeled" and r["reserve"] == "train" and r["label"] in known]

    def _known(self) -> list[str]:
        """Texts of what is labeled in train, and of what waits in the queue."""
        waits = [row for row in self.rows if row["id"] in self.queued and row["state"] == "unlabeled"]
        return [str(row["text"]) for row in (*self._train, *waits)]
