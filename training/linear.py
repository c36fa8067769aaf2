"""Method `linear`: logistic regression on embeddings, fitted on a release's train split."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.linear_probe import INVERSE_PENALTY, LinearProbe, fit_probe, load_probe
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.releases.release import Release
from winnow.training.predictions import Predictions
from winnow.training.run_facts import EmbedderFacts, LinearRunFacts, RunIdentity
from winnow.training.runs import CreatedRun, Run, create_run
from winnow.training.setting_types import Weight

MODEL_FILE = "model.safetensors"


@dataclass(frozen=True)
class LinearSettings:
    """The settings of method `linear`."""

    inverse_penalty: Weight = INVERSE_PENALTY
    """scikit-learn's `C`."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: LinearSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> CreatedRun:
    """Fit on train and save the model in a run folder; also returns whether the run is new.

    `embedder` defaults to the embedder of the release's task.

    Raises WinnowError when the release has no train rows.
    """
    if not release.counts["train"]:
        raise WinnowError(
            Problem(release.name, "no train rows", "a release with train rows", "freeze a release with train rows")
        )
    task = release.task()
    embedder = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)

    def fill_folder(part: Path, identity: RunIdentity) -> LinearRunFacts:
        started = time.perf_counter()
        rows = release.rows("train")
        vectors = embed_with_cache(list(rows["text"]), embedder, vectors_cache, progress=progress)
        probe = fit_probe(
            vectors, list(rows["label"]), inverse_penalty=(settings or LinearSettings()).inverse_penalty, seed=seed
        )
        probe.in_order(release.labels).save(part / MODEL_FILE)
        return LinearRunFacts(
            **dict(identity),
            method="linear",
            trained_at=utc_now(),
            train_rows=len(rows),
            routes=task.routes,
            embedder=EmbedderFacts.of(embedder),
            seconds=round(time.perf_counter() - started, 3),
        )

    return create_run(
        folder,
        release,
        method="linear",
        settings=asdict(settings or LinearSettings()),
        seed=seed,
        fill_folder=fill_folder,
    )


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Predict labels with a run's model.

    Raises WinnowError when the embedder is not the one that the model was trained with.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    requested = run.facts_of(LinearRunFacts).embedder
    probe, embedder = _load_model(run.path, requested.model, requested.backend)
    if embedder.identity.rsplit("-", 1)[0] != requested.identity.rsplit("-", 1)[0]:
        fix = "train again here, or install the embedder that the run was trained with"
        raise WinnowError(Problem(run.id, f"embedder {embedder.identity}", requested.identity, fix))
    probabilities = probe.probabilities(embed_with_cache(list(texts), embedder, vectors_cache, progress=progress))
    return Predictions(probe.classes, probabilities.astype(np.float64))


@lru_cache(maxsize=2)  # queries that are sent one after the other do not load the model again, nor do two runs in turn
def _load_model(path: Path, model: str | None, backend: str) -> tuple[LinearProbe, Embedder]:
    return load_probe(path / MODEL_FILE), open_embedder(model, backend=backend)
