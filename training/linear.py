"""Method `linear`: logistic regression on embeddings, fitted on a release's train split."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.linear_probe import INVERSE_PENALTY, LinearProbe, fit_probe, load_probe
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.engine.vectors import Vectors
from winnow.curation.releases.release import Release
from winnow.training.distillation.soft_probe import fit_soft_probe
from winnow.training.distillation.taught_rows import TaughtRows, teach_rows
from winnow.training.distillation.teacher_run import Teacher, requested_settings, require_teacher, teacher_version
from winnow.training.predictions import Predictions
from winnow.training.run_facts import EmbedderFacts, LinearRunFacts, RunIdentity
from winnow.training.runs import CreatedRun, Run, create_run, versions
from winnow.training.setting_types import Portion, Temperature, Weight

MODEL_FILE = "model.safetensors"


@dataclass(frozen=True)
class LinearSettings:
    """The settings of method `linear`."""

    inverse_penalty: Weight = INVERSE_PENALTY
    """scikit-learn's `C`."""
    teacher: str | None = None
    """Id or path of a run whose class probabilities on the train rows are learned besides their labels."""
    teacher_weight: Portion = 0.5
    """With a teacher: its weight in the loss; the labels have the rest."""
    teacher_temperature: Temperature = 2.0
    """With a teacher: what the logits of both are divided by before they are compared (Hinton et al. 2015)."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: LinearSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
    teacher: Teacher | None = None,
) -> CreatedRun:
    """Fit on train and save the model in a run folder; also returns whether the run is new.

    `embedder` defaults to the embedder of the release's task. `teacher` is the run that the settings name.

    Raises WinnowError when the release has no train rows, and for a teacher that may not teach on it.
    """
    if not release.counts["train"]:
        raise WinnowError(
            Problem(release.name, "no train rows", "a release with train rows", "freeze a release with train rows")
        )
    if teacher is not None:
        require_teacher(teacher.run, release)
    chosen = settings or LinearSettings()
    task = release.task()
    embedder = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)

    def fill_folder(part: Path, identity: RunIdentity) -> LinearRunFacts:
        started = time.perf_counter()
        rows = release.rows("train")
        texts, labels = list(rows["text"]), list(rows["label"])
        taught = teach_rows(teacher, release, texts, labels, vectors_cache=vectors_cache, progress=progress)
        vectors = embed_with_cache(texts, embedder, vectors_cache, progress=progress)
        _fit(vectors, labels, chosen, seed, taught).in_order(release.labels).save(part / MODEL_FILE)
        return LinearRunFacts(
            **dict(identity),
            method="linear",
            trained_at=utc_now(),
            train_rows=len(rows),
            routes=task.routes,
            embedder=EmbedderFacts.of(embedder),
            teacher=taught and taught.facts,
            seconds=round(time.perf_counter() - started, 3),
        )

    return create_run(
        folder,
        release,
        method="linear",
        settings=requested_settings(chosen, teacher),
        seed=seed,
        fill_folder=fill_folder,
        depends_on=versions() | teacher_version(teacher),
    )


def _fit(
    vectors: Vectors, labels: Sequence[str], settings: LinearSettings, seed: int, taught: TaughtRows | None
) -> LinearProbe:
    if taught is None:
        return fit_probe(vectors, labels, inverse_penalty=settings.inverse_penalty, seed=seed)
    return fit_soft_probe(
        vectors,
        labels,
        taught.soft,
        weight=settings.teacher_weight,
        temperature=settings.teacher_temperature,
        inverse_penalty=settings.inverse_penalty,
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


# A router answers with two runs and may load a third: queries that follow each other must load nothing again.
@lru_cache(maxsize=3)
def _load_model(path: Path, model: str | None, backend: str) -> tuple[LinearProbe, Embedder]:
    return load_probe(path / MODEL_FILE), open_embedder(model, backend=backend)
