"""What is fitted on validation, and on nothing else (design rule 3): temperature and thresholds, kept in the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.embed import Progress
from curation.folder import replacing
from curation.release import Release
from training.answers import Answers, answers_to
from training.calibration import fit_temperature
from training.intervals import not_measured
from training.runs import Run
from training.scope import fit_scope
from training.selective import RISK, fit_threshold
from validators.faults import WinnowError

FITTED = "fitted.json"
FORMAT = 1
"""Raise it when what is fitted, or how, changes: a run's file of before is then fitted anew."""


def fitted_on_validation(
    run: Run, release: Release, *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """What the run's validation answers say; fitted the first time it is asked for.

    Keys `temperature`, `fallback_threshold`, `out_of_scope_thresholds`, each with its value or why there is none.
    """
    path = run.path / FITTED
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["format"] == FORMAT:
            return dict(known)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = {"format": FORMAT, "split": "validation", "rows": release.counts["validation"]}
    if not release.counts["validation"]:
        return {**found, **_nothing("the release has no validation rows")}
    rows = release.rows("validation")
    try:
        answers = answers_to(run, rows, vectors_cache=vectors_cache, progress=progress)
    except WinnowError as error:  # an import that holds test answers alone
        return {**found, **_nothing(f"validation: {error.faults[0].found}")}
    goals = release.task().goals
    risk = 1 - goals["accuracy"] if "accuracy" in goals else RISK
    found |= fit(answers, list(rows["label"]), fallback=release.manifest["task"]["fallback"], risk=risk)
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return found


def fit(answers: Answers, gold: Sequence[str], *, fallback: str | None, risk: float) -> dict[str, Any]:
    """Temperature, fallback threshold and out-of-scope thresholds of validation answers. Pure."""
    return {
        "temperature": fit_temperature(answers.predictions, gold),
        "fallback_threshold": fit_threshold(answers, gold, fallback=fallback, risk=risk),
        "out_of_scope_thresholds": fit_scope(answers, gold, fallback=fallback),
    }


def _nothing(why: str) -> dict[str, Any]:
    return {key: not_measured(why) for key in ("temperature", "fallback_threshold", "out_of_scope_thresholds")}
