"""Texts of the task file that repeat hold-out records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.config.task import Label, NearMiss, Task
from winnow.core.example import canonical_text, fold_key, joined_keys, key_words, repeat_key
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.checks.task_texts import without_hold_out_texts


def described(description: str, *held: str) -> str:
    """What a model is shown of a description."""
    task = Task(name="desk", kind="intents", labels=[Label(name="a", description=description)])
    return without_hold_out_texts(task, HoldOutTexts.of_texts(held)).task.labels[0].description


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("Refunds of any kind.", "Refunds of any kind."),
        ("Money, e.g. 'refund', comes back.", "Money, e.g. '…', comes back."),
        ("Money back: refund.", "Money back: …."),
        ("REFUND!", ""),
        ("A refund-only case, not user's.", "A refund-only case, not user's."),
        ("Someone asks where is my   parcel today", "Someone asks … today"),
        ("Someone asks whe\u200bre is, MY parcel?", "Someone asks …?"),
        ("Ask where is my parcels", "Ask where is my parcels"),
        ("Release: version 1.5, or later", "Release: …, or later"),
        ("Release: version 15, or later", "Release: version 15, or later"),
        ("例如打开灯的时候", "例如…的时候"),
    ],
)
def test_a_description_keeps_what_quotes_no_hold_out_record(description: str, shown: str) -> None:
    assert described(description, "refund", "where is my parcel?", "version 1.5", "打开灯") == shown


def test_of_two_quotes_that_begin_alike_the_longer_one_goes() -> None:
    assert described("Say close my account now please", "close my account", "Close my account now") == "Say … please"


def test_examples_near_misses_and_slot_values_that_repeat_hold_out_are_left_out_and_named() -> None:
    label = Label(
        name="a", examples=["Refund!", "send it back"], near_miss=NearMiss(text="where is MY parcel", label="b")
    )
    task = Task(name="desk", kind="intents", labels=[label, Label(name="b")], slots={"city": ["Oslo", "refund"]})
    shown, left_out = without_hold_out_texts(task, HoldOutTexts.of_texts(["refund", "Where is my parcel?"]))
    assert (shown.labels[0].examples, shown.labels[0].near_miss) == (["send it back"], None)
    assert shown.slots == {"city": ["Oslo"]}
    assert [one.place for one in left_out] == ["label a, example 1", "label a, near_miss", "slot city, value 2"]


def test_without_hold_out_the_task_stays_as_it_is() -> None:
    task = Task(name="desk", kind="intents", labels=[Label(name="a", examples=[""])], slots={"city": []})
    assert without_hold_out_texts(task, HoldOutTexts.of_texts([])) == (task, [])


@given(st.text(alphabet="aB1 ,.'-é\u0301\u200b灯ก½ﬁ\n"))
def test_the_keys_of_all_words_make_the_repeat_key(text: str) -> None:
    text = canonical_text(text)
    key = ""
    for word in key_words(text):
        key = joined_keys(key, word.key)
    assert key in (repeat_key(fold_key(text)), "")
