"""Calls in prose: what looks like a call in any common notation would be trained as text that a person reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from winnow.validators.tools.dialogue import Tool

_QUOTE = r"""\\*["'“”„‟‘’‚‛«»`´＂＇]?"""
"""A quotation mark of any kind, escaped or not, or none."""
_PARAMETERS = "params|parameters|arguments|args"
_KEY_PAIRS = (
    ("tool|tool_name|function", _PARAMETERS),
    ("name", "arguments|args"),  # not `parameters`: a name with parameters is the declaration of a tool
)
_BETWEEN = "[^{}]{0,400}?"
"""Between two keys of one object. The length bounds the time that a long text takes."""


def _key(names: str) -> str:
    return rf"(?<![\w-]){_QUOTE}(?:{names})\s*{_QUOTE}\s*[:=]"


_OBJECTS = [rf"\{{{_BETWEEN}{_key(name)}{_BETWEEN}{_key(arguments)}" for name, arguments in _KEY_PAIRS]
_TURNED_OBJECTS = [
    rf"\{{\s*{_key(arguments)}\s*\{{[\s\S]{{0,2000}}?\}}\s*,\s*{_key(name)}" for name, arguments in _KEY_PAIRS
]
"""Objects with the arguments before the name; the length bounds the time as above."""
_LINES = [rf"^[^\w\n]*{_key('tool|tool_name')}.*\n[^\w\n]*{_key(_PARAMETERS)}"]
"""YAML, and JSON of one key a line without its first brace."""
_TAGS = [
    rf"{_key('type')}\s*{_QUOTE}(?:tool_use|tool_call|function_call)\b",  # Anthropic, OpenAI
    r"</?\s*(?:tool_?calls?|function_?calls?|tool_use|start_function_call)\b",  # Hermes, Glaive, FunctionGemma
    r"<function\s*=",  # Llama 3.1 with tools of the user
    r"<(?:use_mcp_)?tool(?:_name)?>",  # Cline
    r"<invoke\s+name\s*=",  # Claude
    r"<\|(?:python_tag|tool_call)",  # Llama 3, Phi-4, Granite, Kimi
    r"\bto=functions\.",  # GPT-OSS
    r"<｜tool▁calls?",  # DeepSeek
    r"\[TOOL_CALLS\]",  # Mistral
    r"\bfunctools\[",  # Phi-4-mini
    r"✿FUNCTION✿",  # Qwen-Agent
    r"^Action:.*\n+Action Input:",  # ReAct
]
_ARGUMENT = r"""\s*(?:\w+\s*=[^=]|[{"'])"""
"""How the arguments of a call in a program begin: with a name, a string, an object or a dict."""
_CALL = re.compile("|".join((*_OBJECTS, *_TURNED_OBJECTS, *_LINES, *_TAGS)), re.IGNORECASE | re.MULTILINE)


def calls_in_prose(prose: str, tools: Sequence[Tool] = ()) -> Iterator[int]:
    """The offsets in prose where a call begins that is written in JSON, YAML, the tags of a model, or as in a program.

    A call as in a program is only found for the given tools: `get_weather(city=`, `get_weather("`, `get_weather({`.
    """
    yield from (found.start() for found in _CALL.finditer(prose))
    if tools:
        names = "|".join(re.escape(tool.name) for tool in tools)
        yield from (found.start() for found in re.finditer(rf"(?<![\w.])(?:{names})\((?:{_ARGUMENT})", prose))
