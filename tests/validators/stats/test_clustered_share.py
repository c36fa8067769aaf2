"""Shares of clustered rows: equal to Wilson's interval for single rows, and covering what they promise for others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.clustered_coverage import clustered_coverage
from winnow.core.result import Measured, NotMeasured
from winnow.validators.stats.clustered_share import (
    ClusterCount,
    clustered_proportion,
    count_by_cluster,
    design_effect,
    effective_count,
)
from winnow.validators.stats.intervals import proportion

clusters = st.lists(
    st.integers(1, 8).flatmap(lambda rows: st.builds(ClusterCount, st.integers(0, rows), st.just(rows))),
    min_size=1,
    max_size=60,
)


@given(st.lists(st.booleans(), min_size=1, max_size=80))
def test_clusters_of_one_row_have_wilsons_interval(right: list[bool]) -> None:
    found = clustered_proportion([ClusterCount(one, 1) for one in right])
    expected = proportion(sum(right), len(right))
    assert isinstance(found, Measured)
    assert isinstance(expected, Measured)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@given(clusters)
def test_clusters_never_count_for_more_than_their_rows(counts: list[ClusterCount]) -> None:
    rows = sum(one.rows for one in counts)
    effective = effective_count(counts)
    assert 0 < effective.rows <= rows
    assert effective.hits / effective.rows == pytest.approx(sum(one.hits for one in counts) / rows)


def test_rows_that_repeat_each_other_count_once() -> None:
    assert design_effect([ClusterCount(4 * (n % 2), 4) for n in range(50)]) == pytest.approx(4)


def test_when_every_row_is_right_a_cluster_counts_once() -> None:
    assert effective_count([ClusterCount(5, 5)] * 30).rows == pytest.approx(30)


def test_one_more_error_never_raises_the_lower_bound() -> None:
    lows = []
    for errors in range(4):
        found = clustered_proportion([ClusterCount(3 - (n < errors), 3) for n in range(60)])
        assert isinstance(found, Measured)
        lows.append(found.low)
    assert lows == sorted(lows, reverse=True)


def test_rows_are_counted_by_cluster() -> None:
    rows = [("a", 1, 1), ("b", 0, 2), ("a", 0, 1), ("c", 0, 0)]
    assert count_by_cluster(rows) == [ClusterCount(1, 2), ClusterCount(0, 2)]


def test_no_rows_are_not_zero() -> None:
    assert clustered_proportion([], "nobody asked") == NotMeasured("nobody asked")
    assert effective_count([]).rows == 0


def test_intervals_of_dialogues_cover_what_they_promise_and_those_of_independent_answers_do_not() -> None:
    clustered, independent = clustered_coverage((1, 2, 5, 8), 0.5, repetitions=100, seed=0)
    assert clustered > 0.93
    assert independent < 0.85
