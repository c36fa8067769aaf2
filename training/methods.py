"""The training methods by name: how each one trains on a release, and how its runs predict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.errors import Problem, WinnowError
from winnow.training import linear
from winnow.training.encoder import encoder_method
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.predictions import Predictions
from winnow.training.prompted import prompt_method, prompt_settings
from winnow.training.runs import Run
from winnow.training.settings_file import check_settings

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.encoder.dry_run import DryRunEstimate


@dataclass(frozen=True)
class Method:
    """One way of training."""

    settings: type[Any]
    """The dataclass of what it can be told."""
    train: Callable[..., tuple[Run, bool]]
    predict: Callable[..., Predictions]
    dry_run: Callable[..., DryRunEstimate] | None = None
    """For a method that trains in steps: it can also report them (`report_to`)."""


METHODS = {
    "linear": Method(linear.LinearSettings, linear.train, linear.predict),
    "encoder": Method(EncoderSettings, encoder_method.train, encoder_method.predict, encoder_method.dry_run),
    "prompt": Method(prompt_settings.PromptSettings, prompt_method.train, prompt_method.predict),
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
    checked = check_settings(chosen.settings, settings or {})
    if report_to:
        _require_step_training(chosen, method, "--report-to")
        how["report_to"] = report_to
    return chosen.train(release, folder, settings=checked, seed=seed, **how)


def dry_run(release: Release, *, method: str, seed: int, settings: Mapping[str, Any] | None = None) -> DryRunEstimate:
    """Ten steps of a training, and what the whole would take in seconds and memory; nothing is kept.

    Raises WinnowError for an unknown method or setting, and for a method that does not train in steps.
    """
    chosen = method_named(method)
    checked = check_settings(chosen.settings, settings or {})
    return _require_step_training(chosen, method, "--dry-run")(release, settings=checked, seed=seed)


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
        raise WinnowError(Problem("--method", repr(name), ", ".join(METHODS), "this version trains these methods only"))
    return METHODS[name]


def _require_step_training(chosen: Method, name: str, option: str) -> Callable[..., DryRunEstimate]:
    if chosen.dry_run is None:
        known = ", ".join(known for known, one in METHODS.items() if one.dry_run)
        raise WinnowError(Problem(option, f"{name} does not train in steps", known, f"leave out {option}"))
    return chosen.dry_run
