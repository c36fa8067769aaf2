from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from curation.reserve import NewFamily, reserve
from curation.task import Splits

families = st.lists(
    st.builds(
        NewFamily,
        id=st.uuids().map(str),
        stratum=st.sampled_from(["a", "b"]),
        size=st.integers(1, 4),
        given=st.sets(st.sampled_from(["train", "validation", "test"])).map(frozenset),
        train_only=st.booleans(),
    ),
    unique_by=lambda family: family.id,
    max_size=60,
)


@given(families, st.randoms())
def test_each_family_gets_one_split_whatever_the_order(new: list[NewFamily], random: object) -> None:
    placed = reserve(new, {}, Splits())
    assert set(placed) == {family.id for family in new}
    shuffled = sorted(new, key=lambda family: random.random())  # type: ignore[attr-defined]
    assert reserve(shuffled, {}, Splits()) == placed


@given(families)
def test_official_splits_are_honoured_and_synthetic_rows_are_train(new: list[NewFamily]) -> None:
    placed = reserve(new, {}, Splits())
    for family in new:
        got = placed[family.id].reserve
        if family.train_only:
            assert got == "train"
        elif "test" in family.given:
            assert got == "test"
        elif "validation" in family.given:
            assert got == "validation"
        elif "train" in family.given:
            assert got in ("train", "validation")


def test_quotas_are_met_per_label_and_over_several_additions() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for start in range(0, 200, 40):
        new = [NewFamily(f"{label}{i}", label, 1) for label in "ab" for i in range(start, start + 40)]
        placed = reserve(new, counts, Splits(validation=0.15, test=0.15))
        counts.update((family.stratum, placed[family.id].reserve) for family in new)
    assert counts == {
        (label, split): n for label in "ab" for split, n in (("train", 140), ("validation", 30), ("test", 30))
    }


def test_a_source_without_validation_gives_some_of_its_train() -> None:
    new = [NewFamily(str(i), "a", 1, frozenset({"train" if i < 100 else "test"})) for i in range(140)]
    placed = reserve(new, {}, Splits(validation=0.15))
    assert Counter(r.reserve for r in placed.values()) == {"train": 85, "validation": 15, "test": 40}
    assert {r.reserve: r.why for r in placed.values()} == {"train": "given", "validation": "drawn", "test": "given"}


def test_another_key_draws_other_rows() -> None:
    new = [NewFamily(str(i), "a", 1) for i in range(100)]
    assert reserve(new, {}, Splits()) != reserve(new, {}, Splits(key="other"))
