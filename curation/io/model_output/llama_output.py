"""Llama 3.1 and later: an answer is text, or one call as JSON with `parameters`, after `<|python_tag|>` or alone."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer
from winnow.validators.tools.strict_json import write_json

PYTHON_TAG = "<|python_tag|>"


def _write(answer: RawAnswer) -> str:
    calls = [f'{{"name": {write_json(one.name)}, "parameters": {one.json}}}' for one in answer.calls]
    return answer.content + "; ".join(calls)


LLAMA3 = OutputForm(
    fields={
        "tool_calls": {
            "open_pattern": r'\A\s*(?=\{\s*"name"\s*:)',
            "content": "json",
            "repeats": True,
            "transform": {"name": "{content.name}", "arguments": "{content.parameters}"},
        },
        "content": {},
    },
    write=_write,
    marks=(),
    stops=("<|eot_id|>", "<|eom_id|>"),
    starts=(PYTHON_TAG,),
    call_like=r'\A\s*\{.*"(?:name|parameters)"\s*:',
)
