from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.dialogues import TOOLS, tools_workspace
from tests.support.files import read_dropped, write_jsonl
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import read_file
from winnow.validators.kinds import KINDS
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import LAYOUTS, read_dialogue
from winnow.validators.tools.dialects.gateway_rows import GATEWAY
from winnow.validators.tools.dialogue import Call, Role, Turn

ASK = {"role": "user", "content": "Weather in Paris?"}
CALL = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL], "refusal": None}
REQUEST: dict[str, Any] = {"messages": [{"role": "system", "content": "Be short."}, ASK], "tools": TOOLS}
RESPONSE = {"id": "r", "choices": [{"index": 0, "message": CALLING, "finish_reason": "tool_calls"}], "usage": {}}
PARIS = Call("call_1", "weather", {"city": "Paris"})
FIRST = (Turn(Role.USER, "Weather in Paris?"), Turn(Role.ASSISTANT, calls=(PARIS,)))


ITEMS = {
    "object": "response",
    "status": "completed",
    "output": [{"type": "function_call", "call_id": "a", "name": "weather", "arguments": '{"city": "Paris"}'}],
}


def entry(request: Any = REQUEST, response: Any = RESPONSE, **columns: Any) -> dict[str, Any]:
    """An entry as the API of logs of Cloudflare AI Gateway gives it."""
    known = {"id": "01J", "created_at": "2026-01-01T10:00:00Z", "provider": "openai", "status_code": 200}
    return {**known, "request": request, "response": response, **columns}


def turns(row: dict[str, Any]) -> tuple[Turn, ...]:
    assert GATEWAY.recognizes(row)
    arranged = GATEWAY.arrange(row)
    assert not isinstance(arranged, Drop), arranged
    return read_dialogue(arranged.content["messages"]).turns


def reason(row: dict[str, Any]) -> str:
    assert GATEWAY.recognizes(row)
    arranged = GATEWAY.arrange(row)
    assert isinstance(arranged, Drop)
    return arranged.detail


LITELLM = {
    "id": "x", "call_type": "acompletion", "status": "success", "model": "m", "messages": REQUEST["messages"],
    "model_parameters": {"tools": TOOLS}, "response": RESPONSE, "trace_id": "t",
}  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        entry(),
        entry(json.dumps(REQUEST), json.dumps(RESPONSE)),
        {"RequestBody": REQUEST, "ResponseBody": RESPONSE, "Provider": "openai", "StatusCode": 200},  # Logpush
        {"request_body": REQUEST, "response_body": RESPONSE, "response_status": 200},  # Helicone
        {"request": {"url": "u", "body": REQUEST}, "response": {"status": 200, "body": RESPONSE}},  # Portkey
        {"reqPayload": json.dumps(REQUEST), "respPayload": json.dumps(RESPONSE), "statusCode": 200},  # OpenPipe
        {"input": REQUEST, "output": RESPONSE, "tags": {}},
        LITELLM,
        {**LITELLM, "messages": json.dumps(REQUEST["messages"])},
    ],
)
def test_the_logs_of_every_gateway_give_the_same_dialogue(row: dict[str, Any]) -> None:
    assert next(one for one in LAYOUTS if one.recognizes(row)) is GATEWAY
    assert turns(row) == FIRST
    arranged = GATEWAY.arrange(row)
    assert not isinstance(arranged, Drop)
    assert arranged.content["tools"] == TOOLS
    assert read_dialogue(arranged.content["messages"]).system == "Be short."


def stream(*parts: Any, end: str = "data: [DONE]\n\n") -> str:
    return "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + end


def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def call_part(index: int, **function: str) -> dict[str, Any]:
    own = {"id": f"i{index}"} if "name" in function else {}
    return {"tool_calls": [{"index": index, "function": function, **own}]}


CHUNKS = [
    chunk({"role": "assistant", "content": None}),
    chunk(call_part(0, name="weather", arguments="")),
    chunk(call_part(1, name="traffic", arguments="")),
    chunk(call_part(0, arguments='{"city"')),
    chunk(call_part(1, arguments='{"city": "Rome"}')),
    chunk(call_part(0, arguments=': "Paris"}')),
    chunk({}, "tool_calls"),
    {"choices": [], "usage": {"total_tokens": 3}},
]


@pytest.mark.parametrize(
    "response", [stream(*CHUNKS), stream(*CHUNKS).replace("\n", "\r\n"), {"streamed_data": CHUNKS}]
)
def test_a_streamed_response_is_put_together(response: Any) -> None:
    calls = (PARIS, Call("call_2", "traffic", {"city": "Rome"}))
    assert turns(entry(response=response))[-1] == Turn(Role.ASSISTANT, calls=calls)


def test_streamed_text_and_reasoning_are_put_together() -> None:
    parts = [chunk({"reasoning_content": "Th"}), chunk({"reasoning_content": "ink"}), chunk({"content": "It is "})]
    found = turns(entry(response=stream(*parts, chunk({"content": "sunny."}, "stop"))))
    assert found[-1] == Turn(Role.ASSISTANT, "It is sunny.", reasoning="Think")


@pytest.mark.parametrize(
    "response",
    [
        {"response": "It is sunny.", "usage": {}},
        {"result": {"response": "It is sunny."}, "success": True, "errors": [], "messages": []},
        stream({"response": "It is "}, {"response": "sunny."}, {"response": "", "usage": {}}),
    ],
)
def test_workers_ai_answers_a_prompt(response: Any) -> None:
    assert turns(entry({"prompt": "Weather?"}, response, provider="workers-ai")) == (
        Turn(Role.USER, "Weather?"),
        Turn(Role.ASSISTANT, "It is sunny."),
    )


def test_workers_ai_writes_calls_without_function() -> None:
    response = {"response": None, "tool_calls": [{"name": "weather", "arguments": {"city": "Paris"}}]}
    assert turns(entry(response=response)) == FIRST


@pytest.mark.parametrize(
    "response", [ITEMS, json.dumps(ITEMS), stream({"type": "response.completed", "response": ITEMS})]
)
def test_items_of_the_responses_api_are_read_by_their_own_layout(response: Any) -> None:
    row = entry({"input": "Weather in Paris?", "tools": TOOLS}, response, metadata={"session_id": "s"})
    assert turns(row) == FIRST
    arranged = GATEWAY.arrange(row)
    assert not isinstance(arranged, Drop)
    assert arranged.session == "s"


def test_earlier_answers_are_context_and_only_the_response_is_learned() -> None:
    earlier = {"role": "assistant", "content": "Hello!"}
    request = {"messages": [{"role": "user", "content": "hi"}, earlier, ASK]}
    assert [turn.train for turn in turns(entry(request))] == [True, False, True, True]


def choice(message: Any = CALLING, reason: str = "stop") -> dict[str, Any]:
    return {"message": message, "finish_reason": reason}


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        (entry(response={"error": {"message": "no"}}, status_code=429), "the request failed with status 429"),
        (entry(response=None, status_code=500), "the request failed with status 500"),
        (entry(success=False), "the request failed"),
        (entry(success="false"), "the request failed"),
        ({**LITELLM, "status": "failure", "response": ""}, "the request failed"),
        ({"RequestBody": REQUEST, "ResponseBody": {}, "RateLimited": True}, "the request was refused by a rate limit"),
        (entry(response=None), "the response is missing"),
        (entry(response={"error": {"message": "no"}}), "the response is an error"),
        (entry(response={"type": "error"}), "the response is an error"),
        (entry(response=[1]), "the response is a list, expected an object"),
        (
            entry(response='{"choices": [], "choices": []}'),
            "the response is not strict JSON: key 'choices' occurs twice",
        ),
        (entry(request={"type": "encrypted", "data": "QUJD"}), "the request is encrypted; decrypt the log first"),
        (entry(response={"choices": [choice(), choice()]}), "the response holds 2 answers; expected one"),
        (entry(response={"choices": [choice(reason="length")]}), "the response is not whole"),
        (entry(response={"choices": [{"text": "a"}]}), "the response completes raw text"),
        (entry(response={"output": []}), "the response has the keys output; expected an answer of OpenAI"),
        (entry(response={"response": {"a": 1}}), "the response is a dict instead of a text"),
        (entry(response={"type": "message", "content": [], "stop_reason": "max_tokens"}), "the response is not whole"),
        (entry({"input": "hi"}), "the request is one to a model of embeddings; expected the messages of a chat"),
        (entry({"input": "hi"}, stream({"type": "response.created"})), "the response is a stream that ends before"),
        (entry({"input": "hi"}, {**ITEMS, "status": "incomplete"}), "the response has the status 'incomplete'"),
        (entry({"contents": []}), "the request is one to Gemini; expected the messages of a chat"),
        (entry({"prompt": "[INST] hi", "raw": True}), "the request has a raw prompt"),
        (entry({"messages": "hi"}), "the request has messages that are not a list of objects"),
        (entry({"messages": [ASK], "system": 3}), "the system prompt of the request: the content is neither"),
        (entry(response=stream(chunk({"content": "It"}))), "the response is a stream that ends before the answer does"),
        (entry(response=stream({"error": "overloaded"})), "the response is a stream with an error: overloaded"),
        (entry(response=stream({"x": 1})), "the response is a stream of an unknown form"),
        (entry(response=stream(chunk({"content": 3}, "stop"))), "the response is a stream with a part '3' that is no"),
        (entry(response='data: {"a": NaN}\n\n'), "the response is not strict JSON: NaN is not a number"),
        (entry(response="data: 3\n\n"), "the response is a stream whose parts are not objects"),
        (entry(response={"streamed_data": 3}), "the response is a stream whose parts are not objects"),
    ],
)
def test_a_request_without_a_whole_answer_is_dropped_with_the_reason(row: dict[str, Any], detail: str) -> None:
    assert reason(row).startswith(detail)


@pytest.mark.parametrize(
    "row",
    [
        {"input": [ASK], "output": ITEMS["output"], "model": "m", "status": "completed"},
        {"request": "Weather in Paris?", "response": "sunny", "model": "m"},
        {"input": "Weather in Paris?", "output": "sunny"},
        {"messages": [ASK], "response": {"choices": []}},
        {"query": "q", "answers": "[]", "tools": "[]"},
    ],
)
def test_other_rows_are_no_logs(row: dict[str, Any]) -> None:
    assert not GATEWAY.recognizes(row)


TOOL_USE = {"type": "tool_use", "id": "t", "name": "weather", "input": {}}
BLOCKS = [
    {"type": "message_start", "message": {"role": "assistant", "content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "I will "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "look."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": TOOL_USE},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"city": '}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '"Paris"}'}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    {"type": "message_stop"},
]


def anthropic_text(events: list[dict[str, Any]]) -> str:
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)


def test_a_stream_of_anthropic_gives_the_blocks_of_its_message() -> None:
    arranged = GATEWAY.arrange(entry({"messages": [ASK], "system": "Be short."}, anthropic_text(BLOCKS)))
    assert not isinstance(arranged, Drop)
    assert arranged.content["messages"] == [
        {"role": "system", "content": "Be short."},
        ASK,
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "I will look."}, {**TOOL_USE, "input": {"city": "Paris"}}],
        },
    ]
    assert turns(entry(response=anthropic_text(BLOCKS)))[-1] == Turn(Role.ASSISTANT, "I will look.", (PARIS,))
    assert "ends before the answer does" in reason(entry(response=anthropic_text(BLOCKS[:-2])))
    twice = {**BLOCKS[8], "delta": {"type": "input_json_delta", "partial_json": '"Paris", "city": "Rome"}'}}
    broken = [*BLOCKS[:8], twice, *BLOCKS[9:]]
    assert "arguments that are not strict JSON: key 'city' occurs twice" in reason(
        entry(response=anthropic_text(broken))
    )


@pytest.mark.parametrize(
    ("columns", "session"),
    [
        ({"metadata": {"session_id": "s", "user": "u"}}, "s"),
        ({"metadata": '{"conversationId": 7}'}, "7"),
        ({"request_properties": {"Helicone-Session-Id": "h"}}, "h"),
        ({"trace_id": "t", "metadata": {"session_id": "s"}}, "s"),
        ({"trace_id": "t"}, "t"),
        ({"metadata": {"user": "u"}}, None),
    ],
)
def test_the_session_of_a_request_is_in_its_metadata(columns: dict[str, Any], session: str | None) -> None:
    arranged = GATEWAY.arrange(entry(**columns))
    assert not isinstance(arranged, Drop)
    assert arranged.session == session


def test_the_turns_of_an_anthropic_conversation_before_the_response_are_context() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "sunny"}
    made = {**TOOL_USE, "input": {"city": "Paris"}}
    request = {"messages": [ASK, {"role": "assistant", "content": [made]}, {"role": "user", "content": [result]}]}
    answer = {"type": "message", "content": [{"type": "text", "text": "It is sunny."}], "stop_reason": "end_turn"}
    assert turns(entry(request, answer)) == (
        FIRST[0],
        Turn(Role.ASSISTANT, calls=(PARIS,), train=False),
        Turn(Role.TOOL, "sunny", call_id="call_1"),
        Turn(Role.ASSISTANT, "It is sunny."),
    )


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        ({"messages": [ASK], "system": [{"type": "text", "text": "Be short."}]}, {"type": "message", "content": "No."}),
        ({"input": [ASK], "instructions": "Be short."}, ITEMS),
    ],
    ids=["anthropic", "responses"],
)
def test_a_request_and_its_response_need_no_other_column_of_a_log(request_: Any, response: Any) -> None:
    row = {"request": request_, "response": response}
    assert GATEWAY.recognizes(row)
    arranged = GATEWAY.arrange(row)
    assert not isinstance(arranged, Drop)
    assert read_dialogue(arranged.content["messages"]).system == "Be short."
    assert turns(row)[0].role == Role.USER


def test_the_requests_of_one_session_are_rows_of_one_group(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    result = {"role": "tool", "tool_call_id": "a", "content": "sunny"}
    grown = {**REQUEST, "messages": [*REQUEST["messages"], CALLING, result]}
    answer = {"choices": [choice({"role": "assistant", "content": "It is sunny."})]}
    session = {"metadata": {"session_id": "s1"}}
    rows = [entry(**session), entry(grown, answer, **session), entry(response=None, status_code=500, **session)]
    path = write_jsonl(tmp_path / "logs.jsonl", rows)
    added = workspace.add(path, license="own")
    assert (added.given, added.added, added.dropped) == (3, 2, 1)
    assert added.notes[0].startswith(
        "logs.jsonl: requests to a model with their responses (3 rows), time = 'created_at'"
    )
    assert read_dropped(added.dropped_file)[0]["detail"] == "the request failed with status 500"
    found = read_file(path, kind=KINDS["tools"])
    assert [(row.session, row.time) for row in found.rows[:2]] == [("s1", "2026-01-01T10:00:00Z")] * 2
    chosen = read_file(path, kind=KINDS["tools"], columns=Columns(group="none"))
    assert [row.session for row in chosen.rows] == [None] * 3


def test_for_intents_the_last_message_of_the_user_is_the_query(tmp_path: Path) -> None:
    workspace = winnow.init(tmp_path / "w")
    result = {"role": "tool", "tool_call_id": "a", "content": "sunny"}
    blocks = [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}]
    parts = {"role": "user", "content": [{"type": "text", "text": "And tomorrow?"}]}
    rows = [
        entry(metadata={"session_id": "s1"}),
        entry({"messages": [ASK, {"role": "assistant", "content": "Sunny."}, parts]}),
        entry({"messages": [{"role": "user", "content": "Did it fail?"}]}, None, status_code=500),
        entry({"messages": [ASK, CALLING, result]}),
        entry({"messages": [ASK, {"role": "user", "content": blocks}]}),
        entry({"contents": []}),
        {"request": {"input": "And in Rome?"}, "response": ITEMS},
        entry({"input": [ASK, {"role": "user", "content": [{"type": "input_text", "text": "Hm?"}]}]}, None),
        entry({"input": [ASK, {"type": "function_call_output", "call_id": "a", "output": "sunny"}]}, ITEMS),
        entry({"input": "a text to embed"}, {"object": "list", "data": []}),
        entry({"messages": [{"role": "user", "content": [{"type": "image"}]}]}),
    ]
    path = write_jsonl(tmp_path / "logs.jsonl", rows)
    added = workspace.add(path, license="own")
    assert (added.given, added.added, added.reasons) == (
        11,
        5,
        {"empty": 3, "malformed_dialogue": 2, "not_text": 1},
    )
    found = read_file(path)
    texts = [row.content["text"] for row in found.rows if row.problem is None]
    assert texts == ["Weather in Paris?", "And tomorrow?", "Did it fail?", "And in Rome?", "Hm?"]
    assert [row.problem.detail for row in found.rows if row.problem] == [
        "the request ends with a message of the role 'tool', not with a query",
        "the request ends with results of tools, not with a query",
        "the request is one to Gemini; expected the messages of a chat",
        "the request ends with results of tools, not with a query",
        "the request is one to a model of embeddings; expected the messages of a chat",
        "the last message of the request: a block of type 'image', expected 'input_text' or 'output_text' or 'text'",
    ]
    assert found.rows[0].session == "s1"
