"""Exact repeats in a language: what is typed differently and reads alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.core.example import exact_key, fold_key


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("tr", "IŞIK AÇ", "ışık aç"),
        ("tr", "İzmir", "izmir"),
        ("az", "QAPINI AÇ", "qapını aç"),
        ("de", "MAẞE", "Maße"),
        ("en", "can\u200bcel my\u2060 plan", "cancel my plan"),
        ("en", "co\u00adoperate", "cooperate"),
        ("en", "\u202acancel\u202c", "cancel"),
        ("en", "ｃａｎｃｅｌ　２", "cancel 2"),
        ("ar", "كتـــاب", "كتاب"),
        ("ar", "مُحَمَّد", "محمد"),
        ("he", "שָׁלוֹם", "שלום"),
        ("fa", "می\u200cخواهم", "میخواهم"),
        ("el", "ΟΔΟΣ", "οδος"),
        ("vi", "ba\u0301n", "bán"),
    ],
)
def test_texts_that_read_alike_share_a_key(language: str, one: str, other: str) -> None:
    assert exact_key(one, language) == exact_key(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Masse", "Maße"),
        ("de", "schon", "schön"),
        ("tr", "ILIK", "ilik"),
        ("tr", "sınır", "sinir"),
        ("vi", "bán", "bàn"),
        ("es", "año", "ano"),
        ("en", "resume", "résumé"),
        ("zh", "打开灯", "关闭灯"),
        ("en", "🔥", "👍"),
    ],
)
def test_different_words_keep_different_keys(language: str, one: str, other: str) -> None:
    assert exact_key(one, language) != exact_key(other, language)


@given(st.text(st.characters(max_codepoint=127), max_size=40), st.sampled_from(["", "en", "de", "zh"]))
def test_ascii_texts_keep_the_fold_key_that_is_stored(text: str, language: str) -> None:
    assert exact_key(text, language) == fold_key(text)
