from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from winnow.config.task import SplitsConfig
from winnow.curation.ingest.split_assignment import NewGroup, assign_splits

groups = st.lists(
    st.builds(
        NewGroup,
        id=st.uuids().map(str),
        stratum=st.sampled_from(["a", "b"]),
        size=st.integers(1, 4),
        given=st.sets(st.sampled_from(["train", "validation", "test"])).map(frozenset),
        train_only=st.booleans(),
    ),
    unique_by=lambda group: group.id,
    max_size=60,
)


@given(groups, st.randoms())
def test_each_group_gets_one_split_whatever_the_order(new: list[NewGroup], random: object) -> None:
    placed = assign_splits(new, {}, SplitsConfig())
    assert set(placed) == {group.id for group in new}
    shuffled = sorted(new, key=lambda group: random.random())  # type: ignore[attr-defined]
    assert assign_splits(shuffled, {}, SplitsConfig()) == placed


@given(groups)
def test_official_splits_are_honored_and_synthetic_rows_are_train(new: list[NewGroup]) -> None:
    placed = assign_splits(new, {}, SplitsConfig())
    for group in new:
        got = placed[group.id].assigned_split
        if group.train_only:
            assert got == "train"
        elif "test" in group.given:
            assert got == "test"
        elif "validation" in group.given:
            assert got == "validation"
        elif "train" in group.given:
            assert got in ("train", "validation")


def test_quotas_are_met_per_label_and_over_several_additions() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for start in range(0, 200, 40):
        new = [NewGroup(f"{label}{i}", label, 1) for label in "ab" for i in range(start, start + 40)]
        placed = assign_splits(new, counts, SplitsConfig(validation=0.15, test=0.15))
        counts.update((group.stratum, placed[group.id].assigned_split) for group in new)
    assert counts == {
        (label, split): n for label in "ab" for split, n in (("train", 140), ("validation", 30), ("test", 30))
    }


def test_quotas_count_what_earlier_additions_placed() -> None:
    # 15 % of 3 rounds to 0: only together with the rows that were added before does a label reach its quota
    counts: Counter[tuple[str, str]] = Counter()
    for start in range(0, 60, 3):
        new = [NewGroup(str(i), "a", 1) for i in range(start, start + 3)]
        placed = assign_splits(new, counts, SplitsConfig(validation=0.15, test=0.15))
        counts.update((group.stratum, placed[group.id].assigned_split) for group in new)
    assert counts == {("a", "train"): 42, ("a", "validation"): 9, ("a", "test"): 9}


def test_a_source_without_validation_gives_some_of_its_train() -> None:
    new = [NewGroup(str(i), "a", 1, frozenset({"train" if i < 100 else "test"})) for i in range(140)]
    placed = assign_splits(new, {}, SplitsConfig(validation=0.15))
    assert Counter(r.assigned_split for r in placed.values()) == {"train": 85, "validation": 15, "test": 40}
    assert {r.assigned_split: r.why for r in placed.values()} == {
        "train": "given",
        "validation": "drawn",
        "test": "given",
    }


def test_another_key_draws_other_rows() -> None:
    new = [NewGroup(str(i), "a", 1) for i in range(100)]
    assert assign_splits(new, {}, SplitsConfig()) != assign_splits(new, {}, SplitsConfig(key="other"))
