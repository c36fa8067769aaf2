"""Calls in the notations of other models are found in prose; what only resembles one is not."""

from __future__ import annotations

import time

import pytest

from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.dialogue import Tool

WEATHER = Tool("get_weather", "Weather of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})


@pytest.mark.parametrize(
    "call",
    [
        '{"tool": "get_weather", "params": {"city": "Rome"}}',
        '{"tool":"get_weather","parameters":{}}',
        "{'tool': 'get_weather', 'args': {}}",
        "{“tool”: “get_weather”, “params”: {}}",
        '{tool: "get_weather", params: {}}',
        '{\n  "tool": "get_weather",\n  "params": {}\n}',
        '{"params": {"city": "Rome"}, "tool": "get_weather"}',
        '{"params": {\n  "city": "Rome"\n}, "tool": "get_weather"}',
        '"{\\"tool\\": \\"get_weather\\", \\"params\\": {}}"',
        '{"id": "1", "name": "get_weather", "arguments": {}}',
        '{"arguments": {"a": {}}, "name": "get_weather"}',
        '[{"name": "get_weather", "arguments": "{}"}]',
        '{"function": {"name": "get_weather", "arguments": "{}"}}',
        '{"type": "tool_use", "id": "1", "name": "get_weather", "input": {}}',
        "tool: get_weather\nparams:\n  city: Rome",
        "- tool: get_weather\n  params: {city: Rome}",
        '<tool_call>\n{"name": "f"}\n</tool_call>',
        "</tool_call>",
        "<TOOL_CALL>",
        '<functioncall> {"name": "f"} <|endoftext|>',
        "<function=get_weather>{}</function>",
        '<function_calls><invoke name="get_weather">',
        '<|python_tag|>get_weather.call(city="Rome")',
        "[TOOL_CALLS] [...]",
        "<｜tool▁calls▁begin｜>",
        "<|tool_call|>[...]",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0",
        "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{}",
        '<invoke name="get_weather">',
        "✿FUNCTION✿: get_weather",
        "<use_mcp_tool><server_name>s</server_name></use_mcp_tool>",
        "```xml\n<tool>get_weather</tool>\n```",
        "functools[...]",
        "Action: get_weather\nAction Input: Rome",
        "get_weather(city='Rome')",
        '[get_weather(city="Rome"), f()]',
        'get_weather("Rome")',
        'get_weather({"city": "Rome"})',
        "get_weather(\n    city='Rome',\n)",
    ],
)
def test_a_call_in_prose_is_found_at_its_beginning(call: str) -> None:
    prose = f"Looking it up.\n\n{call}\n\nOne moment."
    found = min(calls_in_prose(prose, (WEATHER,)))
    assert found in range(prose.index(call), prose.index(call) + len(call))


@pytest.mark.parametrize(
    "prose",
    [
        'The record is {"name": "Ann", "age": 3}.',
        '{"name": "get_weather", "description": "d", "parameters": {"type": "object"}}',
        '{"tool": "hammer", "price": 3}',
        "I use the tool get_weather with these params: city.",
        "The name: Ann. The arguments: none.",
        'Call get_weather(city) or get_weather(), or get_weather ("Rome").',
        "If get_weather(city == 'Rome') holds, other_get_weather(city='Rome') does too.",
        "My action: none. Action is needed.",
        "Compare a < tool and b > call; the function f(x) = 2x.",
        "set = {tool for tool in tools}; params = {}",
        "<b>tool</b> call",
    ],
)
def test_prose_is_left_alone(prose: str) -> None:
    assert list(calls_in_prose(prose, (WEATHER,))) == []


def test_calls_as_in_a_program_are_found_for_offered_tools_only() -> None:
    prose = "print(text='hi'), get_weather(city='Rome')"
    assert list(calls_in_prose(prose)) == []
    assert list(calls_in_prose(prose, (WEATHER,))) == [prose.index("get_weather")]


@pytest.mark.parametrize("text", ["{", '{"tool": ', '{"params": {', "tool:\n", "Action:\n", "<", "tool: a\n\n", " "])
def test_a_long_text_is_searched_in_time(text: str) -> None:
    """A pattern that backtracks without a bound takes minutes for these."""
    start = time.perf_counter()
    list(calls_in_prose(text * (200_000 // len(text)), (WEATHER,)))
    assert time.perf_counter() - start < 10
