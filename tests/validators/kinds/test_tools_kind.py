from __future__ import annotations

import json
from typing import Any

import pytest

from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DropReason
from winnow.validators.kinds import with_known_tools
from winnow.validators.kinds.tools import TOOLS, content_of, dialogue_of
from winnow.validators.text import Drop

WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}, "city": {"type": "string"}},
                   "required": ["city"]},
}  # fmt: skip
MAIL = {"name": "send_email", "description": "Send an e-mail.", "parameters": {"type": "object", "properties": {}}}
TASK = parse_task("name: t\nkind: tools\n").with_document_texts({"tools": json.dumps([WEATHER, MAIL])})


def call(name: str = "get_weather", **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments or {"city": "Paris"})}
    return {"id": "x1", "type": "function", "function": function}


def messages(question: str = "weather in Paris?", result: str = "18 degrees", **changed: Any) -> list[dict[str, Any]]:
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": "I will look.", "tool_calls": [changed.get("call", call())]},
        {"role": "tool", "tool_call_id": "x1", "content": result},
        {"role": "assistant", "content": changed.get("answer", "It is 18 degrees.")},
    ]


def content(rows: list[dict[str, Any]], **values: Any) -> str:
    found = TOOLS.parse({"messages": rows, **values}, TASK)
    assert isinstance(found, str), found
    return found


def chat(answer: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": "What is the capital of France?"}, {"role": "assistant", "content": answer}]


def test_the_content_covers_turns_and_tools_and_not_the_system_prompt() -> None:
    one = content(messages())
    assert content([{"role": "system", "content": "Be kind."}, *messages()]) == one
    assert content(messages(), tools=[MAIL, WEATHER]) == one
    assert content(messages(), tools=[WEATHER]) != one
    assert content(messages(answer="18.")) != one
    assert content_of(dialogue_of(one)) == one
    assert TOOLS.content_of(TOOLS.column_values(one)) == one


@pytest.mark.parametrize("nothing", ["", None, " "])
def test_the_task_file_names_tools_whose_result_may_be_empty(nothing: Any) -> None:
    dropped = TOOLS.parse({"messages": messages(result=nothing)}, TASK)
    assert isinstance(dropped, Drop)
    assert "add get_weather to tools_without_result in winnow.yaml" in dropped.detail
    text = "name: t\nkind: tools\ntools_without_result: [get_weather]\n"
    task = parse_task(text).with_document_texts({"tools": json.dumps([WEATHER, MAIL])})
    kept = TOOLS.parse({"messages": messages(result=nothing)}, task)
    assert isinstance(kept, str), kept
    assert dialogue_of(kept).turns[2].content.strip() == ""


def test_a_cell_may_hold_the_messages_as_json() -> None:
    assert content(json.dumps(messages())) == content(messages())  # type: ignore[arg-type]


def test_only_user_turns_and_results_are_compared() -> None:
    one, other = content(messages()), content(messages(answer="Eighteen."), tools=[WEATHER])
    assert TOOLS.embedding_text(one) == TOOLS.embedding_text(other) == "weather in Paris?\n18 degrees"
    assert TOOLS.fold_key(one) == TOOLS.fold_key(other)


def test_an_answer_is_its_calls_and_the_offered_tools() -> None:
    assert TOOLS.answer_key is not None
    one = TOOLS.answer_key(content(messages()))
    assert TOOLS.answer_key(content(messages(question="and in Paris?", answer="18."))) == one
    assert TOOLS.answer_key(content(messages(call=call(city="Rome")))) != one
    assert TOOLS.answer_key(content(messages(), tools=[WEATHER])) != one


def test_every_text_is_looked_at_and_can_be_replaced() -> None:
    one = content(messages(call=call(city="Paris", day="May 2")))
    texts = TOOLS.texts(one)
    assert texts == ("weather in Paris?", "I will look.", "Paris", "May 2", "18 degrees", "It is 18 degrees.")
    assert TOOLS.with_texts(one, texts) == one
    changed = TOOLS.with_texts(one, [text.replace("Paris", "Rome") for text in texts])
    assert dialogue_of(changed).turns[1].calls[0].arguments == {"city": "Rome", "day": "May 2"}


def test_dialogues_share_the_text_of_their_tools_and_are_parsed_once_in_a_row() -> None:
    one, other = content(messages()), content(messages(answer="Eighteen."))
    assert TOOLS.column_values(one)["tools"] is TOOLS.column_values(other)["tools"]
    assert dialogue_of(one) is dialogue_of(one)
    assert dialogue_of(one).tools is dialogue_of(other).tools


@pytest.mark.parametrize(
    ("rows", "reason", "detail"),
    [
        (messages(call=call("get_wether")), DropReason.INVALID_CALL, "get_wether"),
        (messages(call=call(day="May 2")), DropReason.INVALID_CALL, "city"),
        (messages(call=call(city="Paris", unit="C")), DropReason.INVALID_CALL, "unit"),
        (messages()[1:], DropReason.MALFORMED_DIALOGUE, "turn 1"),
        (messages(answer=""), DropReason.MALFORMED_DIALOGUE, "turn 4"),
        (messages(result="a\x00b"), DropReason.CONTROL_CHARACTER, "turn 3: character U+0000"),
        ([], DropReason.MALFORMED_DIALOGUE, "not a list of objects"),
    ],
)
def test_what_is_not_valid_is_dropped_with_the_reason(rows: Any, reason: DropReason, detail: str) -> None:
    found = TOOLS.parse({"messages": rows}, TASK)
    assert isinstance(found, Drop)
    assert found.reason == reason
    assert detail in found.detail


def test_a_tool_that_cannot_be_read_drops_the_row() -> None:
    found = TOOLS.parse({"messages": messages(), "tools": [{"name": "f", "parameters": {"type": "callable"}}]}, TASK)
    assert isinstance(found, Drop)
    assert (found.reason, "callable" in found.detail) == (DropReason.MALFORMED_DIALOGUE, True)


def test_long_turns_are_kept_unless_the_task_sets_a_limit() -> None:
    rows = messages(question="weather? " * 400)
    assert isinstance(TOOLS.parse({"messages": rows}, TASK), str)
    limited = parse_task("name: t\nkind: tools\nscreen: {max_characters: 100}\n")
    found = TOOLS.parse({"messages": rows, "tools": [WEATHER]}, limited)
    assert isinstance(found, Drop)
    assert found.reason == DropReason.TOO_LONG


def test_calls_show_the_behavior() -> None:
    one = content(messages())
    assert TOOLS.target_of(one, None, TASK) == "get_weather"
    assert TOOLS.target_of(one, "get_weather", TASK) == "get_weather"
    refused = TOOLS.target_of(one, "send_email", TASK)
    assert isinstance(refused, Drop)
    assert refused.reason == DropReason.LABEL_CONTRADICTS_CONTENT


def test_people_say_what_an_answer_in_text_does() -> None:
    open_answer = content(chat("Paris is the capital of France."))
    assert TOOLS.target_of(open_answer, None, TASK) is None
    assert TOOLS.target_of(open_answer, "unable", TASK) == "unable"
    assert isinstance(TOOLS.target_of(open_answer, "get_weather", TASK), Drop)
    without_tools = content(chat("Paris."), tools=[])
    assert TOOLS.target_of(without_tools, None, TASK) == "general"
    assert isinstance(TOOLS.target_of(without_tools, "direct", TASK), Drop)


@pytest.mark.parametrize("tools", [None, []])
def test_a_request_alone_has_no_behavior(tools: list[dict[str, object]] | None) -> None:
    request = content([{"role": "user", "content": "weather in Paris?"}], tools=tools)
    assert TOOLS.target_of(request, None, TASK) is None
    for label in ("get_weather", "direct", "general"):
        refused = TOOLS.target_of(request, label, TASK)
        assert isinstance(refused, Drop)
        assert (refused.reason, "without an answer" in refused.detail) == (DropReason.LABEL_CONTRADICTS_CONTENT, True)


def test_targets_are_the_tools_and_four_answers_in_text_and_others_combine_tools() -> None:
    assert TOOLS.targets(TASK) == ["get_weather", "send_email", "direct", "ask", "unable", "general"]
    assert TOOLS.is_other_target("get_weather+send_email", TASK)
    assert not TOOLS.is_other_target("send_email+get_weather", TASK)
    assert not TOOLS.is_other_target("get_weather+", TASK)


def test_the_text_of_calls_stays_beside_the_content() -> None:
    rows = [{"role": "system", "content": "Be kind."}, *messages()]
    form = json.loads(TOOLS.source_form({"messages": rows}))
    assert form == {"calls": ['{"city": "Paris"}'], "paired_by": "id", "system_prompt": "Be kind."}
    assert TOOLS.source_form({"messages": chat("hi")}) == ""


def test_people_can_read_a_dialogue() -> None:
    assert TOOLS.readable(content(messages(call=call(city="Paris", day="May 2")))).splitlines() == [
        "user: weather in Paris?",
        "assistant: I will look.",
        'assistant, call_1: get_weather({"day": "May 2", "city": "Paris"})',
        "tool (call_1): 18 degrees",
        "assistant: It is 18 degrees.",
        "tools offered: get_weather, send_email",
    ]


def test_the_wording_of_a_dialogue_is_that_of_the_first_turn_of_the_user() -> None:
    rows = [*messages("weather in Paris?"), {"role": "user", "content": "Thanks."}]
    assert TOOLS.wording_text is not None
    assert TOOLS.wording_text(content(rows)) == "weather in Paris?"
    facets = TOOLS.facets(content(rows), "get_weather", TASK)
    assert (facets["turns"], facets["tool_set"]) == ("two", "all")


def test_confusable_pairs_name_tools_or_behaviors_and_only_tools_are_held_out() -> None:
    task = parse_task("name: t\nkind: tools\ntools: t.json\nconfusable: [[get_weather, ask], [send_mail, direct]]\n")
    documents = {"tools": json.dumps([WEATHER, MAIL])}
    with pytest.raises(WinnowError, match="'send_mail'") as refused:
        with_known_tools(task.with_document_texts(documents))
    assert len(refused.value.problems) == 1
    with pytest.raises(WinnowError, match="get_weather"):
        with_known_tools(task.with_document_texts({"tools": ""}))
    assert with_known_tools(TASK) is TASK
    task = parse_task("name: t\nkind: tools\ntools: t.json\nsplits: {hold_out_tools: [get_wether, send_email, ask]}\n")
    with pytest.raises(WinnowError, match="did you mean 'get_weather'") as refused:
        with_known_tools(task.with_document_texts(documents))
    assert [problem.found for problem in refused.value.problems] == ["unknown tool 'get_wether'", "unknown tool 'ask'"]
    with pytest.raises(WinnowError, match="one of `labels`"):
        parse_task("name: t\nkind: intents\nlabels: [{name: a}]\ntools: t.json\nconfusable: [[a, b]]\n")
