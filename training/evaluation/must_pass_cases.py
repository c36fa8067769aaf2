"""The must-pass cases of a release: which passed and which failed. They do not count towards any other measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.errors import WinnowError
from winnow.core.result import Measure, NotMeasured
from winnow.curation.releases.release import Release
from winnow.curation.releases.release_lines import MustPassCase
from winnow.training.evaluation.evaluation_facts import MustPass, MustPassFailure
from winnow.training.evaluation.run_predictions import predict_or_load
from winnow.training.evaluation.train_similarity import TrainSimilarity
from winnow.training.predictions import NO_CONFIDENCE, ModelOutput
from winnow.training.runs import Run
from winnow.validators.stats.intervals import proportion


def evaluate_must_pass(
    run: Run, release: Release, train_similarity: TrainSimilarity, *, vectors_cache: Path | None = None
) -> MustPass | NotMeasured:
    """Predict the must-pass cases of a release with a run and score them."""
    import pandas as pd

    cases = release.must_pass()
    output = repeats = None
    if cases:
        rows = pd.DataFrame({"id": [case.id for case in cases], "text": [case.text for case in cases]})
        try:
            output = predict_or_load(run, rows, vectors_cache=vectors_cache)
        except WinnowError:  # an import without a prediction for each of them
            output = None
        repeats = train_similarity.repeats(list(rows["text"]))
    return score_must_pass(cases, output, repeats, named=release.task().must_pass is not None)


def score_must_pass(
    cases: Sequence[MustPassCase] | None,
    output: ModelOutput | None,
    repeats_train: NDArray[np.bool_] | None,
    *,
    named: bool,
) -> MustPass | NotMeasured:
    """How many must-pass cases pass, and every failed one with its text.

    `named` is whether the task names a must-pass file; `repeats_train` marks the cases that train contains, exactly or
    nearly: the model may have memorized those. `output` is None when an import lacks predictions for them.
    """
    if not named:
        return NotMeasured("the task has no must_pass file")
    if cases is None:
        return NotMeasured("the release was frozen before the must-pass cases were added; freeze a new one")
    if not cases:
        return NotMeasured("the must_pass file has no cases")
    if output is None or repeats_train is None:
        return NotMeasured("the imported file lacks predictions for some cases")
    passed = np.array([case.label == label for case, label in zip(cases, output.labels, strict=True)], dtype=bool)
    confidence = output.confidence
    failures = [
        MustPassFailure(
            text=case.text,
            label=case.label,
            predicted=output.labels[i],
            confidence=NotMeasured(NO_CONFIDENCE) if confidence is None else round(float(confidence[i]), 6),
            repeats_train=bool(repeats_train[i]),
        )
        for i, case in enumerate(cases)
        if not passed[i]
    ]
    return MustPass(
        cases=len(cases),
        passed=int(passed.sum()),
        repeats_train=_pass_rate(passed, repeats_train),
        new_to_train=_pass_rate(passed, ~repeats_train),
        failures=failures,
    )


def _pass_rate(passed: NDArray[np.bool_], among: NDArray[np.bool_]) -> Measure:
    return proportion(int(passed[among].sum()), int(among.sum()), "there are no such cases")
