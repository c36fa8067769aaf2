"""Differences of means over units, tests of ranks, and repeated looks, against figures that were computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from winnow.core.result import Measured, NotMeasured
from winnow.validators.stats.rank_tests import mann_whitney, wilcoxon
from winnow.validators.stats.repeated_looks import level_of_look, units_needed
from winnow.validators.stats.unit_means import independent_mean_difference, paired_mean_difference


def test_the_paired_test_exchanges_the_values_of_units() -> None:
    first, second = np.zeros(10), np.full(10, 0.5)
    found = paired_mean_difference(first, second, seed=0)
    assert found.difference.difference == 0.5
    assert found.p_value == pytest.approx(2 / 2**10, abs=0.001)  # only all or none exchanged are as far


def test_the_independent_test_assigns_units_at_random() -> None:
    found = independent_mean_difference(np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0]), seed=0)
    assert found.difference.difference == 1
    assert found.p_value == pytest.approx(2 / 20, abs=0.01)  # 2 of the 20 ways to choose three of six


def test_equal_variants_differ_in_nothing() -> None:
    values = np.array([0.0, 0.5, 1.0, 0.5])
    assert paired_mean_difference(values, values, seed=0).p_value == 1
    found = independent_mean_difference(values, values, seed=0)
    assert found.p_value == 1
    assert found.difference.low < 0 < found.difference.high


def test_the_interval_of_means_has_the_width_of_the_normal_one() -> None:
    generator = np.random.default_rng(3)
    first, second = generator.integers(0, 4, 500) / 3, generator.integers(0, 4, 400) / 3
    found = independent_mean_difference(first, second, seed=0).difference
    half = 1.959964 * np.sqrt(first.var() / 500 + second.var() / 400)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.06)


def test_a_quarter_million_units_take_no_more_memory_than_their_values() -> None:
    first = np.tile([0.0, 1.0, 0.5, 0.25], 50_000)
    found = paired_mean_difference(first, np.roll(first, 1), seed=0)
    assert found.p_value == 1  # every change occurs in both directions, equally often


def test_ratings_of_two_groups_are_compared_by_ranks() -> None:
    found = mann_whitney(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]))
    assert found.p_value == pytest.approx(2 / 20)
    assert isinstance(found.superiority, NotMeasured)
    mixed = mann_whitney(np.array([1.0, 3.0]), np.array([2.0, 4.0])).superiority
    assert isinstance(mixed, Measured)
    assert mixed.value == 3 / 4  # 2 > 1, 4 > 1, 4 > 3
    assert mann_whitney(np.ones(5), np.ones(4)).p_value == 1


def test_ratings_of_the_same_units_are_compared_by_signed_ranks() -> None:
    before = np.zeros(8)
    found = wilcoxon(before, np.array([1.0, 2, 3, 4, 5, 6, 0, 0]))
    assert found.p_value == pytest.approx(2 / 2**6)  # two equal pairs count for neither side
    assert isinstance(found.superiority, Measured)
    assert found.superiority.value == (6 + 2 / 2) / 8
    assert wilcoxon(before, before).p_value == 1


def test_the_levels_of_all_looks_add_up_to_one_level() -> None:
    assert [level_of_look(look) for look in (1, 2, 3)] == pytest.approx([0.05 / 2, 0.05 / 6, 0.05 / 12])
    assert sum(level_of_look(look) for look in range(1, 10_000)) == pytest.approx(0.05, rel=1e-3)


def test_the_textbook_size_of_two_groups() -> None:
    # 0.5 against 0.6 with a pooled variance of 0.25 each: (1.960 + 0.842)^2 * 0.5 / 0.01 = 392.4
    assert units_needed(0.1, 0.5, level=0.05) == 393
    assert units_needed(0.0, 0.5, level=0.05) is None
