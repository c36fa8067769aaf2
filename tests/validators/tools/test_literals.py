from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.validators.tools.literals import entry_texts, list_elements, read_literal, read_literals, value_at
from winnow.validators.tools.strict_json import JsonError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_python_and_json_write_is_read_back(value: Any) -> None:
    assert read_literal(json.dumps(value)) == value
    assert read_literal(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'on': true, \"off\": False, 'none': null}", {"on": True, "off": False, "none": None}),
        ("['it\\'s', \"it's\", 'a \"b\"']", ["it's", "it's", 'a "b"']),
        ("[1, 2,]", [1, 2]),
        ("['x', \"a\\/b\"]", ["x", "a/b"]),
        ("['x', \"\\ud83d\\ude00\"]", ["x", "😀"]),
    ],
)
def test_mixed_quotes_and_words_are_read_exactly(text: str, value: Any) -> None:
    assert read_literal(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{'a': 1, \"a\": 2}", r"key 'a' occurs twice"),
        ("{'a': NaN}", r"found 'NaN}', expected a value"),
        ("{'a': (1, 2)}", r"found '\(1, 2\)}', expected a value"),
        ("{1: 2}", r"found '1: 2}', expected a key in quotes"),
        ("['a' 'b']", r"found \"'b'\]\", expected ','"),
        ("[r'a']", r"expected a value"),
        ("['''a''']", r"expected ','"),
        ("['a'] # comment", r"found '# comment', expected the end of the text"),
        ("['it's']", r"expected ','"),
        ("['\\d']", r"an unknown escape at line 1, column 2"),
        ("['x', \"\\x41\\/\"]", r"an unknown escape"),
        ("['\\ud800']", r"an unknown escape"),
        ("[01, 'a']", r"column 2: found .01, "),
        ("['a', 1e999]", r"too large"),
        ("['a'", r"found the end of the text, expected ','"),
        ("{'a' 1}", r"expected ':'"),
        ("['a\nb']", r"line 1, column 2"),
        ("[" * 100_000, r"nested too deeply"),
        ("", r"expected a value"),
    ],
)
def test_what_is_open_or_broken_is_an_error_and_never_repaired(text: str, reason: str) -> None:
    with pytest.raises(JsonError, match=reason):
        read_literal(text)


def test_escapes_that_json_and_python_read_differently_are_refused() -> None:
    # JSON reads a pair of surrogates and a slash; in Python the backslash before a slash stays
    assert read_literal("['x', \"\\n\"]") == ["x", "\n"]
    with pytest.raises(JsonError, match=r"an unknown escape"):
        read_literal("['a\\/b']")


def test_values_are_found_with_their_places() -> None:
    text = " {'a': 1}\n[2, {\"b\": 'x, y'} , 3] "
    one, other = read_literals(text)
    assert (one.value, text[one.start : one.end]) == ({"a": 1}, "{'a': 1}")
    assert [text[part.start : part.end] for part in list_elements(text, other)] == ["2", "{\"b\": 'x, y'}", "3"]
    assert list_elements(text, one) == [one]
    assert entry_texts(text, one) == {"a": "1"}
    assert entry_texts("{'a' : [1, 2] ,\"b\": None}", value_at("{'a' : [1, 2] ,\"b\": None}", 0)) == {
        "a": "[1, 2]",
        "b": "None",
    }
