"""Ranks within groups are those of a plain loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from winnow.curation.engine.group_ranks import rank_in_group


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 3)), max_size=40))
def test_a_rank_counts_the_rows_of_the_group_before_it(rows: list[tuple[int, int]]) -> None:
    group, value = (np.array([row[part] for row in rows], dtype=np.int64) for part in (0, 1))
    expected = [
        sum(g == rows[i][0] and (v, j) < (rows[i][1], i) for j, (g, v) in enumerate(rows)) for i in range(len(rows))
    ]
    assert rank_in_group(group, value).tolist() == expected
