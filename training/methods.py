"""The methods by name: how each one trains on a release, and how a run of it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import encoder, encoder_settings, linear, prompt, prompt_settings
from training.predictions import Predictions
from training.runs import Run
from training.settingsfile import check_settings
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    from curation.embed import Progress
    from curation.release import Release
    from training.rehearsal import Rehearsal


@dataclass(frozen=True)
class Method:
    """One way of training."""

    settings: type[Any]
    """The dataclass of what it can be told."""
    train: Callable[..., tuple[Run, bool]]
    predict: Callable[..., Predictions]
    rehearse: Callable[..., Rehearsal] | None = None
    """For a method that trains in steps: it can also report them (`report_to`)."""


METHODS = {
    "linear": Method(linear.Settings, linear.train, linear.predict),
    "encoder": Method(encoder_settings.Settings, encoder.train, encoder.predict, encoder.rehearse),
    "prompt": Method(prompt_settings.Settings, prompt.train, prompt.predict),
}


def train(
    release: Release,
    folder: Path,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    report_to: str | None = None,
    **how: Any,
) -> tuple[Run, bool]:
    """Train by a named method into a folder of runs; also says whether the run is new.

    `how` is passed on: `embedder`, `vectors_cache`, `progress`. Raises WinnowError for an unknown method or setting.
    """
    chosen = method_named(method)
    told = check_settings(chosen.settings, settings or {})
    if report_to:
        _in_steps(chosen, method, "--report-to")
        how["report_to"] = report_to
    return chosen.train(release, folder, settings=told, seed=seed, **how)


def rehearse(release: Release, *, method: str, seed: int, settings: Mapping[str, Any] | None = None) -> Rehearsal:
    """Ten steps of a training, and what the whole would take in seconds and memory; nothing is kept.

    Raises WinnowError for an unknown method or setting, and for a method that does not train in steps.
    """
    chosen = method_named(method)
    told = check_settings(chosen.settings, settings or {})
    return _in_steps(chosen, method, "--dry-run")(release, settings=told, seed=seed)


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts with a run's model, whatever its method."""
    return METHODS[run.facts["method"]].predict(run, texts, vectors_cache=vectors_cache, progress=progress)


def method_named(name: str) -> Method:
    """A method by its name.

    Raises WinnowError when there is none.
    """
    if name not in METHODS:
        raise WinnowError(Fault("--method", repr(name), ", ".join(METHODS), "this version trains these methods only"))
    return METHODS[name]


def _in_steps(chosen: Method, name: str, option: str) -> Callable[..., Rehearsal]:
    if chosen.rehearse is None:
        known = ", ".join(known for known, one in METHODS.items() if one.rehearse)
        raise WinnowError(Fault(option, f"{name} does not train in steps", known, f"leave out {option}"))
    return chosen.rehearse
