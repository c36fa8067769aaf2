from __future__ import annotations

from winnow.core.counted import agreeing, counted


def test_one_is_singular_and_every_other_count_is_plural() -> None:
    assert [counted(n, "record") for n in (0, 1, 2, 1200)] == ["0 records", "1 record", "2 records", "1,200 records"]
    assert [counted(n, "query", "queries") for n in (0, 1, 1200)] == ["0 queries", "1 query", "1,200 queries"]


def test_a_verb_agrees_with_its_count() -> None:
    assert [agreeing(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]
