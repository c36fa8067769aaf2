"""Quotas over all strata together: small labels are held out too, and not more than the shares."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.config.task import SplitsConfig
from winnow.curation.ingest.split_assignment import NewGroup, assign_splits
from winnow.curation.ingest.split_quotas import drawn_quotas

FIFTEEN = SplitsConfig(validation=0.15, test=0.15)


def table(sizes: dict[str, int], start: int = 0) -> list[NewGroup]:
    """Records in groups of their own, `sizes` of each label."""
    return [NewGroup(f"{label} {start + i}", label, 1) for label, size in sizes.items() for i in range(size)]


def placed_in(groups: list[NewGroup], counts: Counter[tuple[str, str]] | None = None) -> Counter[tuple[str, str]]:
    """How many records of each (label, split) there are once the groups are placed."""
    placed = assign_splits(groups, counts or {}, FIFTEEN)
    found = Counter((group.stratum, placed[group.id].assigned_split) for group in groups)
    return found + (counts or Counter())


def rows_of(counts: Counter[tuple[str, str]], split: str) -> int:
    return sum(count for (_, own), count in counts.items() if own == split)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 7, 10, 30])
def test_the_shares_of_many_small_labels_hold_within_a_record(rows: int) -> None:
    counts = placed_in(table({f"l{number}": rows for number in range(30)}))
    for split in ("validation", "test"):
        assert abs(rows_of(counts, split) - 0.15 * 30 * rows) <= 1
    if rows > 2:
        assert all(counts[f"l{number}", "train"] >= rows / 2 for number in range(30))


def test_test_and_validation_are_taken_from_different_small_labels() -> None:
    counts = placed_in(table({f"l{number}": 3 for number in range(30)}))
    held_out = Counter(label for (label, split), count in counts.items() if split != "train" for _ in range(count))
    assert sum(held_out.values()) >= 26
    assert max(held_out.values()) == 1


@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 40)), max_size=4))
def test_shares_hold_together_and_each_label_is_within_a_record_of_its_own(additions: list[dict[str, int]]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for number, sizes in enumerate(additions):
        before = counts
        counts = placed_in(table(sizes, start=100 * number), counts)
        assert not before - counts, "what was placed stays where it is"
    if len(additions) == 1:
        for split in ("validation", "test"):
            exact = 0.15 * counts.total()
            assert abs(rows_of(counts, split) - exact) <= max(1, 0.03 * exact)
            for label in additions[0]:
                own = sum(counts[label, one] for one in ("train", "validation", "test"))
                assert abs(counts[label, split] - 0.15 * own) < 1


def test_labels_that_are_added_one_by_one_get_their_share_together() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for number in range(30):
        counts = placed_in(table({f"l{number}": 3}), counts)
    for split in ("validation", "test"):
        assert abs(rows_of(counts, split) - 13.5) <= 1


def test_official_splits_of_one_label_take_nothing_from_another() -> None:
    wanted = {"b": {"test": 6, "validation": 6}}
    for split in ("train", "test"):
        assert drawn_quotas({"b": 40}, {("a", split): 1000}, FIFTEEN)["b"] == wanted["b"]
