"""Train rows near a hold-out row are leaks, unless what they differ in changes the request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import winnow
from tests.support.files import write_jsonl
from tests.support.selections import nearest, pairs, table
from winnow.config.task import Label, Task
from winnow.curation.checks.leak_guards import LeakGuards, NearHoldOutRow
from winnow.curation.checks.selection import select
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.validators.wording.guards import Guards

TASK = Task(name="t", kind="intents", labels=[Label(name="a"), Label(name="b")], slots={"room": ["kitchen", "hall"]})


def rows(*texts: str, labels: str = "", splits: str = "") -> pd.DataFrame:
    """One train row for each text, and the last one in test."""
    frame = table(labels or "a" * len(texts), splits or "t" * (len(texts) - 1) + "s")
    return frame.assign(text=texts, fold_key=texts)


def searched(found: NearestHoldOut, *near: tuple[int, int, float], floor: float = 0.9) -> NearestHoldOut:
    return replace(found, near=pairs(*near), near_floor=floor)


def differences(one: str, other: str, labels: str = "aa") -> tuple[str, ...]:
    return LeakGuards(rows(one, other, labels=labels), Guards(TASK.slots)).differences(0, 1)


@pytest.mark.parametrize(
    ("one", "other", "guard"),
    [
        ("remind me", "do not remind me", "negation"),
        ("convert usd into eur", "convert eur into usd", "direction"),
        ("switch the light on", "switch the light off", "direction"),
        ("flights to boston on monday", "flights to boston on friday", "time"),
        ("will it rain today", "will it rain tomorrow", "time"),
        ("play the first song", "play the second song", "ordinal"),
        ("the cheap flight", "the cheapest flight", "degree"),
    ],
)
def test_a_row_of_the_same_label_that_asks_for_something_else_is_no_leak(one: str, other: str, guard: str) -> None:
    assert guard in differences(one, other)


@pytest.mark.parametrize("labels", ["aa", "ab"])
def test_numbers_and_slot_values_are_masked_and_keep_nothing_apart(labels: str) -> None:
    for one, other in (("wake me at 7", "wake me at 8"), ("light in the kitchen", "light in the hall")):
        assert differences(one, other, labels) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("why is my refund missing in my statement", "why is my refund missing from my statement"),
        ("how do i change to aud from gbp", "how do i change gbp to aud"),
        ("why isn't my id verifying", "why am i having trouble verifying my id"),
        ("can you tell me why i was declined from getting cash", "why was i declined getting cash"),
        ("i bought an item then saw the rate was wrong", "i bought an item and saw the rate was not correct"),
    ],
)
def test_paraphrases_of_one_label_stay_leaks_although_a_guard_of_dedup_keeps_them_apart(one: str, other: str) -> None:
    assert differences(one, other) == ()
    assert differences(one, other, "ab") != ()


def test_what_only_looks_different_is_a_repeat_whatever_the_label() -> None:
    assert differences("don't stop", "dont stop!", "ab") == ()
    assert differences("where is my parcel", "where's my parcel", "ab") == ()


def test_a_spared_row_stays_in_train_and_is_listed_with_what_differs() -> None:
    frame = rows("lights on", "lights on please", "lights off")
    found = searched(nearest([2, 2, -1], [0.98, 0.96, -1.0]), (0, 2, 0.98), (1, 2, 0.96))
    selection = select(frame, TASK, pairs(), found)
    assert selection.unleaked["split"].tolist() == ["train", "train", "test"]
    [spared] = selection.leaks.spared
    assert (spared.position, spared.nearest, spared.guards) == (
        0,
        NearHoldOutRow(2, pytest.approx(0.98)),
        ("direction",),
    )
    [note] = selection.leaks.notes()
    assert note.startswith("1 train row within the threshold of a hold-out row kept, because what differs changes")
    assert note.endswith("direction 1 (highest similarity 0.980)")


def test_another_hold_out_row_that_is_repeated_makes_it_a_leak_all_the_same() -> None:
    frame = rows("lights on", "lights off", "light on", splits="tss")
    near = ((0, 1, 0.99), (0, 2, 0.98))
    selection = select(frame, TASK, pairs(), searched(nearest([1, -1, -1], [0.99, -1.0, -1.0]), *near))
    assert selection.unleaked.loc[0, ["split", "kept_id"]].tolist() == ["excluded", "r2"]
    assert selection.unleaked["similarity"][0] == pytest.approx(0.98)
    below = searched(nearest([1, -1, -1], [0.99, -1.0, -1.0]), (0, 1, 0.99), (0, 2, 0.96))
    assert select(frame, TASK, pairs(), below).unleaked["split"][0] == "train"


def test_a_row_is_a_leak_where_the_other_rows_were_not_searched() -> None:
    frame = rows("lights on", "lights off")
    found = nearest([1, -1], [0.98, -1.0])
    guards = LeakGuards(frame, Guards({}))
    assert [*guards.leaks(found, 0.97).repeated] == [0]
    assert [*guards.leaks(searched(found, (0, 1, 0.98)), 0.97).repeated] == []
    assert [*guards.leaks(searched(found, (0, 1, 0.98)), 0.5).repeated] == [0]


def test_near_rows_are_all_pairs_within_the_threshold() -> None:
    from winnow.curation.engine.exact_search import near_rows

    vectors = np.eye(3, dtype=np.float32)
    found = near_rows(vectors[:2], np.vstack([vectors, vectors[1:2]]), 0.9)
    assert [*zip(found.left.tolist(), found.right.tolist(), strict=True)] == [(0, 0), (1, 1), (1, 3)]
    assert len(near_rows(vectors[:0], vectors, 0.9)) == 0


def test_check_lists_what_it_spares_and_states_the_similarity_that_is_left(tmp_path: Path) -> None:
    told = (("train", "usd", "eur"), ("test", "eur", "usd"), ("train", "chf", "sek"), ("test", "chf", "sek please"))
    rates = [{"text": f"convert {a} into {b}", "label": "rates", "split": split} for split, a, b in told]
    other = [{"text": f"{word} my card", "label": "card", "split": "train"} for word in ("block", "show")]
    workspace = winnow.init(
        tmp_path / "w", from_file=write_jsonl(tmp_path / "x.jsonl", [*rates, *other]), license="own"
    )
    workspace.add(tmp_path / "x.jsonl")
    result = workspace.check()
    train = result.table[result.table["assigned_split"] == "train"].set_index("text")["reason"]
    assert train["convert usd into eur"] == ""
    assert train["convert chf into sek"] == "leakage"
    listed = pd.read_csv(workspace.folder.reports / "near_hold_out.csv")
    assert listed[["text", "hold_out_text", "differs_in"]].to_numpy().tolist() == [
        ["convert usd into eur", "convert eur into usd", "direction"]
    ]
    assert result.highest_similarities()["train_to_hold_out"] == pytest.approx(listed["similarity"][0], abs=1e-4)
    [gate] = [one for one in result.gates if one.name == "leakage"]
    assert gate.notes[0].startswith("1 train row within the threshold")
    assert workspace.check().spared == result.spared  # from the cache
