"""Llama 3.1 and later: an answer is text, or one call as JSON with `parameters`, after `<|python_tag|>` or alone."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer

PYTHON_TAG = "<|python_tag|>"


def _write(answer: RawAnswer) -> str:
    return answer.content + "; ".join(one.json_object(arguments="parameters") for one in answer.calls)


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
