"""Pinned cases: the queries of `must_pass`, each passed or failed, apart from every share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.release import Pinned, Release
from training.answers import Answers, answers_to
from training.intervals import not_measured, proportion
from training.nearness import Nearness
from training.runs import Run
from validators.faults import WinnowError


def pinned_of(run: Run, release: Release, near: Nearness, *, vectors_cache: Path | None = None) -> dict[str, Any]:
    """The pinned cases of a release, answered by a run."""
    import pandas as pd

    cases = release.must_pass()
    answers = repeats = None
    if cases:
        rows = pd.DataFrame({"id": [case.id for case in cases], "text": [case.text for case in cases]})
        try:
            answers = answers_to(run, rows, vectors_cache=vectors_cache)
        except WinnowError:  # an import that does not answer them all
            answers = None
        repeats = near.repeats(list(rows["text"]))
    return pinned_cases(cases, answers, repeats, named=release.task().must_pass is not None)


def pinned_cases(
    cases: Sequence[Pinned] | None, answers: Answers | None, repeats_train: NDArray[np.bool_] | None, *, named: bool
) -> dict[str, Any]:
    """How many pinned cases pass, and every one that fails with its text.

    `named` says whether the task names a file of them; `repeats_train` which of them train holds, exactly or nearly:
    passing those shows memory, passing the others shows more. `answers` is None where an import has none.
    """
    if not named:
        return not_measured("the task names no must_pass")
    if cases is None:
        return not_measured("the release is older than its pinned cases: freeze a new one")
    if not cases:
        return not_measured("must_pass holds no case")
    if answers is None or repeats_train is None:
        return not_measured("the imported file does not answer them all")
    passed = np.array([case.label == label for case, label in zip(cases, answers.labels, strict=True)], dtype=bool)
    sure = answers.confidence
    failures = [
        {
            "text": case.text,
            "label": case.label,
            "predicted": answers.labels[i],
            "confidence": not_measured("the system tells none") if sure is None else round(float(sure[i]), 6),
            "repeats_train": bool(repeats_train[i]),
        }
        for i, case in enumerate(cases)
        if not passed[i]
    ]
    return {
        "status": "measured",
        "cases": len(cases),
        "passed": int(passed.sum()),
        "repeats_train": _passed(passed, repeats_train),
        "new_to_train": _passed(passed, ~repeats_train),
        "failures": failures,
    }


def _passed(passed: NDArray[np.bool_], among: NDArray[np.bool_]) -> dict[str, Any]:
    return proportion(int(passed[among].sum()), int(among.sum())).json("no such case")
