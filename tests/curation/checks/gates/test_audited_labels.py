"""The gate on labels from files compares the lower end of what an audit found."""

from __future__ import annotations

import re

import pytest

from winnow.core.result import NotMeasured
from winnow.curation.checks.gates.audited_labels import measure_audited_labels
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.validators.stats.effective_number import effective_number
from winnow.validators.stats.intervals import wilson_bounds


def audited(right: int, count: int) -> Gate:
    low, high = wilson_bounds(right / count, count)
    return measure_audited_labels(LabelAccuracy(right, count, 0, low, high, {"human": (right, count)}), 0.95)


@pytest.mark.parametrize(("right", "count"), [(73, 73), (109, 110), (980, 1000)])
def test_labels_pass_that_are_shown_to_be_right(right: int, count: int) -> None:
    assert (audited(right, count).verdict, audited(right - 1, count - 1).verdict) == (
        "pass",
        "pass" if count == 1000 else "fail",
    )


def test_a_rate_that_could_pass_asks_for_as_many_answers_as_prove_it() -> None:
    gate = audited(49, 50)
    assert (gate.verdict, gate.bound) == ("fail", "at_least")
    assert gate.evidence == ("49 of 50 audited labels are right: 98.0% (89.5% to 99.6%)",)
    (more,) = re.findall(r"winnow push audit: about (\d+) more answers", gate.fix)
    assert wilson_bounds(0.98, 50 + int(more))[0] >= 0.95 > wilson_bounds(0.98, 49 + int(more))[0]


def test_a_rate_that_cannot_pass_asks_for_corrected_labels() -> None:
    assert audited(90, 100).fix.startswith("correct the labels that winnow label-errors lists")


def test_without_an_audit_nothing_is_measured() -> None:
    gate = measure_audited_labels(None, 0.95)
    why = "no label from a file was audited; `winnow push audit` asks people about a random sample"
    assert (gate.verdict, gate.measured, gate.fix, gate.bound) == ("not_measured", NotMeasured(why), "", "at_least")


def test_diversity_is_the_number_of_equally_frequent_labels() -> None:
    assert effective_number([5, 5, 5]) == pytest.approx(3)
    assert effective_number([100, 0]) == pytest.approx(1)
    assert effective_number([8, 1, 1]) == pytest.approx(1.8946, abs=1e-4)  # exp(0.8 ln 1.25 + 0.2 ln 10)
