"""Two models on answers of dialogues: exact for one answer a dialogue, and honest about answers that depend."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.paired_clusters import PairedCluster, compare_clusters

ALONE = {"gained": PairedCluster(1, 1, 0), "lost": PairedCluster(1, 0, 1), "same": PairedCluster(1, 0, 0)}


@given(st.lists(st.sampled_from(sorted(ALONE)), min_size=1, max_size=40))
def test_one_answer_a_record_is_mcnemar_and_tango(kinds: list[str]) -> None:
    found = compare_clusters([ALONE[kind] for kind in kinds])
    gained, lost = kinds.count("gained"), kinds.count("lost")
    if gained + lost:
        assert found.p_value == pytest.approx(binomtest(gained, gained + lost).pvalue)  # McNemar's exact test
        assert found.difference == paired_difference(gained, lost, len(kinds))


def test_answers_that_change_together_are_worth_one() -> None:
    whole = [PairedCluster(5, 5, 0)] * 4 + [PairedCluster(5, 0, 0)] * 16
    alone = [PairedCluster(1, 1, 0)] * 4 + [PairedCluster(1, 0, 0)] * 16
    found, expected = compare_clusters(whole), compare_clusters(alone)
    assert found.difference.difference == pytest.approx(0.2)
    assert found.p_value == expected.p_value
    assert found.difference.high - found.difference.low >= 0.95 * (expected.difference.high - expected.difference.low)
    naive = paired_difference(20, 0, 100)
    assert found.difference.high - found.difference.low > 1.5 * (naive.high - naive.low)


def test_no_difference_in_a_few_long_dialogues_is_no_proof_of_equality() -> None:
    same = compare_clusters([PairedCluster(10, 0, 0)] * 6).difference
    assert same == compare_clusters([PairedCluster(1, 0, 0)] * 6).difference  # as if six answers were known


def test_a_record_that_gains_and_loses_equally_is_no_discordant_record() -> None:
    found = compare_clusters([PairedCluster(2, 1, 1)] * 8)
    assert (found.better, found.worse, found.p_value) == (0, 0, 1.0)


def test_the_interval_covers_the_truth_where_a_naive_one_does_not() -> None:
    random = np.random.default_rng(0)
    covered = naive = 0
    for _ in range(200):
        clusters = [_drawn(random) for _ in range(60)]
        found = compare_clusters(clusters).difference
        rows, gained, lost = (sum(getattr(one, name) for one in clusters) for name in ("answers", "gained", "lost"))
        independent = paired_difference(gained, lost, rows)
        covered += found.low <= 0.1 <= found.high
        naive += independent.low <= 0.1 <= independent.high
    assert covered >= 184  # 92 %: two standard errors below 95 %
    assert naive < 170


def _drawn(random: np.random.Generator) -> PairedCluster:
    """One dialogue whose answers are mostly right or wrong together; the second model gets 10 points more right."""
    answers = int(random.integers(1, 6))
    own, other = (
        np.where(random.random(answers) < 0.8, random.random(), random.random(answers)) < share for share in (0.6, 0.7)
    )
    return PairedCluster(answers, int((other & ~own).sum()), int((own & ~other).sum()))
