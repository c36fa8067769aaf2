"""The methods by name: how each one trains on a release, and how a run of it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import linear
from training.predictions import Predictions
from training.runs import Run
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    from curation.embed import Progress
    from curation.release import Release


@dataclass(frozen=True)
class Method:
    """One way of training."""

    settings: type[Any]
    """The dataclass of what it can be told."""
    train: Callable[..., tuple[Run, bool]]
    predict: Callable[..., Predictions]


METHODS = {
    "linear": Method(linear.Settings, linear.train, linear.predict),
}


def train(
    release: Release, folder: Path, *, method: str, seed: int, settings: Mapping[str, Any] | None = None, **how: Any
) -> tuple[Run, bool]:
    """Train by a named method into a folder of runs; also says whether the run is new.

    `how` is passed on: `embedder`, `vectors_cache`, `progress`. Raises WinnowError for an unknown method or setting.
    """
    if method not in METHODS:
        raise WinnowError(Fault("--method", repr(method), ", ".join(METHODS), "this version trains these methods only"))
    chosen = METHODS[method]
    try:
        told = chosen.settings(**(settings or {}))
    except TypeError as error:
        known = ", ".join(one.name for one in fields(chosen.settings))
        raise WinnowError(Fault("settings", str(error), known, "correct the setting")) from None
    return chosen.train(release, folder, settings=told, seed=seed, **how)


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts with a run's model, whatever its method."""
    return METHODS[run.facts["method"]].predict(run, texts, vectors_cache=vectors_cache, progress=progress)
