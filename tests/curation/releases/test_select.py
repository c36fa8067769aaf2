from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.curation.checks.dedup import keep_order, without_duplicates
from winnow.curation.checks.eligibility import eligible_rows
from winnow.curation.checks.label_conflicts import label_conflicts
from winnow.curation.checks.leak_guards import LeakGuards
from winnow.curation.checks.leak_removal import without_leaks
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.wording.guards import Guards

NO_GUARDS = Guards({})


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """A working table with sensible defaults; ids are letters."""
    filled = []
    for i, row in enumerate(rows):
        identity = row.get("id", chr(ord("a") + i))
        defaults = {
            "id": identity,
            "text": f"text {identity}",
            "group": f"group {identity}",
            "assigned_split": "train",
            "origin": "human",
            "weight": 1,
            "state": "labeled",
            "label": "x",
            "decided_by": "file",
        }
        merged = defaults | row
        filled.append(merged | {"fold_key": row.get("fold_key", str(merged["text"]).casefold())})
    return eligible_rows(pd.DataFrame(filled))


def pairs(*found: tuple[int, int, float]) -> NearPairs:
    left, right, similarity = zip(*found, strict=True) if found else ((), (), ())
    return NearPairs(np.array(left, dtype=int), np.array(right, dtype=int), np.array(similarity, dtype=np.float32))


def deduplicated(frame: pd.DataFrame, near: NearPairs, *, per_seed: int = 6) -> pd.DataFrame:
    order = keep_order(frame)
    return without_duplicates(frame, near, NO_GUARDS, threshold=0.97, variations_per_seed=per_seed, order=order)


def test_only_standing_labels_are_candidates_and_synthetic_rows_never_hold_out() -> None:
    frame = table(
        {},
        {"state": "disputed", "label": ""},
        {"state": "unlabeled", "label": ""},
        {"state": "proposed"},
        {"origin": "synthetic", "assigned_split": "test"},
        {"assigned_split": "validation"},
    )
    assert frame["split"].tolist() == ["train", "excluded", "excluded", "excluded", "excluded", "validation"]
    assert frame["reason"].tolist() == ["", "disputed", "unlabeled", "proposed", "synthetic_in_hold_out", ""]
    assert table({"origin": "synthetic"})["split"].tolist() == ["train"]


def test_a_record_that_the_task_holds_out_is_exported_in_test_only() -> None:
    splits = ["train", "validation", "test", "train"]
    rows = [{"id": name, "assigned_split": split} for name, split in zip("abcd", splits, strict=True)]
    frame = eligible_rows(table(*rows), held_out={"a", "b", "c"})
    assert frame["split"].tolist() == ["excluded", "excluded", "test", "train"]
    assert frame["reason"].tolist() == ["held_out_tool", "held_out_tool", "", ""]


def test_the_dropped_record_names_its_keeper_and_the_similarity() -> None:
    frame = deduplicated(table({}, {}), pairs((0, 1, 0.98)))
    assert frame.loc[1, ["split", "reason", "kept_id"]].tolist() == ["excluded", "duplicate", "a"]
    assert abs(frame.loc[1, "similarity"] - 0.98) < 1e-6


def test_of_several_kept_records_the_most_similar_is_named_and_of_equally_similar_ones_the_first() -> None:
    three = table({}, {}, {})
    assert deduplicated(three, pairs((0, 2, 0.98), (1, 2, 0.99)))["kept_id"].tolist() == ["", "", "b"]
    assert deduplicated(three, pairs((0, 2, 0.99), (1, 2, 0.98)))["kept_id"].tolist() == ["", "", "a"]
    assert deduplicated(three, pairs((1, 2, 0.98), (0, 2, 0.98)))["kept_id"].tolist() == ["", "", "a"]


def test_the_record_with_the_stronger_decision_is_kept() -> None:
    deciders = ["nobody", "lot", "file", "person", "agreement", "adjudicator"]
    assert keep_order(table(*({"decided_by": by} for by in deciders))) == [5, 4, 3, 2, 1, 0]


def test_hold_out_rows_are_never_duplicates() -> None:
    frame = deduplicated(table({}, {"assigned_split": "test"}), pairs((0, 1, 0.99)))
    assert frame["split"].tolist() == ["train", "test"]
    folded = table({"text": "Hello", "assigned_split": "validation"}, {"text": "hello"})
    assert deduplicated(folded, pairs())["split"].tolist() == ["validation", "train"]


def test_there_are_no_chains() -> None:
    # a-b and b-c are near, a-c are not: c stays, because what it repeats is itself gone
    frame = deduplicated(table({}, {}, {}), pairs((0, 1, 0.98), (1, 2, 0.98)))
    assert frame["split"].tolist() == ["train", "excluded", "train"]


def test_a_persons_record_is_kept_before_a_synthetic_one() -> None:
    frame = deduplicated(table({"origin": "synthetic", "decided_by": "person"}, {}), pairs((0, 1, 0.99)))
    assert frame["split"].tolist() == ["excluded", "train"]


def test_different_labels_are_never_merged_and_become_a_conflict() -> None:
    near = pairs((0, 1, 0.99), (2, 3, 0.98))
    frame = deduplicated(table({}, {"label": "y"}, {"group": "f"}, {"group": "f", "label": "y"}), near)
    assert set(frame["split"]) == {"train"}
    found = label_conflicts(frame, near, threshold=0.97)
    assert found[["left", "right"]].to_numpy().tolist() == [["a", "b"]]  # c and d are a declared contrastive pair


def test_inside_a_group_only_folds_fall_and_what_is_too_much() -> None:
    # the texts differ in ordinary words only, so that no guard protects them
    group = [{"group": "f", "text": f"open the {noun}"} for noun in ("gate", "window", "box", "shop", "letter")]
    alone = [row | {"group": row["text"]} for row in group]
    near = pairs(*((i, j, 0.99) for i in range(5) for j in range(i + 1, 5)))
    assert deduplicated(table(*alone), near)["reason"].tolist() == [""] + ["duplicate"] * 4
    assert deduplicated(table(*group), near)["reason"].tolist() == [""] * 5
    assert deduplicated(table(*group), near, per_seed=3)["reason"].tolist() == [""] * 3 + ["variations_per_seed"] * 2
    folded = table({"group": "f", "text": "Hello"}, {"group": "f", "text": "hello"})
    assert deduplicated(folded, pairs())["reason"].tolist() == ["", "duplicate"]
    assert deduplicated(folded, pairs()).loc[1, ["kept_id", "similarity"]].tolist() == ["a", 1.0]
    over = deduplicated(table(*group), pairs(), per_seed=3)
    assert over["kept_id"].tolist() == [""] * 3 + ["a"] * 2
    assert over["similarity"].isna().all()


def test_only_train_gives_way_to_a_leak() -> None:
    frame = table({}, {}, {"assigned_split": "test"}, {"assigned_split": "test"})
    nearest = NearestHoldOut(np.array([2, 2, -1, -1]), np.array([0.98, 0.96, -1, -1], dtype=np.float32))
    out = without_leaks(frame, LeakGuards(frame, Guards({})).leaks(nearest, 0.97))
    assert out["split"].tolist() == ["excluded", "train", "test", "test"]
    assert out.loc[0, ["reason", "kept_id"]].tolist() == ["leakage", "c"]


def test_a_row_exactly_at_the_threshold_is_a_leak() -> None:
    nearest = NearestHoldOut(np.array([1, -1]), np.array([0.75, -1], dtype=np.float32))
    frame = table({}, {"assigned_split": "test"})
    out = without_leaks(frame, LeakGuards(frame, Guards({})).leaks(nearest, 0.75))
    assert out["split"].tolist() == ["excluded", "test"]


def test_a_row_exactly_at_the_threshold_is_a_duplicate() -> None:
    found = pairs((0, 1, 0.75))
    assert len(found.above(0.75)) == 1
    assert len(found.above(0.7501)) == 0


near_graphs = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from([0.95, 0.98, 0.99, 1.0])).filter(
        lambda p: p[0] < p[1]
    ),
    unique_by=lambda p: p[:2],
    max_size=40,
)

labels = st.lists(st.sampled_from("xy"), min_size=12, max_size=12)


@settings(deadline=None)
@given(near_graphs, labels)
def test_who_falls_repeats_someone_who_stays_and_nobody_who_stays_repeats(
    graph: list[tuple[int, int, float]], own: list[str]
) -> None:
    frame = deduplicated(table(*({"label": label} for label in own)), pairs(*graph))
    split = dict(zip(frame["id"], frame["split"], strict=True))
    label = dict(zip(frame["id"], frame["label"], strict=True))
    for identity, kept_id in zip(frame["id"], frame["kept_id"], strict=True):
        if kept_id:
            assert split[identity] == "excluded"
            assert split[kept_id] == "train"
            assert label[identity] == label[kept_id]
    ids = frame["id"].tolist()
    for left, right, similarity in graph:
        if similarity >= 0.97 and label[ids[left]] == label[ids[right]]:
            assert "excluded" in (split[ids[left]], split[ids[right]])


@settings(deadline=None)
@given(near_graphs, labels, st.permutations(range(12)))
def test_the_order_of_the_rows_changes_nothing(
    graph: list[tuple[int, int, float]], own: list[str], order: list[int]
) -> None:
    frame = table(*({"label": label} for label in own))
    straight = deduplicated(frame, pairs(*graph)).set_index("id")["kept_id"].sort_index()
    place = {old: new for new, old in enumerate(order)}
    moved = pairs(*((*sorted((place[a], place[b])), s) for a, b, s in graph))
    turned = deduplicated(frame.iloc[order].reset_index(drop=True), moved).set_index("id")["kept_id"].sort_index()
    # equal similarities may name another of two kept records; who falls is the same
    assert ((straight == "") == (turned == "")).all()
