"""HTML entities and tags are read as a page shows them; a text about a tag keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.core.example import fold_key, repeat_key, repeat_key_with_markup
from winnow.core.markup import without_markup

SHOWN = [
    ("caf&eacute; &amp; bar", "café & bar"),
    ("caf&#233; caf&#xE9;", "café café"),
    ("&amp;lt;b&amp;gt;text&amp;lt;/b&amp;gt;", "text"),
    ("<b>te</b>xt", "text"),
    ('<a href="https://x.org/?a=1">my link</a> fails', "my link fails"),
    ("<div><p>how do I pay</p></div>", "  how do I pay  "),
    ("one<br/>two", "one two"),
    ("<p>how do I pay", " how do I pay"),
    ("how do I pay?<br> thanks", "how do I pay?  thanks"),
    ("where<!-- note --> is it", "where  is it"),
    ("<p>how do I pay</p><br/><br/>", " how do I pay   "),
    ("<p><br>how", "  how"),
    ("<speak>turn it on</speak>", " turn it on "),
]

ABOUT_MARKUP = [
    "what does <br> do",
    "the difference of <b> and <i>",
    "how do I write <b></b> in a page",
    "is a < b and c > d true",
    "AT&T; R&D; fish&chips;",
    "?a=1&copy=2&lt=3",
    "List<String> of what",
    "send <name> a mail",
    "why is x<y",
    "2 < 3 > 1",
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_markup_is_read_as_it_is_shown(text: str, shown: str) -> None:
    assert without_markup(text) == shown


@pytest.mark.parametrize("text", ABOUT_MARKUP)
def test_a_text_about_markup_keeps_it(text: str) -> None:
    assert without_markup(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("what does <br> do", "what does <hr> do"),
        ("write <b></b>", "write <i></i>"),
        ("1<br>5 rows", "15 rows"),
        ("open the &foo; file", "open the &bar; file"),
        ("<br>", "<hr>"),
    ],
)
def test_texts_about_different_tags_keep_different_keys(one: str, other: str) -> None:
    assert repeat_key(fold_key(one)) != repeat_key(fold_key(other))


@given(st.text(alphabet="ab &<>/;#1-!é", max_size=30))
def test_only_texts_with_markup_get_another_key(text: str) -> None:
    fold = fold_key(text)
    if without_markup(fold) == fold:
        assert repeat_key(fold) == repeat_key_with_markup(fold)
    assert repeat_key(fold) or not fold
