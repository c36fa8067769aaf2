"""FunctionGemma: `call:name{key:value}` between tags; keys have no quotes, and texts stand between `<escape>`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer
from winnow.validators.tools.strict_json import write_json

ESCAPE = "<escape>"


def _value(value: Any) -> str:
    """A value as the model writes it."""
    if isinstance(value, str):
        return f"{ESCAPE}{value}{ESCAPE}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_value, value)) + "]"
    return write_json(value)


def _write(answer: RawAnswer) -> str:
    calls = [f"<start_function_call>call:{one.name}{_value(one.arguments)}<end_function_call>" for one in answer.calls]
    return answer.content + "".join(calls)


FUNCTION_GEMMA = OutputForm(
    fields={
        "tool_calls": {
            "open_pattern": r"<start_function_call>call:(?P<name>[\w.-]+)(?=\{)",
            "close": "<end_function_call>",
            "content": "json",
            "content_args": {"unquoted_keys": True, "string_delims": [[ESCAPE, ESCAPE]]},
            "repeats": True,
            "transform": {"name": "{name}", "arguments": "{content}"},
        },
        "content": {},
    },
    write=_write,
    marks=("<start_function_call>", "<end_function_call>"),
    stops=("<end_of_turn>", "<start_function_response>"),
)
