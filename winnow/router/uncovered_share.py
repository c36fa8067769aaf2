"""How many of the newest queries are far from train, measured in the background, not while queries are answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.counted import counted
from winnow.core.errors import WinnowError
from winnow.core.record import Record
from winnow.core.result import Measured, NotMeasured
from winnow.curation.checks.coverage.traffic_similarity import NEAR_QUANTILE, SAMPLE_SIZE, near_threshold
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.exact_search import nearest
from winnow.curation.engine.vectors import Vectors
from winnow.router.query_log_reader import newest_queries
from winnow.training.run_facts import TrainedRunFacts
from winnow.training.run_release import release_of
from winnow.training.runs import Run
from winnow.validators.stats.intervals import measured_proportion

MEASURED_AGAIN_AFTER = 600.0
"""Seconds: a share of the last thousand queries does not change faster at the traffic of a stage."""

MIN_QUERIES = 100
"""As for drift: with 100, the interval of a share is up to 20 points wide."""

TEXTS_AT_ONCE = 8
PAUSE_SECONDS = 0.02
"""Between two parts of the queries, in which the model of the service has the processor."""

NOT_YET = NotMeasured("it is being measured; ask again in a few seconds")

NEAR_IS = f"as similar to train as {1 - NEAR_QUANTILE:.0%} of train rows are to the rest of train"


class UncoveredShare(Record):
    """The share of the newest queries without a similar train row."""

    share: Measured
    """The share, 0 to 1, with its Wilson interval, and the number of queries it was measured on."""
    run: str
    """Id of the run whose release was compared."""
    measured_at: str
    """When it was measured, in UTC; not while queries were answered."""
    near_is: str
    """When a query counts as similar to train."""


class TrainVectors(NamedTuple):
    """The train rows of a run's release."""

    embedder: Embedder
    vectors: Vectors
    near: float
    """The cosine from which a query is similar; -1 where train is too small to measure it."""


class UncoveredMeter:
    """The share that was measured last; asking for it starts the next measurement, in a thread, where it is due."""

    def __init__(
        self,
        log: Path,
        vectors_cache: Path,
        processor: AbstractContextManager[Any],
        *,
        again_after: float = MEASURED_AGAIN_AFTER,
    ) -> None:
        """`processor` is held while queries are answered, and here while a few of them are embedded."""
        self._log = log
        self._vectors_cache = vectors_cache
        self._processor = processor
        self._again_after = again_after
        self._known: UncoveredShare | NotMeasured = NOT_YET
        self._run, self._begun = "", 0.0
        self._train: tuple[str, TrainVectors] | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ending = threading.Event()

    def latest(self, run: Run) -> UncoveredShare | NotMeasured:
        """What was measured last for a run."""
        with self._starting:
            if self._run != run.id:
                self._known = NOT_YET
            known = self._known
            if self._is_due(run):
                self._run, self._begun = run.id, time.monotonic()
                self._thread = threading.Thread(target=self._measure, args=(run,), daemon=True)
                self._thread.start()
            return known

    def wait(self) -> None:
        """Wait for the measurement that runs, if one does."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """End the measurement that runs, and start no other one."""
        self._ending.set()
        self.wait()

    def _is_due(self, run: Run) -> bool:
        if self._ending.is_set() or (self._thread is not None and self._thread.is_alive()):
            return False
        is_known = self._run == run.id and not isinstance(self._known, NotMeasured)
        return not is_known or time.monotonic() - self._begun >= self._again_after

    def _measure(self, run: Run) -> None:
        try:
            queries = newest_queries(self._log)
            self._known = self._measured(run, queries)
        except (WinnowError, OSError) as error:  # the release is gone, or the embedder cannot be loaded
            why = str(error.problems[0]) if isinstance(error, WinnowError) else str(error)
            self._known = NotMeasured(why)

    def _measured(self, run: Run, queries: Sequence[str]) -> UncoveredShare | NotMeasured:
        if len(queries) < MIN_QUERIES:
            return NotMeasured(
                f"{counted(len(queries), 'query', 'queries')} in the log, at least {MIN_QUERIES} are needed"
            )
        train = self._train_of(run)
        if train.near <= -1:
            return NotMeasured("train is too small to determine the similarity threshold")
        distinct = list(dict.fromkeys(queries))
        parts = []
        for start in range(0, len(distinct), TEXTS_AT_ONCE):
            with self._processor:
                part = distinct[start : start + TEXTS_AT_ONCE]
                parts.append(compared_vectors(part, train.embedder, None, ComparedFor.TOPIC))
            if self._ending.wait(PAUSE_SECONDS):
                return NOT_YET
        far = nearest(np.concatenate(parts), train.vectors).similarity < train.near
        is_far = dict(zip(distinct, far.tolist(), strict=True))
        share = measured_proportion(sum(is_far[one] for one in queries), len(queries))
        return UncoveredShare(share=share, run=run.id, measured_at=utc_now(), near_is=NEAR_IS)

    def _train_of(self, run: Run) -> TrainVectors:
        """The train rows of a run, embedded once."""
        if self._train is None or self._train[0] != run.id:
            self._train = (run.id, train_vectors(run, self._vectors_cache))
        return self._train[1]


def train_vectors(run: Run, vectors_cache: Path) -> TrainVectors:
    """Embed the train rows of a run's release, with the rule of coverage for what is similar.

    Raises WinnowError where the release is not here.
    """
    requested = run.facts_of(TrainedRunFacts).embedder
    release = release_of(run)
    rows = release.rows("train")
    embedder = open_embedder(requested.model, backend=requested.backend, language=release.task().language)
    vectors = compared_vectors(list(rows["text"]), embedder, vectors_cache, ComparedFor.TOPIC)
    fallback = release.manifest.task.fallback
    sample = np.flatnonzero((rows["label"] != fallback).to_numpy())[:SAMPLE_SIZE]  # sorted by id, a hash: random
    groups = np.unique(rows["group"].to_numpy().astype(str), return_inverse=True)[1]
    return TrainVectors(embedder, vectors, near_threshold(vectors, groups, sample) if len(sample) else -1.0)
