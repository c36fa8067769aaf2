"""What `evaluate` prints: every figure that was measured, and no line for one that was not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.evaluations import ABSENT, a_latency, an_evaluation
from winnow.cli.render.evaluation_view import print_evaluation
from winnow.cli.render.measure_format import print_goals
from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.confidence_facts import (
    AtThreshold,
    Calibration,
    ErrorIfCalibrated,
    FallbackThreshold,
    FirstScoreMeasures,
    OutOfScope,
    SelectivePrediction,
)
from winnow.training.evaluation.evaluate import Evaluation
from winnow.training.evaluation.evaluation_facts import ErrorCount, EvaluationFacts, Slice
from winnow.training.evaluation.goals import judge_share
from winnow.workspace import Workspace

HALF = Measured(0.5, 0.4, 0.6, 80)


@pytest.fixture
def evaluation(trained_example: tuple[Workspace, str]) -> Evaluation:
    workspace, run = trained_example
    return workspace.evaluate(run).evaluation


def printed(evaluation: Evaluation, measures: EvaluationFacts, capsys: pytest.CaptureFixture[str]) -> str:
    print_evaluation(replace(evaluation, measures=measures))
    return capsys.readouterr().out


def test_only_what_was_measured_has_a_line(evaluation: Evaluation, capsys: pytest.CaptureFixture[str]) -> None:
    measures = an_evaluation("r", 0.8).model_copy(update={"intervals": {"accuracy": (0.7, 0.9)}})
    head, *lines = printed(evaluation, measures, capsys).splitlines()
    assert head.split()[:3] == ["validation", "100", "rows"]
    assert [line.split() for line in lines] == [["accuracy", "0.8000", "0.7000", "to", "0.9000"]]


def test_every_figure_that_was_measured_is_printed(evaluation: Evaluation, capsys: pytest.CaptureFixture[str]) -> None:
    scope = FirstScoreMeasures(
        loss=0.05, auroc=ABSENT, threshold=ABSENT, recall=HALF, precision=ABSENT, in_scope_loss=ABSENT
    )
    threshold = FallbackThreshold(value=0.25, risk=0.05, rows=80, rule="the rule")
    told = {
        "intervals": {"accuracy": (0.7, 0.9)},
        "out_of_scope": OutOfScope(recall=HALF, precision=HALF, at_in_scope_loss=scope, by_score={}),
        "calibration": Calibration(
            bins=[],
            error=0.125,
            error_if_calibrated=ErrorIfCalibrated(mean=0.1, high=0.2),
            temperature=ABSENT,
            error_after_temperature=0.0625,
        ),
        "selective": SelectivePrediction(
            curve=[], area=0.1, threshold=threshold, at_threshold=AtThreshold(answered=HALF, risk=HALF, accuracy=HALF)
        ),
        "latency": a_latency(0.01),
        "slices": [
            Slice(slice="length", value="long", rows=80, accuracy=HALF, elsewhere=HALF, rows_lost=9.0, differs=True)
        ],
        "confused_pairs": [ErrorCount(gold="b", predicted="a", count=7)],
    }
    text = printed(evaluation, an_evaluation("r", 0.8).model_copy(update=told), capsys)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "out-of-scope recall 0.5000 0.4000 to 0.6000" in lines
    assert "out-of-scope recall at 5% in-scope loss 0.5000 0.4000 to 0.6000" in lines
    assert "calibration error 0.1250 0.0625 after temperature scaling" in lines
    assert "answered at confidence ≥ 0.25 50.0% error rate 50.0%" in lines
    assert "one query 10.0 ms, p95 10.0 ms 100 per second in bulk; peak memory 268 MB" in lines
    assert "length: long 80 0.5000 0.4000 to 0.6000 0.5000 0.4000 to 0.6000" in lines
    assert "7 b a" in lines


def test_a_goal_is_printed_with_what_its_verdict_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {"met": (100, 100), "not met": (5, 100), "not enough evidence": (94, 100), "without rows": (0, 0)}
    print_goals([judge_share("accuracy", 0.9, *of) for of in counts.values()])
    met, missed, undecided, unmeasured = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()[2:]]
    assert met.startswith("accuracy 0.9 1.0000 met 95 % confidence: at least 0.97")
    assert missed.startswith("accuracy 0.9 0.0500 not met 95 % confidence: at most 0.1")
    assert "needs about" in undecided
    assert undecided.endswith("has 100")
    assert unmeasured == "accuracy 0.9 not measured not enough evidence"
    assert isinstance(judge_share("accuracy", 0.9, 0, 0).measured, NotMeasured)
