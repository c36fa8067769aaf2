"""Labels that name no label, look alike, or have two levels; and names that only resemble such ones."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.public_data import public_data
from winnow.core.label_vocabulary import LabelFlaw
from winnow.validators.labels.label_findings import label_findings
from winnow.validators.labels.missing_words import is_missing_word
from winnow.validators.labels.two_level_labels import CoarserColumn, coarser_columns

TEN = 10


def found(*labels: str, **options: object) -> list[tuple[str, tuple[str, ...]]]:
    """Problem and labels of every finding, where each label has ten rows."""
    every = label_findings(dict.fromkeys(labels, TEN), **options)  # type: ignore[arg-type]
    return [(one.flaw.value, one.labels) for one in every]


@pytest.mark.parametrize(
    "word",
    "N/A|n.a.|na|None|NULL|NaN|-|--|?|unknown|TBD|<none>|#N/A|k. A.|keine Angabe|Unbekannt|inconnu|"
    "Non renseigné|sin datos|desconocido|s/d|…".split("|"),
)
def test_a_word_for_no_label_is_found_in_four_languages(word: str) -> None:
    assert found("billing", word) == [("missing_word", (word,))]


@pytest.mark.parametrize("label", ["nanny", "no", "unknown_device", "nonexistent", "offenbach", "nullify", "🔥"])
def test_a_label_that_only_contains_such_a_word_is_none(label: str) -> None:
    assert found("billing", label) == []


def test_a_word_that_may_be_the_fallback_is_asked_about_and_no_missing_word_by_itself() -> None:
    assert not any(map(is_missing_word, ("none", "unknown", "other", "no", "missing item", "")))
    assert all(map(is_missing_word, ("N/A", "NULL", "-", "k.A.", "<none>", "未設定", "нет")))


def test_the_fallback_may_be_called_none() -> None:
    assert found("billing", "none", fallback="none") == []


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        (("qa", "QA"), "case_twin"),
        (("PLAY", "play"), "case_twin"),
        (("reset_password", "Reset Password"), "look_alike"),
        (("reset_password", "reset-password"), "look_alike"),
        (("reset_password", "resetPassword"), "look_alike"),
        (("paypal", "pаypаl"), "look_alike"),
        (("refund", "re\u200bfund"), "look_alike"),
        (("Rückgabe", "ruckgabe"), "look_alike"),
        (("refund", "refunds"), "plural"),
        (("cancel_delivery", "cancel_deliveries"), "plural"),
        (("billing", "biling"), "one_letter"),
        (("receive_money", "recieve_money"), "one_letter"),
    ],
)
def test_two_spellings_of_one_label_are_found(pair: tuple[str, str], problem: str) -> None:
    assert found(*pair) == [(problem, pair)]


@pytest.mark.parametrize(
    "pair",
    [
        ("tier_1", "tier_2"),
        ("light_on", "light_off"),
        ("book", "look"),
        ("address", "addresses_of_others"),
        ("开", "关"),
    ],
)
def test_two_labels_that_are_close_on_purpose_are_not(pair: tuple[str, str]) -> None:
    assert found(*pair) == []


def test_the_more_frequent_spelling_is_first() -> None:
    (one,) = label_findings({"QA": 2, "qa": 14})
    assert (one.labels, one.rows, one.is_merge) == (("qa", "QA"), 16, True)
    assert one.why == "'qa' (14 rows) and 'QA' (2 rows) differ in upper and lower case only"


def test_a_word_of_four_letters_is_a_typing_error_only_in_a_rare_label() -> None:
    (rename,) = [one for one in label_findings({"Cancel order": 20, "cancel oder": 2}) if one.is_merge]
    assert (rename.flaw, rename.labels) == ("one_letter", ("Cancel order", "cancel oder"))
    assert label_findings({"spend money": 20, "send money": 15}) == []


def test_findings_name_what_is_counted() -> None:
    (single,) = label_findings({"a": 213, "b": 1}, noun="record")
    assert single.why == "1 label with one record: 'b'"


def test_a_group_of_spellings_is_named_once_for_each_kind_of_difference() -> None:
    assert found("play", "PLAY", "plays", "p-lay") == [
        ("case_twin", ("play", "PLAY")),
        ("look_alike", ("play", "p-lay")),
        ("plural", ("play", "plays")),
    ]


def test_brackets_and_several_labels_are_no_labels() -> None:
    assert found("a1", "b1", "['a1']", '["a1", "b1"]', '{"x": 1}', "a1|b1") == [
        ("several", ("['a1']", '["a1", "b1"]', '{"x": 1}')),
        ("several", ("a1|b1",)),
    ]


def test_blank_and_single_rows_are_counted() -> None:
    blank, single = label_findings({"a": 213, "": 3, "b": 1, "c": 1}, blank=2)
    assert (blank.flaw, blank.rows, blank.why) == ("blank", 5, "5 rows without a label, 215 with one")
    assert (single.flaw, single.labels) == ("one_row", ("b", "c"))
    assert label_findings({}, blank=5) == []


def test_two_levels_in_a_name_need_several_labels_of_each_first_part() -> None:
    labels = ["alarm/set", "alarm/remove", "music/play", "music/stop"]
    assert found(*labels) == [("two_levels", tuple(labels))]
    assert found("alarm/set", "music/play") == []
    assert found("alarm.set", "alarm.off", "play", "stop", "music.up", "music.down") == []


ROWS = [
    {"scenario": scenario, "intent": intent, "id": f"{intent}{number}", "text": "x"}
    for scenario, intents in {"alarm": ("set", "remove"), "music": ("play", "stop")}.items()
    for intent in intents
    for number in range(3)
]


def test_the_coarser_of_two_columns_is_found_from_either_side() -> None:
    level = CoarserColumn("scenario", "intent", 2, 4)
    assert coarser_columns(ROWS, "intent", ["scenario", "id", "text"]) == [level]
    assert coarser_columns(ROWS, "scenario", ["intent", "id", "text"]) == [level]
    crossed = [*ROWS, {"scenario": "alarm", "intent": "play", "id": "1", "text": "x"}]
    assert coarser_columns(crossed, "intent", ["scenario"]) == []


@given(
    st.dictionaries(st.text("aAsb_ /|[]'N1é\u0430-", max_size=7), st.integers(0, 50), max_size=12), st.integers(0, 5)
)
def test_any_labels_are_examined_and_only_given_ones_are_named(counts: dict[str, int], blank: int) -> None:
    findings = label_findings(counts, blank=blank)
    assert {label for one in findings for label in one.labels} <= set(counts)
    problems = list(LabelFlaw)
    order = [problems.index(one.flaw) for one in findings]
    assert order == sorted(order)
    renamed = [label for one in findings if one.is_merge for label in one.labels[1:]]
    assert len(renamed) == len(set(renamed)), "a label is renamed to one other label"


@pytest.mark.parametrize("name", ["clinc150", "banking77", "snips", "metatool_routing"])
def test_healthy_public_labels_have_no_finding(name: str) -> None:
    path = public_data(f"{name}/{name}.jsonl")
    labels = [json.loads(line)["label"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert label_findings(Counter(labels), fallback="oos") == []


def test_a_label_that_is_to_be_renamed_needs_no_more_rows() -> None:
    found = label_findings({"refund": 40, "REFUND": 1, "shipping": 30, "other": 1})
    assert [(one.flaw, one.labels) for one in found] == [
        (LabelFlaw.CASE_TWIN, ("refund", "REFUND")),
        (LabelFlaw.ONE_ROW, ("other",)),
    ]
