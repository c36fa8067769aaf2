"""Facets by rule: what they say of a text, and what a label lacks of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.config.task import Label, TargetsConfig, Task
from winnow.validators.wording.facets import noise, slot_facet
from winnow.validators.wording.label_facets import measure_marginals
from winnow.validators.wording.spelling import misspelling_detector


@pytest.mark.parametrize("word", ["recieve", "passwrod", "conection", "acount", "tranfer", "wendesday"])
def test_misspelt_words_are_found(word: str) -> None:
    assert misspelling_detector("en")(word)


@pytest.mark.parametrize("word", ["receive", "okta", "wifi", "laptop", "Jonas", "VPN", "iphone13", "citibank", "btw"])
def test_words_names_and_abbreviations_are_not_misspelt(word: str) -> None:
    assert not misspelling_detector("en")(word)


def test_a_language_without_frequencies_has_no_typos() -> None:
    assert not misspelling_detector("xx")("recieve")
    assert misspelling_detector("de")("Recnung".lower())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I cant recieve mail", "typo"),
        ("WHERE IS MY LAPTOP", "shouting"),
        ("VPN", "clean"),
        ("it is sooo slow", "stretched"),
        ("where is it??", "stretched"),
        ("where is it?", "clean"),
    ],
)
def test_noise_is_named(text: str, value: str) -> None:
    assert noise(text, misspelling_detector("en")) == value


def test_a_slot_is_found_whole_and_in_any_case() -> None:
    device = slot_facet(["laptop", "Mac", "Mac mini"])
    assert device("My LAPTOP is gone") == "laptop"
    assert device("a mac mini") == "Mac mini"
    assert device("laptops and machines") == ""


@given(
    st.lists(st.sampled_from(["short", "medium", "long"]), min_size=20, max_size=200),
    st.floats(0.01, 0.9),
)
def test_the_missing_rows_of_a_shortfall_fix_it_and_no_fewer_do(lengths: list[str], wanted: float) -> None:
    targets = TargetsConfig(facets={"length": {"short": wanted}})
    task = Task(name="t", kind="intents", labels=[Label(name="a")], targets=targets)
    found = measure_marginals(["a"] * len(lengths), [{"length": value} for value in lengths], task)
    for short in found.shortfalls:
        count, rows, n = lengths.count(short.value), len(lengths), short.missing
        if short.too_much:
            assert count / (rows + n) <= short.wanted + 1e-6
            assert count / (rows + n - 1) > short.wanted - 1e-6
        else:
            assert (count + n) / (rows + n) >= short.wanted - 1e-6
            assert (count + n - 1) / (rows + n - 1) < short.wanted + 1e-6
    if lengths.count("short") / len(lengths) < wanted:
        assert found.short_labels() == {"a"}


def test_a_facet_of_english_words_is_judged_in_english_only() -> None:
    rows = [{"phrasing": "formal", "length": "short"}] * 30
    for language, facets in (("en", ["length", "phrasing"]), ("fr", ["length"])):
        task = Task(name="t", kind="intents", language=language, labels=[Label(name="a")])
        assert sorted(short.facet for short in measure_marginals(["a"] * 30, rows, task).shortfalls) == facets
