"""Mistral: calls after `[TOOL_CALLS]`, as a list of JSON or, in newer models, a name and `[ARGS]` for each."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer


def _write_list(answer: RawAnswer) -> str:
    calls = ", ".join(one.json_object() for one in answer.calls)
    return answer.content + (f"[TOOL_CALLS] [{calls}]" if calls else "")


def _write_args(answer: RawAnswer) -> str:
    return answer.content + "".join(f"[TOOL_CALLS]{one.name}[ARGS]{one.json}" for one in answer.calls)


MISTRAL = OutputForm(
    fields={
        "tool_calls": {
            "open": "[TOOL_CALLS]",
            "content": "json",
            "transform": {"name": "{name}", "arguments": "{arguments}"},
            "transform_each": True,
        },
        "content": {},
    },
    write=_write_list,
    marks=("[TOOL_CALLS]",),
    stops=("</s>",),
)

MISTRAL_ARGS = OutputForm(
    fields={
        "tool_calls": {
            "open_pattern": r"\[TOOL_CALLS\]\s*(?P<name>[^\s\[\]{}]+)\s*\[ARGS\]",
            "close_pattern": r"(?=\[TOOL_CALLS\])",
            "content": "json",
            "repeats": True,
            "transform": {"name": "{name}", "arguments": "{content}"},
        },
        "content": {},
    },
    write=_write_args,
    marks=("[TOOL_CALLS]", "[ARGS]"),
    stops=("</s>",),
)
