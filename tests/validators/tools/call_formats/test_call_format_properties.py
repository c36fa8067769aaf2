"""What holds for every answer: it is read back from how it is written, and a text that is read is written so."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError
from winnow.validators.tools.dialogue import Call

TEXT_FORMATS = [name for name, form in CALL_FORMATS.items() if form.in_text]
TRAPS = ["```", "```json", "\n```\n", '"', "\\", "\\n", "</script>", "{}", "\u2028", "\x7f", "ü", "🙂", "null", " "]
TAGS = ["<tool_call>", "</tool_call>"]
CALLS = ['{"tool": "f", "params": {}}', '{"name": "f", "arguments": {}}']
PARTS = ["```json", "```", "\n", "\n\n", " ", "Sure.", *CALLS, *TAGS]
CHARACTERS = st.characters(exclude_categories=("Cs",))
TEXT = st.lists(st.one_of(st.sampled_from(TRAPS), st.text(CHARACTERS, max_size=5)), max_size=4).map("".join)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)
PROSE = st.sampled_from(
    ["", "Adding it.", "Ünïcode 🙂: yes", "So:\n\n```python\nprint('```')\n```\n\nDone.", "- a\n- b"]
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    called = draw(st.lists(st.tuples(st.sampled_from("fgh"), st.dictionaries(TEXT, VALUE, max_size=3)), max_size=3))
    calls = tuple(Call(f"call_{number}", name, values) for number, (name, values) in enumerate(called, 1))
    return Answer(draw(PROSE), calls)


@pytest.mark.parametrize("name", CALL_FORMATS)
@settings(max_examples=150, deadline=None)
@given(answer=answers())
def test_a_written_answer_is_read_back(name: str, answer: Answer) -> None:
    form = CALL_FORMATS[name]
    written = form.render(answer, ())
    assert form.parse(written, ()) == answer
    assert json.dumps(form.render(form.parse(written, ()), ())) == json.dumps(written)


@pytest.mark.parametrize("name", TEXT_FORMATS)
@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.one_of(st.sampled_from(PARTS), st.text(CHARACTERS, max_size=2)), max_size=12))
def test_every_text_that_is_read_is_written_again(name: str, parts: list[str]) -> None:
    """Also what chance puts together: it is refused, or it is exactly what `render` writes."""
    text = "".join(parts)
    form = CALL_FORMATS[name]
    with suppress(FormatError):
        assert form.render(form.parse(text, ()), ()) == text
