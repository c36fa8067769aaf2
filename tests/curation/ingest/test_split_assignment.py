from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.config.task import SplitsConfig
from winnow.curation.ingest.split_assignment import NewGroup, SplitAssignment, assign_splits

groups = st.lists(
    st.builds(
        NewGroup,
        id=st.uuids().map(str),
        stratum=st.sampled_from(["a", "b"]),
        size=st.integers(1, 4),
        given=st.sets(st.sampled_from(["train", "validation", "test"])).map(frozenset),
        train_only=st.booleans(),
        held_out=st.booleans(),
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
        elif group.held_out:
            assert placed[group.id] == SplitAssignment("test", "held_out_tool")
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


def test_official_hold_out_rows_fill_the_quota_and_synthetic_rows_do_not_raise_it() -> None:
    drawn = [NewGroup(f"drawn {i}", "a", 1) for i in range(100)]
    official = [NewGroup(f"test {i}", "a", 1, frozenset({"test"})) for i in range(20)]
    synthetic = [NewGroup(f"synthetic {i}", "a", 1, train_only=True) for i in range(100)]
    placed = assign_splits([*drawn, *official, *synthetic], {}, SplitsConfig(validation=0.15, test=0.15))
    assert Counter(placed[group.id].assigned_split for group in drawn) == {"train": 82, "validation": 18}
    assert {placed[group.id] for group in synthetic} == {SplitAssignment("train", "train_only")}


def test_groups_of_held_out_tools_fill_no_quota() -> None:
    drawn = [NewGroup(f"drawn {i}", "a", 1) for i in range(100)]
    held_out = [NewGroup(f"held out {i}", "a", 1, frozenset({"train"}), held_out=True) for i in range(40)]
    placed = assign_splits([*drawn, *held_out], {}, SplitsConfig(validation=0.15, test=0.15))
    assert {placed[group.id] for group in held_out} == {SplitAssignment("test", "held_out_tool")}
    alone = assign_splits(drawn, {}, SplitsConfig(validation=0.15, test=0.15))
    assert {group.id: placed[group.id] for group in drawn} == alone


@pytest.mark.parametrize("validation", [0, 1])
def test_official_train_rows_stay_in_train_beside_official_validation_rows_and_after_a_fix(validation: int) -> None:
    train = [NewGroup(f"train {i}", "a", 1, frozenset({"train"}), from_known_source=not validation) for i in range(100)]
    other = [NewGroup(f"validation {i}", "b", 1, frozenset({"validation"})) for i in range(validation)]
    placed = assign_splits([*train, *other], {}, SplitsConfig())
    assert {placed[group.id] for group in train} == {SplitAssignment("train", "given")}


@pytest.mark.parametrize(("share", "held_out"), [(0.25, 2), (0.2, 0)])
def test_a_group_goes_to_a_split_that_needs_at_least_half_of_it(share: float, held_out: int) -> None:
    new = [NewGroup(str(i), "a", 10) for i in range(2)]
    placed = assign_splits(new, {}, SplitsConfig(validation=share, test=share))
    assert sum(found.assigned_split != "train" for found in placed.values()) == held_out


def test_a_group_is_counted_with_all_its_records() -> None:
    new = [NewGroup(str(i), "a", 10) for i in range(20)]
    placed = assign_splits(new, {}, SplitsConfig(validation=0.1, test=0.2))
    assert Counter(found.assigned_split for found in placed.values()) == {"train": 14, "validation": 2, "test": 4}


def test_another_key_draws_other_rows() -> None:
    new = [NewGroup(str(i), "a", 1) for i in range(100)]
    assert assign_splits(new, {}, SplitsConfig()) != assign_splits(new, {}, SplitsConfig(key="other"))
