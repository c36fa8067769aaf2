"""How well people agree: the published figures, the package krippendorff, and what must hold whoever answered."""

from __future__ import annotations

import itertools
import time
from collections import Counter

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from winnow.core.result import Measured, NotMeasured
from winnow.curation.annotations.agreement import LabelPair, OverruledResponse, label_pairs, measure_agreement
from winnow.curation.annotations.anchoring import measure_anchoring
from winnow.curation.annotations.krippendorff import KrippendorffAlpha, krippendorff_alpha
from winnow.curation.annotations.response_matrix import ResponseMatrix, response_matrix
from winnow.validators.stats.differences import newcombe_difference
from winnow.validators.stats.intervals import proportion

COLUMNS = ["record", "who", "label"]

_ = -1

FOUR_CODERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T
"""Example C of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": 0.743 for nominal data."""

THREE_CODERS = np.array(
    [
        [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
        [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
        [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
    ]
).T
"""The example of the package and of Wikipedia: 0.691."""


def table(response: np.ndarray) -> pd.DataFrame:
    """One row an answer of a matrix (records, people), -1 for none."""
    rows, annotators = np.nonzero(response >= 0)
    cells = [
        (f"r{row:04}", f"p{who}", f"c{label}")
        for row, who, label in zip(rows, annotators, response[rows, annotators], strict=True)
    ]
    return pd.DataFrame(cells, columns=COLUMNS)


def responses(response: np.ndarray) -> ResponseMatrix:
    return response_matrix(table(response))


def value(measure: object) -> float:
    assert isinstance(measure, Measured), measure
    assert measure.low <= measure.value + 1e-12
    assert measure.value <= measure.high + 1e-12
    return measure.value


def test_alpha_is_the_published_one() -> None:
    assert value(krippendorff_alpha(responses(FOUR_CODERS)).overall) == pytest.approx(0.743, abs=5e-4)
    assert value(krippendorff_alpha(responses(THREE_CODERS)).overall) == pytest.approx(0.691358, abs=1e-6)


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_alpha_is_the_packages_overall_and_by_label(seed: int, labels: int, annotators: int) -> None:
    rng = np.random.default_rng(seed)
    response = np.where(
        rng.random((40, annotators)) < 0.7, rng.integers(0, labels, (40, 1)), rng.integers(0, labels, (40, 1))
    )
    response[rng.random(response.shape) < 0.2] = -1
    own = responses(response)
    counts = own.counts()
    assume(len(own.labels) > 1 and (own.per_record > 1).sum() >= 10)
    found = krippendorff_alpha(own, resamples=20)
    assert value(found.overall) == pytest.approx(
        krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"), abs=1e-9
    )
    for place, label in enumerate(own.labels):
        measure = found.by_label[label]
        if isinstance(measure, Measured):
            one = counts[:, place]
            against = np.column_stack([one, counts.sum(axis=1) - one])
            assert measure.value == pytest.approx(
                krippendorff.alpha(value_counts=against, level_of_measurement="nominal"), abs=1e-9
            )


def test_the_interval_is_that_of_drawing_records_one_by_one() -> None:
    rng = np.random.default_rng(0)
    response = np.where(rng.random((80, 3)) < 0.75, rng.integers(0, 4, (80, 1)), rng.integers(0, 4, (80, 3)))
    counts = responses(response).counts()
    drawn = [
        krippendorff.alpha(value_counts=counts[rng.integers(0, 80, 80)], level_of_measurement="nominal")
        for _ in range(3000)
    ]
    found = krippendorff_alpha(responses(response), resamples=3000).overall
    assert isinstance(found, Measured)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])), abs=0.015)


def test_the_interval_holds_the_alpha_of_all_records_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 5, (20_000, 1))
    every = np.where(rng.random((20_000, 3)) < 0.8, truth, rng.integers(0, 5, (20_000, 3)))
    whole = value(krippendorff_alpha(responses(every), resamples=10).overall)
    inside = 0
    for _ in range(100):
        found = krippendorff_alpha(responses(every[rng.integers(0, 20_000, 150)]), resamples=400).overall
        assert isinstance(found, Measured)
        inside += found.low <= whole <= found.high
    assert inside >= 88


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_who_and_in_which_order_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    response = np.where(rng.random((30, 3)) < 0.8, rng.integers(0, 3, (30, 1)), rng.integers(-1, 3, (30, 3)))
    before = measure_agreement(table(response), resamples=50)
    assert measure_agreement(table(response).sample(frac=1, random_state=seed), resamples=50) == before
    other = response[np.ix_(rng.permutation(30), rng.permutation(3))]
    after = measure_agreement(table(other), resamples=50)
    assert (after.alpha, after.pairs) == (before.alpha, before.pairs)
    assert Counter(one.majority_agreement for one in after.annotators) == Counter(
        one.majority_agreement for one in before.annotators
    )


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_pairs_are_those_counted_by_hand(seed: int) -> None:
    response = np.random.default_rng(seed).integers(-1, 3, (12, 4))
    found = {(pair.first, pair.second): pair for pair in label_pairs(responses(response))}
    two = [(row, a, b) for row, own in enumerate(response) for a, b in itertools.combinations(own.tolist(), 2)]
    for one, other in itertools.combinations(range(3), 2):
        disagreements = [row for row, a, b in two if {a, b} == {one, other}]
        agreements = sum(a == b and a in (one, other) for _row, a, b in two)
        name = (f"c{one}", f"c{other}")
        expected = LabelPair(*name, len(disagreements), len(set(disagreements)), agreements)
        assert found.get(name) == (expected if disagreements else None)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_persons_are_held_against_the_majority_of_the_others(seed: int) -> None:
    response = np.random.default_rng(seed).integers(-1, 3, (12, 4))
    for one in measure_agreement(table(response), resamples=5).annotators:
        person = int(one.who[1:])
        equal, undecided = [], 0
        for own in response[response[:, person] >= 0]:
            others = Counter(other for other in np.delete(own, person).tolist() if other >= 0).most_common()
            tied = [label for label, count in others if count == others[0][1]]
            undecided += len(tied) > 1
            equal += [own[person] == tied[0]] if len(tied) == 1 else []
        expected = proportion(sum(equal), len(equal), "no other annotators have a majority on the same records")
        assert (one.majority_agreement, one.majority_ties) == (expected, undecided)


def test_systematic_disagreement_is_below_chance_and_agreement_is_one() -> None:
    disagreements = np.column_stack([np.arange(40) % 2, (np.arange(40) + 1) % 2])
    assert value(krippendorff_alpha(responses(disagreements)).overall) < 0
    agreements = np.tile(np.arange(40)[:, None] % 3, (1, 2))
    found = krippendorff_alpha(responses(agreements))
    assert all(value(measure) == pytest.approx(1) for measure in [found.overall, *found.by_label.values()])


def test_a_label_that_people_see_differently_stands_out() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 400)
    response = np.tile(truth[:, None], (1, 3))
    muddled = np.isin(truth, (0, 1))
    response[muddled] = rng.integers(0, 2, (muddled.sum(), 3))
    found = measure_agreement(table(response), resamples=200)
    by_label = {label: value(measure) for label, measure in found.alpha.by_label.items()}
    assert max(by_label["c0"], by_label["c1"]) < 0.5 < min(by_label["c2"], by_label["c3"])
    assert [(pair.first, pair.second) for pair in found.pairs] == [("c0", "c1")]


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (np.arange(30)[:, None] % 3, "0 records have two or more responses"),
        (np.where(np.eye(2, dtype=bool)[np.arange(30) % 2], 1, -1), "0 records have two or more responses"),
        (np.zeros((30, 3), dtype=int), "there is only one label"),
        (np.zeros((9, 3), dtype=int), "9 records have two or more responses, 10 are needed"),
    ],
    ids=["one person", "no overlap", "one label", "few"],
)
def test_what_cannot_be_measured_says_why(response: np.ndarray, why: str) -> None:
    found = measure_agreement(table(response), resamples=10)
    for measure in (found.alpha.overall, *found.alpha.by_label.values()):
        assert isinstance(measure, NotMeasured)
        assert why in measure.why
    assert found.pairs == ()
    for one in found.annotators:
        assert isinstance(one.seconds, NotMeasured)
        assert isinstance(one.anchoring.difference, NotMeasured)


def test_a_rare_label_has_no_alpha_of_its_own() -> None:
    response = np.tile(np.arange(40)[:, None] % 2, (1, 2))
    response[0] = 2
    found: KrippendorffAlpha = krippendorff_alpha(responses(response))
    assert isinstance(found.by_label["c2"], NotMeasured)
    assert "given in 1 of the records" in found.by_label["c2"].why
    assert isinstance(found.by_label["c0"], Measured)


def test_no_answer_at_all() -> None:
    found = measure_agreement(pd.DataFrame(columns=COLUMNS))
    assert isinstance(found.alpha.overall, NotMeasured)
    assert (found.pairs, found.annotators) == ((), ())


def test_what_was_adjudicated_otherwise_comes_back_to_the_person() -> None:
    response = np.array([[0, 1, -1], [0, 0, 1], [1, 1, 1]])
    found = measure_agreement(
        table(response), adjudicated={"r0000": "c1", "r0001": "c1", "r9": "c0"}, seconds={"p0": 4.5}
    )
    first, second, third = found.annotators
    assert first.overruled == (OverruledResponse("r0000", "c0", "c1"), OverruledResponse("r0001", "c0", "c1"))
    assert second.overruled == (OverruledResponse("r0001", "c0", "c1"),)
    assert third.overruled == ()
    assert [one.adjudicated for one in found.annotators] == [2, 2, 1]
    assert [one.responses for one in found.annotators] == [3, 3, 2]
    assert first.seconds == 4.5


def test_newcombes_own_example() -> None:
    """56 of 70 less 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    found = newcombe_difference(proportion(56, 70, ""), proportion(48, 80, ""))
    assert isinstance(found, Measured)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def led_by(follows: float, seed: int, n: int = 2000) -> pd.DataFrame:
    """Answers of two people, who follow a suggestion that often without a thought, and else are right."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n)
    model = np.where(rng.random(n) < 0.8, truth, (truth + 1) % 4)
    shown = rng.random(n) < 0.6
    label = np.where(shown & (rng.random(n) < follows), model, truth)
    return pd.DataFrame(
        {
            "record": [f"r{row}" for row in range(n)],
            "who": np.where(rng.random(n) < 0.5, "ann", "bob"),
            "label": [f"c{one}" for one in label],
            "suggestion": [f"c{one}" if seen else None for one, seen in zip(model, shown, strict=True)],
            "model_label": [f"c{one}" for one in model],
        }
    )


def test_anchoring_is_seen_where_people_follow_and_only_there() -> None:
    followed, free = measure_anchoring(led_by(0.5, 0)), measure_anchoring(led_by(0.0, 0))
    assert isinstance(followed.difference, Measured)
    assert followed.difference.low > 0
    assert value(followed.difference) == pytest.approx(0.1, abs=0.04)  # half of the fifth that is suggested wrong
    assert isinstance(free.difference, Measured)
    assert free.difference.low < 0 < free.difference.high
    by_person = measure_agreement(led_by(0.5, 0), resamples=5).annotators
    assert [one.who for one in by_person] == ["ann", "bob"]
    parts = [one.anchoring.shown.rows for one in by_person if isinstance(one.anchoring.shown, Measured)]
    assert isinstance(followed.shown, Measured)
    assert sum(parts) == followed.shown.rows


def test_without_blind_answers_there_is_no_anchoring_to_measure() -> None:
    seen = led_by(0.5, 0)
    found = measure_anchoring(seen[seen["suggestion"].notna()])
    assert isinstance(found.shown, Measured)
    assert found.difference == found.blind == NotMeasured("no blind response to a record with a hidden suggestion")


def test_five_thousand_records_of_three_people_take_a_moment() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 150, (5000, 1))
    response = np.where(rng.random((5000, 3)) < 0.85, truth, (truth + rng.integers(0, 3, (5000, 3))) % 150)
    own = table(response)
    start = time.process_time()
    found = measure_agreement(own)
    assert time.process_time() - start < 10  # about 1 s on a free core
    assert found.alpha.resamples == 2000
