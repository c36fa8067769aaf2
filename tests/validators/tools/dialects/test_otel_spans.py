from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, tools_workspace
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, SourceDialogue
from winnow.validators.tools.dialects.otel_spans import OTEL_SPANS
from winnow.validators.tools.dialects.otlp_values import OtlpError, plain_value
from winnow.validators.tools.dialogue import Call, Role, Turn


def says(role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "parts": [*parts], **more}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "content": words}


def call(identity: str | None, arguments: Any = None) -> dict[str, Any]:
    return {"type": "tool_call", "id": identity, "name": "weather", "arguments": arguments or {"city": "Paris"}}


def response(identity: str | None, value: Any = "18", key: str = "response") -> dict[str, Any]:
    return {"type": "tool_call_response", "id": identity, key: value}


ASKED = says("user", text("weather in Paris and Rome?"))
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))


def test_parts_become_turns() -> None:
    thought = {"type": "reasoning", "content": "two"}
    found = read_dialogue(
        [
            says("system", text("Be kind.")),
            ASKED,
            says("assistant", thought, text("Looking."), call("a"), call("b", '{"city":"Rome"}')),
            says("tool", response("b", {"t": 20})),
            says("user", response("a", key="result"), text("Well?")),
            says("assistant", text("18 and 20."), finish_reason="stop"),
        ]
    )
    assert found.turns == (
        Turn(Role.USER, "weather in Paris and Rome?"),
        Turn(Role.ASSISTANT, "Looking.", CALLS, reasoning="two"),
        Turn(Role.TOOL, '{"t": 20}', call_id="call_2"),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.USER, "Well?"),
        Turn(Role.ASSISTANT, "18 and 20."),
    )
    assert (found.system, found.raw_calls[1]) == ("Be kind.", '{"city":"Rome"}')


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (says("model", text("x")), r"message 2: role 'model', expected system, user"),
        (says("assistant", {"type": "blob", "content": ""}), r"a part of type 'blob' for the role assistant"),
        (says("user", call("a")), r"a part of type 'tool_call' for the role user"),
        (says("assistant", call("a"), text("x")), r"a part of type 'text' after a call"),
        (says("user", text("x"), response("a")), r"text of the user before a result"),
        (says("assistant", call("a", "[]")), r"'weather': the arguments are '\[\]'"),
        (says("assistant", {"type": "tool_call", "name": "f"}), r"'f': the arguments are 'None', expected an object"),
        (says("assistant", {**call("a"), "server": 1}), r"unknown key 'server' of a part of type 'tool_call'"),
        (says("tool", response("a", None)), r"without a response"),
        (says("tool", response("z")), r"a result for the call 'z', which was not made"),
        (says("assistant", "x"), r"a part of type 'none'"),
        (says("assistant", text("x"), weight=0.5), r"message 2: weight 0.5, expected 0 or 1"),
        (says("assistant", text("x"), cost=1), r"unknown key 'cost'"),
    ],
)
def test_a_part_that_cannot_be_read_is_named(message: dict[str, Any], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([ASKED, message])


ATTRIBUTES: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.conversation.id": "c1",
    "gen_ai.system_instructions": [text("Be kind.")],
    "gen_ai.input.messages": json.dumps([ASKED, says("assistant", call("a")), says("tool", response("a"))]),
    "gen_ai.output.messages": [says("assistant", text("It is 18."), finish_reason="stop")],
    "gen_ai.tool.definitions": json.dumps([{"type": "function", **tool} for tool in TOOLS]),
    "gen_ai.usage.input_tokens": 12,
}


def span(attributes: Any = None, **changed: Any) -> dict[str, Any]:
    return {
        "spanId": "00f0",
        "traceId": "4bf9",
        "name": "chat m",
        "attributes": attributes or {**ATTRIBUTES, **changed},
    }


def typed(value: Any) -> dict[str, Any]:
    """A value as a collector writes it."""
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": typed(inner)} for key, inner in value.items()]}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [*map(typed, value)]}}
    if value is None:
        return {}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def key_values(attributes: dict[str, Any]) -> list[Any]:
    return [{"key": key, "value": typed(value)} for key, value in attributes.items()]


@pytest.mark.parametrize("row", [span(), span(key_values(ATTRIBUTES)), ATTRIBUTES])
def test_the_output_of_a_chat_is_learned(row: dict[str, Any]) -> None:
    assert OTEL_SPANS.recognizes(row)
    arranged = OTEL_SPANS.arrange(row)
    assert not isinstance(arranged, Drop)
    found = read_dialogue(arranged.content["messages"])
    assert isinstance(found, SourceDialogue)
    assert [(turn.role, turn.train) for turn in found.turns] == [
        (Role.USER, True), (Role.ASSISTANT, False), (Role.TOOL, True), (Role.ASSISTANT, True),
    ]  # fmt: skip
    assert (found.system, arranged.session) == ("Be kind.", "c1")
    assert len(json.loads(str(arranged.content["tools"]))) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (span({"http.method": "GET"}), "the span 'chat m' is not a chat: it has no gen_ai.operation.name"),
        (
            span(**{"gen_ai.operation.name": "execute_tool"}),
            "the span 'chat m' is not a chat: its operation is 'execute_",
        ),
        (span(**{"gen_ai.operation.name": ["chat"]}), "the span 'chat m' is not a chat: its operation is ['chat']"),
        (span(**{"gen_ai.input.messages": None}), "the chat of the span 'chat m' was not recorded"),
        (span(**{"gen_ai.input.messages": "["}), "gen_ai.input.messages is not JSON"),
        (span(**{"gen_ai.output.messages": "{}"}), "gen_ai.output.messages is '{}', expected a list of objects"),
        (span(**{"gen_ai.output.messages": [says("assistant")] * 2}), "2 answers to choose from"),
        *(
            (
                span(**{"gen_ai.output.messages": [says("assistant", finish_reason=reason)]}),
                f"the answer is not whole: finish_reason '{reason}'",
            )
            for reason in ("length", "max_tokens", "error")
        ),
        (span([{"key": "a"}, {"key": "a"}]), "the attributes of the span: the key 'a' occurs twice"),
        (span([{"value": {}}]), "the attributes of the span: an attribute without a key"),
    ],
)
def test_a_span_without_a_whole_chat_is_dropped_with_the_reason(row: dict[str, Any], reason: str) -> None:
    assert OTEL_SPANS.recognizes(row)
    found = OTEL_SPANS.arrange(row)
    assert isinstance(found, Drop)
    assert found.detail.startswith(reason)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"stringValue": "x"}, "x"), ({"intValue": "7"}, 7), ({"boolValue": True}, True), ({"doubleValue": 0.5}, 0.5),
        (typed({"a": [1, None]}), {"a": [1, None]}), ({}, None), (None, None),
    ],
)  # fmt: skip
def test_typed_values_become_plain(value: Any, plain: Any) -> None:
    assert plain_value(value) == plain


@pytest.mark.parametrize(
    "value", [7, {"intValue": "x"}, {"a": 1}, {"arrayValue": 3}, {"stringValue": "x", "intValue": 1}]
)
def test_a_value_of_no_known_type_is_refused(value: Any) -> None:
    with pytest.raises(OtlpError, match=r"the value .*expected"):
        plain_value(value)


def collector(*spans: Any) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "x"}, "spans": [*spans]}]}]}


def test_every_span_of_a_collector_is_a_row(tmp_path: Path) -> None:
    chat, tool = span(key_values(ATTRIBUTES)), span({"gen_ai.operation.name": "execute_tool"})
    other = span(**{"gen_ai.input.messages": [says("user", text("Weather in Rome?"))]})
    (tmp_path / "spans.jsonl").write_text(
        "\n".join(
            map(json.dumps, [collector(chat, tool), other, collector("x"), {"resourceSpans": [{"scopeSpans": 1}]}])
        )
    )
    workspace = tools_workspace(tmp_path / "w")
    added = workspace.add(tmp_path / "spans.jsonl", origin="log", license="own")
    assert (added.given, added.added) == (5, 2)
    assert added.reasons == {DropReason.MALFORMED_DIALOGUE: 1, DropReason.MALFORMED_ROW: 2}
    assert added.dropped_file is not None
    lines = [json.loads(line) for line in Path(added.dropped_file).read_text().splitlines()]
    assert [line["number"] for line in lines] == [2, 4, 5]
    (tmp_path / "whole.json").write_text(json.dumps(collector(chat, other)))
    again = workspace.add(tmp_path / "whole.json", origin="log", license="own")
    assert (again.given, again.known) == (2, 2)
