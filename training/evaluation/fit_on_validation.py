"""Temperature and thresholds, fitted on validation only (design rule 3) and saved in the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from winnow.core.atomic import write_json_file
from winnow.core.errors import WinnowError
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.evaluation.confidence_facts import FittedParameters
from winnow.training.evaluation.out_of_scope import fit_scope_thresholds
from winnow.training.evaluation.run_predictions import predict_or_load
from winnow.training.evaluation.selective_prediction import DEFAULT_RISK, fit_threshold
from winnow.training.evaluation.temperature import calibrated, fit_temperature
from winnow.training.predictions import ModelOutput
from winnow.training.runs import Run

FITTED_FILE = "fitted.json"

FORMAT = 3
"""Increment when what is fitted, or how, changes: existing files are then refitted."""


def load_or_fit(
    run: Run, release: Release, *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> FittedParameters:
    """Load the fitted parameters of a run; fit them on its validation predictions the first time."""
    if known := stored_parameters(run):
        return known
    if not release.counts["validation"]:
        return nothing_fitted(release, "the release has no validation rows")
    rows = release.rows("validation")
    try:
        output = predict_or_load(run, rows, vectors_cache=vectors_cache, progress=progress)
    except WinnowError as error:  # an import without validation predictions
        return nothing_fitted(release, f"validation: {error.problems[0].found}")
    goals = release.task().goals
    risk = 1 - goals["accuracy"] if "accuracy" in goals else DEFAULT_RISK
    found = fit_parameters(output, list(rows["label"]), fallback=release.manifest.task.fallback, risk=risk)
    write_json_file(run.path / FITTED_FILE, {"format": FORMAT, **found.model_dump(mode="json")})
    return found


def stored_parameters(run: Run) -> FittedParameters | None:
    """What was fitted before; None where nothing was."""
    try:
        known = json.loads((run.path / FITTED_FILE).read_text(encoding="utf-8"))
        return FittedParameters.model_validate(known) if known.pop("format") == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def fit_parameters(output: ModelOutput, gold: Sequence[str], *, fallback: str | None, risk: float) -> FittedParameters:
    """Fit temperature, fallback threshold and out-of-scope thresholds to validation predictions. Pure.

    The fallback threshold is one of calibrated confidence, which is what `predict` shows.
    """
    temperature = fit_temperature(output.predictions, gold)
    return FittedParameters(
        split=Split.VALIDATION,
        rows=len(gold),
        fallback=fallback,
        temperature=temperature,
        fallback_threshold=fit_threshold(calibrated(output, temperature), gold, fallback=fallback, risk=risk),
        out_of_scope_thresholds=fit_scope_thresholds(output, gold, fallback=fallback),
    )


def nothing_fitted(release: Release, why: str) -> FittedParameters:
    """The fallback label of a release alone, with the reason why nothing is fitted on its validation rows."""
    reason = NotMeasured(why)
    return FittedParameters(
        split=Split.VALIDATION,
        rows=release.counts["validation"],
        fallback=release.manifest.task.fallback,
        temperature=reason,
        fallback_threshold=reason,
        out_of_scope_thresholds=reason,
    )
