"""Method `linear`: the linear probe, fitted on a release's train split."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from curation.embed import Embedder, Progress, open_embedder
from curation.probe import INVERSE_PENALTY, Probe, fit_probe, load_probe
from curation.release import Release
from curation.vectors import vectors_for
from training.predictions import Predictions
from training.runs import Run, make_run
from validators.faults import Fault, WinnowError

MODEL = "model.safetensors"


@dataclass(frozen=True)
class Settings:
    """What the method can be told."""

    inverse_penalty: float = INVERSE_PENALTY
    """scikit-learn's C."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Run, bool]:
    """Fit on train and keep the model in a run folder; also says whether the run is new.

    `embedder` defaults to the one that the release's task names.

    Raises WinnowError when the release has no train rows.
    """
    if not release.counts["train"]:
        raise WinnowError(Fault(release.name, "no train rows", "a release with train rows", "freeze one that has them"))
    task = release.task()
    embedder = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)

    def fill(part: Path) -> Mapping[str, Any]:
        started = time.perf_counter()
        rows = release.rows("train")
        vectors = vectors_for(list(rows["text"]), embedder, vectors_cache, progress=progress)
        probe = fit_probe(
            vectors, list(rows["label"]), inverse_penalty=(settings or Settings()).inverse_penalty, seed=seed
        )
        probe.save(part / MODEL)
        return {
            "train_rows": len(rows),
            "routes": task.routes,
            "embedder": {"model": embedder.told, "backend": embedder.backend, "identity": embedder.identity},
            "seconds": round(time.perf_counter() - started, 3),
        }

    return make_run(folder, release, method="linear", settings=asdict(settings or Settings()), seed=seed, fill=fill)


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts with a run's model.

    Raises WinnowError when the embedder is not the one that the model was trained on.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    told = run.facts["embedder"]
    probe, embedder = _opened(run.path, told["model"], told["backend"])
    if embedder.identity.rsplit("-", 1)[0] != told["identity"].rsplit("-", 1)[0]:
        fix = "train again here, or install the embedder that the run names"
        raise WinnowError(Fault(run.id, f"embedder {embedder.identity}", told["identity"], fix))
    probabilities = probe.probabilities(vectors_for(list(texts), embedder, vectors_cache, progress=progress))
    return Predictions(probe.classes, probabilities.astype(np.float64))


@lru_cache(maxsize=1)  # whoever asks again, for one query after the other, does not wait for the model
def _opened(path: Path, model: str | None, backend: str) -> tuple[Probe, Embedder]:
    return load_probe(path / MODEL), open_embedder(model, backend=backend)
