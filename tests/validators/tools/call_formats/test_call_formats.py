"""What holds for every call format: an answer is read back from how it is written, or it is not written."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError, FormatFault, format_problems
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

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


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_call_never_takes_more_than_its_three_lines(name: str) -> None:
    """Therefore a fence inside a value cannot begin a line, and a block cannot end early."""
    value = "a\n```\nb\r\n```json\n{}\n```"
    text = CALL_FORMATS[name].render(Answer("", (Call("call_1", "f", {"x": value, value: [value]}),)), ())
    assert len(text.split("\n")) == 3


@pytest.mark.parametrize("tag", [*TAGS, "see <tool_call>\n{}\n</tool_call>"])
def test_the_tags_of_hermes_are_refused_in_arguments(tag: str) -> None:
    answer = Answer("", (Call("call_1", "f", {"x": [tag]}),))
    with pytest.raises(FormatError) as caught:
        CALL_FORMATS["hermes_tags"].render(answer, ())
    assert {problem.name for problem in caught.value.problems} == {FormatFault.RESERVED_TEXT}
    fenced = CALL_FORMATS["fenced_json"]
    assert fenced.parse(fenced.render(answer, ()), ()) == answer


SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "place": {"type": "object", "properties": {"street": {}, "city": {}}},
        "guests": {"type": "array", "items": {"type": "object", "properties": {"person": {}, "age": {}}}},
    },
}
EVENT = Tool("create_event", "", SCHEMA)


@pytest.mark.parametrize("name", CALL_FORMATS)
def test_arguments_are_written_in_the_order_of_the_schema(name: str) -> None:
    arguments = {
        "extra": 1,
        "guests": [{"age": 3, "person": "Ann"}],
        "place": {"zip": 2, "city": "Rome", "street": "Via Roma"},
        "title": "Dinner",
    }
    turned = dict(reversed(arguments.items()))
    form = CALL_FORMATS[name]
    written = [str(form.render(Answer("", (Call("c", "create_event", one),)), (EVENT,))) for one in (arguments, turned)]
    keys = ("title", "place", "street", "city", "zip", "guests", "person", "age", "extra")
    assert sorted(keys, key=written[0].index) == list(keys)
    assert written[0] == written[1]
    as_given = str(form.render(Answer("", (Call("c", "create_event", arguments),)), ()))
    assert as_given.index("extra") < as_given.index("guests") < as_given.index("title")


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_another_order_than_that_of_the_schema_is_refused(name: str) -> None:
    form = CALL_FORMATS[name]
    text = form.render(Answer("", (Call("c", "create_event", {"place": {}, "title": ""}),)), ())
    assert form.parse(text, ()).calls
    with pytest.raises(FormatError, match=r"line 2, column \d+: not the form of this format: 'place"):
        form.parse(text, (EVENT,))


@pytest.mark.parametrize("name", CALL_FORMATS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer("", (Call("c", "f", {"x": math.nan}),)),
        Answer("", (Call("c", "f", {"x": -math.inf}),)),
        Answer("", (Call("c", "f", {"x": {1, 2}}),)),  # type: ignore[dict-item]
        Answer("", (Call("c", "f", {"x": b"1"}),)),
        Answer("", (Call("c", "f", {"x": "\ud83d"}),)),
        Answer("", (Call("c", "", {}),)),
        Answer('{"tool": "f", "params": {}}'),
        Answer('<tool_call>\n{"name": "f", "arguments": {}}'),
    ],
)
def test_an_answer_that_would_not_be_read_back_is_not_written(name: str, answer: Answer) -> None:
    with pytest.raises(FormatError):
        CALL_FORMATS[name].render(answer, ())


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_prose_that_holds_a_block_is_not_written(name: str) -> None:
    form = CALL_FORMATS[name]
    block = form.render(Answer("", (Call("call_1", "f", {}),)), ())
    for answer in (Answer(block), Answer(block, (Call("call_1", "g", {}),)), Answer("Hm.\n", (Call("c", "f", {}),))):
        with pytest.raises(FormatError):
            form.render(answer, ())


@pytest.mark.parametrize("depth", [10, 400, 985, 990, 995, 1000, 5000])
def test_deep_nesting_is_read_or_refused(depth: int) -> None:
    nested = "[" * depth + '"\\u00fc"' + "]" * depth
    with pytest.raises(FormatError) as caught:
        CALL_FORMATS["fenced_json"].parse(f'```json\n{{"tool": "f", "params": {{"x": {nested}}}}}\n```', ())
    assert caught.value.problems[0].name in (FormatFault.OTHER_FORM, FormatFault.NOT_JSON)


def test_problems_of_a_dialogue_are_found_by_turn() -> None:
    good, bad = Call("call_1", "f", {"x": 1}), Call("call_2", "f", {"x": math.nan})
    dialogue = Dialogue(
        (
            Turn(Role.USER, '{"tool": "f", "params": {}}'),  # a user may write anything
            Turn(Role.ASSISTANT, "Looking.", (good,)),
            Turn(Role.TOOL, "<tool_call>", call_id="call_1"),
            Turn(Role.ASSISTANT, "", (bad,)),
            Turn(Role.ASSISTANT, "<tool_call>"),
        )
    )
    names = {name: format_problems(dialogue, form) for name, form in CALL_FORMATS.items()}
    assert {name: {place: found[place][0].name for place in found} for name, found in names.items()} == {
        "fenced_json": {3: FormatFault.NOT_JSON, 4: FormatFault.CALL_IN_PROSE},
        "hermes_tags": {3: FormatFault.NOT_JSON, 4: FormatFault.UNCLOSED_BLOCK},
        "openai_tool_calls": {3: FormatFault.NOT_JSON, 4: FormatFault.CALL_IN_PROSE},
    }


def test_every_format_has_a_message() -> None:
    answer = Answer("Adding it.", (Call("call_1", "f", {"x": "ü"}),))
    messages = {name: form.message(answer) for name, form in CALL_FORMATS.items()}
    assert messages == {
        "fenced_json": {
            "role": "assistant",
            "content": 'Adding it.\n\n```json\n{"tool": "f", "params": {"x": "ü"}}\n```',
        },
        "hermes_tags": {
            "role": "assistant",
            "content": 'Adding it.\n<tool_call>\n{"name": "f", "arguments": {"x": "ü"}}\n</tool_call>',
        },
        "openai_tool_calls": {
            "role": "assistant",
            "content": "Adding it.",
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"x": "ü"}'}},
            ],
        },
    }
