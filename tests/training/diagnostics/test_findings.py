"""Findings: each one on both sides of its threshold, in their order, and absent where it cannot be computed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.evaluations import ABSENT, an_evaluation
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.training.diagnostics.diagnose import diagnose
from winnow.training.diagnostics.findings import Findings
from winnow.training.diagnostics.issue import EpochLosses, RunContext
from winnow.training.diagnostics.run_context import read_run_context
from winnow.training.evaluation.confidence_facts import (
    Calibration,
    ErrorIfCalibrated,
    FittedValue,
    OutOfScope,
    ReliabilityBin,
)
from winnow.training.evaluation.evaluation_facts import ErrorCount, EvaluationFacts, LabelMeasures, LearningCurve, Slice
from winnow.training.run_facts import (
    BaseModelFacts,
    EncoderRunFacts,
    Hardware,
    LinearRunFacts,
    PeakMemory,
    RowsOfALabel,
)
from winnow.training.runs import Run
from winnow.validators.stats.intervals import proportion
from winnow.workspace import Workspace

UNKNOWN = NotMeasured("not asked")

NAMES = [f"l{i}" for i in range(10)]


def about(**told: Any) -> RunContext:
    known = RunContext(
        run="r-linear-1",
        release="r",
        method="linear",
        train_accuracy=UNKNOWN,
        losses=UNKNOWN,
        train_rows={},
        train_size=2000,
        per_label=50,
        more_data_command="winnow push label",
        label_accuracy=UNKNOWN,
    )
    return replace(known, **told)


def estimate(hits: int, rows: int) -> Measured:
    found = proportion(hits, rows, "")
    assert isinstance(found, Measured)
    return found


def a_label(name: str, rows: int, recall: float) -> LabelMeasures:
    """A label of which only the recall was measured."""
    others = {"recall_interval": ABSENT, "precision": ABSENT, "precision_interval": ABSENT, "f1": ABSENT}
    return LabelMeasures(label=name, rows=rows, recall=recall, **others)


def evaluation(right: int = 900, rows: int = 1000, **told: Any) -> EvaluationFacts:
    accuracy = estimate(right, rows)
    return an_evaluation("r-linear-1", accuracy.value, rows=rows).model_copy(
        update={
            "intervals": {"accuracy": (accuracy.low, accuracy.high)},
            "per_label": [a_label(name, rows // 10, right / rows) for name in NAMES],
            **told,
        }
    )


def names(found: Findings) -> list[str]:
    return [one.name for one in found.found]


def errors(*counts: int) -> list[ErrorCount]:
    """Errors of pairs that share no label twice; the pairs beyond are as even as can be."""
    every = [(g, p) for i, g in enumerate(NAMES) for p in NAMES[i + 1 :]]
    return [ErrorCount(gold=g, predicted=p, count=n) for (g, p), n in zip(every, counts, strict=False) if n]


def curve(gain: float, low: float) -> LearningCurve:
    """A learning curve of which only the gain of doubling the data was measured."""
    return LearningCurve(split="validation", points=[], gain_of_doubling=Difference(gain, low, gain + 0.02))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"train_accuracy": estimate(1942, 2000)}, True),  # 7.1 points, Newcombe's lower end 5.2
        ({"train_accuracy": estimate(1934, 2000)}, False),  # 6.7 points, lower end 4.8
        ({"losses": EpochLosses(0.5, 1.0)}, True),
        ({"losses": EpochLosses(0.5, 0.99)}, False),
        ({"train_accuracy": estimate(1934, 2000), "losses": EpochLosses(0.2, 0.9)}, True),
    ],
)
def test_overfitting(told: dict[str, Any], expected: bool) -> None:
    helped = evaluation(learning_curve=curve(0.03, 0.01))
    assert ("overfitting" in names(diagnose(helped, about(**told)))) is expected


def test_overfitting_is_claimed_only_where_more_data_is_known_to_help() -> None:
    gap = about(train_accuracy=estimate(1960, 2000))  # .98 on train, .90 on validation: usual for healthy data
    (found,) = diagnose(evaluation(learning_curve=curve(0.03, 0.01)), gap).found
    assert (found.name, found.rows, found.severity) == ("overfitting", 30, "minor")  # what the advice would gain
    assert "doubling the data raised accuracy by 3.0 points (1.0 to 5.0)" in found.evidence
    assert "on 1,000 of validation" in found.evidence
    assert "overfitting" in diagnose(evaluation(learning_curve=curve(0.01, -0.001)), gap).not_found
    unknown = diagnose(evaluation(), gap).not_measured["overfitting"]
    assert "winnow evaluate r-linear-1 --learning-curve" in unknown


def test_a_run_is_never_said_to_underfit_and_to_overfit() -> None:
    both = about(train_accuracy=estimate(1600, 2000))
    assert names(diagnose(evaluation(790, learning_curve=curve(0.03, 0.01)), both)) == ["underfitting"]
    assert names(diagnose(evaluation(600, learning_curve=curve(0.03, 0.01)), both)) == ["overfitting"]


def chance_errors(rows: int, right: int) -> dict[str, Any]:
    """The labels a to e, each with a fifth of the rows, and errors that are spread evenly."""
    wrong = (rows - right) // 20
    pairs = [ErrorCount(gold=g, predicted=p, count=wrong) for g in "abcde" for p in "abcde" if g != p]
    return {"per_label": [a_label(name, rows // 5, right / rows) for name in "abcde"], "confused_pairs": pairs}


def test_labels_without_a_signal_are_all_that_is_found() -> None:
    fits_train = about(train_accuracy=estimate(1300, 2000))  # under- and overfitting, by their own thresholds
    found = diagnose(evaluation(208, 1000, **chance_errors(1000, 208)), fits_train)
    (only,) = found.found
    assert (only.name, only.severity, only.command) == ("no_signal", "serious", "winnow label-errors")
    assert only.evidence.startswith("these labels carry no signal: accuracy 0.208 (0.184 to 0.234) on 1,000 validation")
    assert only.evidence.endswith("rows, 0.200 by chance")
    assert "underfitting" in found.not_measured
    prompted = diagnose(evaluation(208, 1000, **chance_errors(1000, 208)), replace(fits_train, method="prompt"))
    assert prompted.found[0].evidence.startswith("these answers carry no signal")


def test_a_weak_signal_is_one_and_few_rows_tell_nothing() -> None:
    assert "no_signal" in diagnose(evaluation(240, 1000, **chance_errors(1000, 240)), about()).not_found
    few = diagnose(evaluation(5, 25, **chance_errors(25, 5)), about())
    assert "too few to tell" in few.not_measured["no_signal"]
    collapsed = [ErrorCount(gold=name, predicted="a", count=200) for name in "bcde"]
    recall = [a_label(name, 200, float(name == "a")) for name in "abcde"]
    same = diagnose(evaluation(200, 1000, per_label=recall, confused_pairs=collapsed), about())
    assert "answers a for 1,000 of 1,000 rows" in same.not_measured["no_signal"]
    mostly = {  # nine in ten rows have one label: right by chance in 0.83 of the rows, and still better than that
        "per_label": [a_label("a", 900, 0.97), a_label("b", 100, 0.4)],
        "confused_pairs": [
            ErrorCount(gold="a", predicted="b", count=27),
            ErrorCount(gold="b", predicted="a", count=60),
        ],
    }
    assert "no_signal" in diagnose(evaluation(913, 1000, **mostly), about()).not_found


@pytest.mark.parametrize(("right", "expected"), [(1760, True), (1780, False)])  # upper ends 0.8935 and 0.9030
def test_underfitting(right: int, expected: bool) -> None:
    found = diagnose(evaluation(870), about(train_accuracy=estimate(right, 2000)))
    assert ("underfitting" in names(found)) is expected
    if expected:
        assert found.found[0].command == "winnow train r --method encoder"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, *[3] * 30), 1),  # a tenth of 100 errors, where chance gives a pair two
        ((9, 4, *[3] * 29), 0),
        ((5, *[1] * 15), 1),
        ((4, *[1] * 10), 0),  # a larger share, but four errors are an anecdote
        ((0,), 0),
    ],
)
def test_a_pair_that_dominates_the_errors(counts: tuple[int, ...], expected: int) -> None:
    found = diagnose(evaluation(confused_pairs=errors(*counts)), about())
    assert names(found).count("confused_labels") == expected
    if expected:
        sign = found.found[0]
        assert (sign.rows, sign.command) == (counts[0], "winnow generate contrasts --pair l0,l1")
        assert f"l0 predicted as l1 {counts[0]} times" in sign.evidence


def test_both_directions_of_a_pair_are_one_and_even_errors_are_none() -> None:
    both = [*errors(*[6] + [3] * 30), ErrorCount(gold="l1", predicted="l0", count=4)]
    assert diagnose(evaluation(confused_pairs=both), about()).found[0].rows == 10
    three = [a_label(name, 100, 0.9) for name in "abc"]
    even = [ErrorCount(gold=g, predicted=p, count=10) for g, p in ("ab", "bc", "ca")]
    measured = evaluation(270, 300, per_label=three, confused_pairs=even)
    assert "confused_labels" in diagnose(measured, about()).not_found  # a third each: what chance does
    two = evaluation(270, 300, per_label=three[:2], confused_pairs=even[:1])
    assert "one pair" in diagnose(two, about()).not_measured["confused_labels"]


@pytest.mark.parametrize(
    ("error", "after", "chance", "expected"),
    [
        (0.2, 0.05, 0.04, True),
        (0.2, 0.049, 0.04, False),  # what leaves the run is calibrated
        (0.2, 0.06, 0.06, False),
        (0.05, ABSENT, 0.04, True),  # validation allows no temperature
        (0.049, ABSENT, 0.04, False),
    ],
)
def test_miscalibration_of_what_leaves_the_run_is_beyond_chance(
    error: float, after: float | NotMeasured, chance: float, expected: bool
) -> None:
    told = Calibration(
        bins=[ReliabilityBin(from_=0.8, to=1.0, confidence=0.9, accuracy=estimate(800, 1000))],
        error=error,
        error_if_calibrated=ErrorIfCalibrated(mean=chance, high=chance),
        temperature=FittedValue(value=2.0, rows=1000),
        error_after_temperature=after,
    )
    found = diagnose(evaluation(calibration=told), about())
    assert ("miscalibration" in names(found)) is expected
    if expected:
        calibrated = not isinstance(after, NotMeasured)
        assert ("0.050, after temperature scaling" in found.found[0].evidence) is calibrated
        assert ("overconfident" in found.found[0].cause) is not calibrated
        assert not found.found[0].command.startswith("winnow evaluate")  # that fitted the temperature already


def outside(recall: Measured) -> OutOfScope:
    """The recall of the fallback, and no score."""
    return OutOfScope(status="measured", recall=recall, precision=ABSENT, at_in_scope_loss=ABSENT, by_score={})


@pytest.mark.parametrize(("high", "expected"), [(0.79, True), (0.80, False)])
def test_low_fallback_recall(high: float, expected: bool) -> None:
    found = diagnose(evaluation(out_of_scope=outside(Measured(0.6, 0.4, high, 50))), about())
    assert ("low_fallback_recall" in names(found)) is expected
    if expected:
        assert found.found[0].rows == 20


def slice_of(kind: str, value: str, hits: int, rows: int) -> Slice:
    mine, others = estimate(hits, rows), estimate(900 - hits, 1000 - rows)
    return Slice(slice=kind, value=value, rows=rows, accuracy=mine, elsewhere=others, rows_lost=9.0, differs=ABSENT)


@pytest.mark.parametrize(
    ("have", "recall", "expected"),
    [(24, 0.6, True), (25, 0.6, False), (24, 0.9, False)],  # half of the target of 50; no worse than the rest
)
def test_an_underrepresented_label(have: int, recall: float, expected: bool) -> None:
    labels = [a_label(name, 100, recall if name == "l3" else 0.9) for name in NAMES]
    rows = {("label", name): 200 for name in NAMES} | {("label", "l3"): have}
    found = diagnose(evaluation(per_label=labels, slices=[]), about(train_rows=rows))
    assert names(found) == ["underrepresented_slices"] * expected
    if expected:
        assert found.found[0].command == "winnow generate examples --label l3"
        assert f"{have} train rows, 50 expected" in found.found[0].evidence


@pytest.mark.parametrize(("have", "hits", "expected"), [(99, 60, True), (100, 60, False), (99, 90, False)])
def test_an_underrepresented_wording(have: int, hits: int, expected: bool) -> None:
    told = [slice_of("length", "long", hits, 100), slice_of("similarity to train", "0.0 to 0.4", 20, 100)]
    rows = {("length", "long"): have, ("length", "short"): 1900}
    found = diagnose(evaluation(slices=told), about(train_rows=rows))  # a tenth of validation: 200 of train are due
    assert names(found) == ["underrepresented_slices"] * expected


def test_a_wording_without_train_rows_is_underrepresented() -> None:
    found = diagnose(
        evaluation(slices=[slice_of("length", "long", 60, 100)]), about(train_rows={("length", "short"): 1})
    )
    assert "length long: 0 train rows, 200 expected" in found.found[0].evidence


def audited_accuracy(accuracy: float, low: float, high: float, audited: int) -> LabelAccuracyFacts:
    """An audit that found this accuracy."""
    right = round(accuracy * audited)
    return LabelAccuracyFacts(
        accuracy=accuracy, interval=(low, high), right=right, audited=audited, unsure=0, by_origin={}
    )


@pytest.mark.parametrize(("accuracy", "expected"), [(0.95, True), (0.951, False), (1.0, False)])
def test_label_noise_that_is_half_of_the_errors(accuracy: float, expected: bool) -> None:
    told = audited_accuracy(accuracy, accuracy - 0.02, min(1.0, accuracy + 0.02), 400)
    found = diagnose(evaluation(), about(label_accuracy=told))
    assert ("label_noise" in names(found)) is expected
    if expected:
        assert (found.found[0].rows, found.found[0].command) == (50, "winnow push relabel")


def test_what_cannot_be_computed_is_not_measured_and_says_why() -> None:
    found = diagnose(evaluation(), about())
    assert found.found == []
    assert set(found.not_measured) == {
        "overfitting",
        "underfitting",
        "miscalibration",
        "low_fallback_recall",
        "label_noise",
    }
    assert all(found.not_measured.values())
    assert found.not_found == ["no_signal", "confused_labels", "underrepresented_slices"]
    absent = NotMeasured("the system reports no confidence")
    told = diagnose(evaluation(calibration=absent), about()).not_measured
    assert told["miscalibration"] == "the system reports no confidence"


def test_findings_come_by_the_rows_that_they_concern() -> None:
    audit = audited_accuracy(0.93, 0.9, 0.95, 300)
    told = about(train_accuracy=estimate(2000, 2000), label_accuracy=audit)
    found = diagnose(
        evaluation(
            out_of_scope=outside(Measured(0.2, 0.1, 0.3, 40)),
            confused_pairs=errors(12, *[3] * 29),
            learning_curve=curve(0.1, 0.08),
        ),
        told,
    )
    expected = [
        ("overfitting", 100),
        ("label_noise", 70),
        ("low_fallback_recall", 32),
        ("confused_labels", 12),
    ]
    assert [(one.name, one.rows) for one in found.found] == expected
    assert [one.severity for one in found.found] == ["serious", "serious", "minor", "minor"]
    assert all(one.command.startswith("winnow ") and one.cause for one in found.found)


def as_encoder(run: Run) -> EncoderRunFacts:
    """The facts of a linear run as if an encoder had been trained for three epochs, the second the best."""
    return EncoderRunFacts(
        **dict(run.facts_of(LinearRunFacts)) | {"method": "encoder"},
        epochs=3,
        best_epoch=2,
        validation_rows=40,
        rows_of_a_label=RowsOfALabel(smallest=8, largest=9),
        class_weights="none",
        pooling="mean",
        trained_parameters=1000,
        hardware=Hardware(device="cpu", precision="f32", threads=1),
        peak_memory=PeakMemory(process_bytes=2**20, cuda_bytes=NotMeasured("no CUDA device")),
        resumed=False,
        base=BaseModelFacts(model=None, weights_hash="0" * 64),
    )


def test_what_findings_rest_on_is_read_off_the_run_and_its_release(
    trained_example: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, name = trained_example
    shutil.copytree(workspace.run(name).path, tmp_path / name)
    release, run = workspace.release("first"), Run(tmp_path / name, as_encoder(workspace.run(name)))
    curves = {
        "train": [{"epoch": 1.0, "loss": 2.0}, {"epoch": 2.0, "loss": 0.4}],
        "validation": [{"epoch": 1.0, "loss": 2.5}, {"epoch": 2.0, "loss": 1.3}],
    }
    (run.path / "curves.json").write_text(json.dumps(curves))
    (run.path / "train-fit.json").write_text('{"right": 1, "rows": 2}')
    known = read_run_context(run, release, unlabeled=3)
    assert known.train_accuracy == estimate(1, 2)  # what was measured once is not measured again
    assert known.losses == (0.4, 1.3)
    (run.path / "curves.json").unlink()
    assert isinstance(read_run_context(run, release).losses, NotMeasured)
    (run.path / "train-fit.json").unlink()
    linear = Run(tmp_path / name, workspace.run(name).facts)
    known = read_run_context(linear, release, unlabeled=3)
    train = release.rows("train")
    right = (workspace.predict(name, list(train["text"]), threshold=0)["label"] == train["label"]).mean()
    assert isinstance(known.train_accuracy, Measured)
    assert known.train_accuracy.value == pytest.approx(right)
    assert isinstance(known.losses, NotMeasured)
    assert known.train_rows["label", "it_vpn"] == (train["label"] == "it_vpn").sum()
    assert sum(n for (kind, _), n in known.train_rows.items() if kind == "length") == len(train)
    assert known.more_data_command == "winnow push label --strategy mixed"
