"""One valid row of every format of dialogues, by the format's name; the tools are those of `dialogues.TOOLS`."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialogues import TOOLS, dialogue
from tests.support.sharegpt_rows import SHAREGPT_ROWS

_PARIS = {"city": "Paris"}

_ASKED: dict[str, Any] = {"role": "user", "content": "How is the weather in Paris?"}
_SAYS: dict[str, Any] = {"role": "assistant", "content": "It is sunny."}
_USES_TOOL: dict[str, Any] = {
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "The weather tool.", "signature": "x"},
        {"type": "text", "text": "I will look."},
        {"type": "tool_use", "id": "a", "name": "weather", "input": _PARIS},
    ],
}
_TOOL_RESULT: dict[str, Any] = {
    "role": "user",
    "content": [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}],
}
_CALL_ITEM: dict[str, Any] = {
    "type": "function_call",
    "call_id": "a",
    "name": "weather",
    "arguments": json.dumps(_PARIS),
}
_OUTPUT_ITEM: dict[str, Any] = {"type": "function_call_output", "call_id": "a", "output": "sunny"}
_STEPS: list[dict[str, Any]] = [
    {"step_id": 1, "source": "user", "message": "How is the weather in Paris?"},
    {
        "step_id": 2,
        "source": "agent",
        "message": "",
        "tool_calls": [{"tool_call_id": "a", "function_name": "weather", "arguments": _PARIS}],
        "observation": {"results": [{"source_call_id": "a", "content": "sunny"}]},
    },
    {"step_id": 3, "source": "agent", "message": "It is sunny."},
]
_ASKED_IN_PARTS: dict[str, Any] = {
    "role": "user",
    "parts": [{"type": "text", "content": "How is the weather in Paris?"}],
}
_ANSWERED_IN_PARTS: dict[str, Any] = {
    "role": "assistant",
    "parts": [{"type": "tool_call", "id": "a", "name": "weather", "arguments": _PARIS}],
    "finish_reason": "tool_call",
}

_TEXT_CALL = 'Looking.\n\n```json\n{"tool": "weather", "params": {"city": "Paris"}}\n```'

_WITH_TEXT_CALL = [
    {"role": "user", "content": "How is the weather in Paris?"},
    {"role": "assistant", "content": _TEXT_CALL},
    {"role": "tool", "content": "sunny", "tool_call_id": "call_1"},
    {"role": "assistant", "content": "It is sunny."},
]

ROWS: dict[str, dict[str, Any]] = {
    **SHAREGPT_ROWS,
    "winnow": {
        "messages": [
            {"role": "user", "content": "How is the weather in Paris?"},
            {"role": "assistant", "content": "", "calls": [{"id": "a", "name": "weather", "arguments": _PARIS}]},
            {"role": "tool", "content": "sunny", "call_id": "a"},
            {"role": "assistant", "content": "It is sunny.", "reasoning": "The result says so."},
        ],
        "tools": TOOLS,
    },
    "text_calls": {"messages": _WITH_TEXT_CALL, "tools": TOOLS},
    "answers": {
        "id": "x1",
        "prompt": _WITH_TEXT_CALL[:3],
        "completion": _WITH_TEXT_CALL[3:],
        "offered_tools": json.dumps(TOOLS),
        "answer": 1,
        "answers": 1,
    },
    "openai": dialogue("How is the weather in Paris?", "Paris"),
    "request": {"text": "How is the weather in Paris?"},
    "anthropic": {"messages": [_ASKED, _USES_TOOL, _TOOL_RESULT, _SAYS], "tools": TOOLS},
    "system": {"system": "Be kind.", "messages": [_ASKED, _USES_TOOL, _TOOL_RESULT, _SAYS], "tools": TOOLS},
    "hugging_face": {
        "messages": [
            {"role": "user", "content": "How is the weather in Paris?"},
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": _PARIS}}],
            },
            {"role": "tool", "name": "weather", "content": "sunny"},
            {"role": "assistant", "content": "It is sunny."},
        ],
        "tools": TOOLS,
    },
    "prompt_completion": {
        "prompt": [{"role": "user", "content": "How is the weather in Paris?"}],
        "completion": [
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": _PARIS}}],
            },
        ],
        "tools": TOOLS,
    },
    "openai_responses": {"messages": [_ASKED, _CALL_ITEM, _OUTPUT_ITEM, _SAYS], "tools": TOOLS},
    "responses_request": {
        "instructions": "Be kind.",
        "input": [_ASKED, _CALL_ITEM, _OUTPUT_ITEM],
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sunny."}]}],
        "tools": TOOLS,
        "label": "direct",
    },
    "atif": {"messages": _STEPS, "tools": TOOLS},
    "atif_trajectory": {
        "schema_version": "ATIF-v1.7",
        "session_id": "s",
        "agent": {"name": "a", "version": "1", "tool_definitions": TOOLS},
        "steps": _STEPS,
    },
    "otel_messages": {"messages": [_ASKED_IN_PARTS, _ANSWERED_IN_PARTS], "tools": TOOLS},
    "otel": {
        "traceId": "4bf9",
        "spanId": "00f0",
        "name": "chat m",
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": json.dumps([_ASKED_IN_PARTS]),
            "gen_ai.output.messages": [_ANSWERED_IN_PARTS],
            "gen_ai.tool.definitions": json.dumps(TOOLS),
        },
    },
    "alpaca": {
        "instruction": "How is the weather?",
        "input": "Paris",
        "output": json.dumps([{"name": "weather", "arguments": _PARIS}]),
        "history": [["Hi", "Hello!"]],
        "system": "Be kind.",
        "tools": TOOLS,
    },
    "xlam": {
        "query": "How is the weather in Paris?",
        "answers": json.dumps([{"name": "weather", "arguments": _PARIS}]),
        "tools": json.dumps(TOOLS),
    },
    "gateway": {
        "id": "01J",
        "provider": "workers-ai",
        "status_code": 200,
        "metadata": {"session_id": "s1"},
        "request": {
            "messages": [
                {"role": "user", "content": "How is the weather in Paris?"},
                {"role": "assistant", "content": "", "tool_calls": [{"name": "weather", "arguments": _PARIS}]},
                {"role": "tool", "name": "weather", "content": "sunny"},
            ],
            "tools": TOOLS,
        },
        "response": 'data: {"response": "It is "}\n\ndata: {"response": "sunny."}\n\ndata: [DONE]\n\n',
    },
}
