"""Labels that are probably not meant as they stand are found, each with what fixes it; others are left alone."""

from __future__ import annotations

import pytest

from winnow.core.label_vocabulary import LabelFlaw
from winnow.validators.labels.label_findings import describe, is_list, is_missing_word, label_findings


def found(**counts: int) -> set[tuple[LabelFlaw, tuple[str, ...]]]:
    return {(one.flaw, one.labels) for one in label_findings(counts)}


def test_a_twin_is_renamed_to_the_label_with_more_rows() -> None:
    [one] = label_findings({"QA": 3, "qa": 40, "play": 7})
    assert (one.flaw, one.labels, one.rows, one.fix) == (
        LabelFlaw.CASE_TWIN, ("QA", "qa"), 3, "winnow rename QA qa --yes",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [("card_lost", "card lost"), ("refunds", "refund"), ("café", "cafe"), ("acount_closed", "account_closed")],
)
def test_names_that_look_alike(one: str, other: str) -> None:
    assert found(**{one: 2, other: 9}) == {(LabelFlaw.LOOK_ALIKE, (one, other))}


@pytest.mark.parametrize(
    ("one", "other"), [("label 12", "label 13"), ("cat", "car"), ("open", "close"), ("tax", "taxi")]
)
def test_names_that_are_two_words(one: str, other: str) -> None:
    assert found(**{one: 2, other: 9}) == set()


def test_words_for_a_missing_value_are_no_labels_and_none_and_other_are() -> None:
    assert all(map(is_missing_word, ("N/A", "n.a.", "NULL", "-", "k.A.", "未設定")))
    assert not any(map(is_missing_word, ("none", "unknown", "other", "no", "missing item", "")))


def test_lists_and_single_rows() -> None:
    assert [is_list(one) for one in ("['a', 'b']", "{'a': 1}", "<na>", "a [b]", "[b] a")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert found(**{"[a, b]": 2, "a": 1, "b": 5}) == {
        (LabelFlaw.SEVERAL, ("[a, b]",)),
        (LabelFlaw.ONE_ROW, ("a",)),
    }


def test_every_flaw_is_described() -> None:
    counts = {"N/A": 2, "[x]": 1, "Pay": 2, "pay": 3, "pay-ment": 2, "payment": 4, "single": 1}
    flaws = label_findings(counts)
    assert {one.flaw for one in flaws} == {*LabelFlaw}
    assert all(describe(one) and one.fix for one in flaws)
