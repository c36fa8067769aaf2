"""What every call format writes, and what it refuses to write."""

from __future__ import annotations

import math

import pytest

from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError, FormatFault, format_problems
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

TEXT_FORMATS = [name for name, form in CALL_FORMATS.items() if form.in_text]


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_call_never_takes_more_than_its_three_lines(name: str) -> None:
    """Therefore a fence inside a value cannot begin a line, and a block cannot end early."""
    value = "a\n```\nb\r\n```json\n{}\n```"
    text = CALL_FORMATS[name].render(Answer("", (Call("call_1", "f", {"x": value, value: [value]}),)), ())
    assert len(text.split("\n")) == 3


@pytest.mark.parametrize("tag", ["<tool_call>", "</tool_call>", "see <tool_call>\n{}\n</tool_call>"])
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


def places_of(text: str) -> list[tuple[FormatFault, str]]:
    with pytest.raises(FormatError) as caught:
        CALL_FORMATS["fenced_json"].parse(text, ())
    return [(problem.name, problem.place) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("\ufeffHello.", FormatFault.BYTE_ORDER_MARK, "line 1, column 1"),
        ("```json\n[]\n```", FormatFault.NOT_AN_OBJECT, "line 2, column 1"),
        ('```json\n{"tool": "f"}\n```', FormatFault.MISSING_KEY, "line 2, column 1"),
        ('```json\n{"tool": "f", "params": {}, "ü": 1}\n```', FormatFault.UNKNOWN_KEY, "line 2, column 29"),
        ('```json\n{"tool": "f", "params": {}, "\\u00fc": 1}\n```', FormatFault.UNKNOWN_KEY, "line 2, column 1"),
        ('```json {"tool": "f", "params": {}}\n```', FormatFault.OPENING_LINE, "line 1, column 1"),
        ('```json {"tool": "f", "params": {}}```', FormatFault.OPENING_LINE, "line 1, column 1"),
        ("Hm:\n```json\n", FormatFault.UNCLOSED_BLOCK, "line 2, column 1"),
    ],
)
def test_one_problem_is_reported_once_at_its_place(text: str, name: FormatFault, place: str) -> None:
    assert places_of(text) == [(name, place)]


def test_the_json_of_a_block_with_another_opening_line_is_checked_too() -> None:
    assert places_of('```JSON\n{"tool": ""}\n```') == [
        (FormatFault.OPENING_LINE, "line 1, column 1"),
        (FormatFault.MISSING_KEY, "line 2, column 1"),
        (FormatFault.INVALID_NAME, "line 2, column 2"),
    ]


def test_an_excerpt_is_cut_after_forty_characters() -> None:
    for count, shown in ((40, repr("x" * 40)), (41, repr("x" * 40) + "…")):
        with pytest.raises(FormatError, match=r"not JSON") as caught:
            CALL_FORMATS["fenced_json"].parse(f"```json\n{'x' * count}\n```", ())
        assert caught.value.problems[0].found.endswith(f": {shown}")


def test_an_excerpt_ends_with_its_line() -> None:
    with pytest.raises(FormatError, match=r"^line 1, column 1: the line '```json x'; expected: the line '```json', a"):
        CALL_FORMATS["fenced_json"].parse('```json x\n{"tool": "f", "params": {}}\n```', ())
    with pytest.raises(FormatError, match=f"^line 1, column 1: the line '```json {'x' * 32}'…; expected"):
        CALL_FORMATS["fenced_json"].parse(f"```json {'x' * 1000}\n{{}}\n```", ())


def test_what_follows_the_last_block_is_named() -> None:
    with pytest.raises(FormatError, match=r"line 3, column 4: .*a line break; expected: the end of the text"):
        CALL_FORMATS["fenced_json"].parse('```json\n{"tool": "f", "params": {}}\n```\n', ())


def test_a_call_that_cannot_be_written_is_named() -> None:
    calls = (Call("a", "f", {}), Call("b", "f", {"x": math.nan}))
    for name, place in (("fenced_json", "call 2"), ("openai_tool_calls", r"tool_calls\[1\].function.arguments")):
        with pytest.raises(FormatError, match=f"^{place}: "):
            CALL_FORMATS[name].render(Answer("", calls), ())


def test_calls_are_numbered_within_a_text() -> None:
    form = CALL_FORMATS["fenced_json"]
    text = form.render(Answer("", (Call("call_7", "f", {}), Call("call_9", "ü", {"ä": "ö"}))), ())
    assert [call.id for call in form.parse(text, ()).calls] == ["call_1", "call_2"]
    assert text.endswith('{"tool": "ü", "params": {"ä": "ö"}}\n```')


def test_only_the_schema_of_the_called_tool_orders_the_arguments() -> None:
    other = Tool("f", "", {"type": "object", "properties": {"b": {}, "a": {}}})
    written = CALL_FORMATS["fenced_json"].render(Answer("", (Call("c", "g", {"a": 1, "b": 2}),)), (other, EVENT))
    assert '{"a": 1, "b": 2}' in written


@pytest.mark.parametrize("schema", [{"items": True}, {"properties": {"x": True}}, {"items": {}}, {}])
def test_a_schema_that_says_nothing_about_the_order_changes_nothing(schema: dict[str, object]) -> None:
    tool = Tool("f", "", {"type": "object", "properties": {"x": schema}})
    arguments = {"x": [{"b": 1, "a": [2, {"d": 3, "c": 4}]}]}
    written = CALL_FORMATS["fenced_json"].render(Answer("", (Call("c", "f", arguments),)), (tool,))
    assert '{"x": [{"b": 1, "a": [2, {"d": 3, "c": 4}]}]}' in written


def test_the_task_file_names_one_of_the_formats() -> None:
    assert list(CALL_FORMATS) == list(CallFormatName)
    for name in CALL_FORMATS:
        assert parse_task(f"name: t\nkind: tools\ncall_format: {name}\n").call_format == name
    with pytest.raises(WinnowError, match=r"call_format is 'fenced'.*'fenced_json'"):
        parse_task("name: t\nkind: tools\ncall_format: fenced\n")
