"""Command R7B and Command A: reasoning, calls as a list of JSON, and the text, each between tags of its own."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer
from winnow.validators.tools.strict_json import write_json


def _write(answer: RawAnswer) -> str:
    calls = [
        f'{{"tool_call_id": "{place}", "tool_name": {write_json(one.name)}, "parameters": {one.json}}}'
        for place, one in enumerate(answer.calls)
    ]
    thinking = f"<|START_THINKING|>{answer.reasoning}<|END_THINKING|>" if answer.reasoning else ""
    action = f"<|START_ACTION|>[{', '.join(calls)}]<|END_ACTION|>" if calls else ""
    text = f"<|START_RESPONSE|>{answer.content}<|END_RESPONSE|>" if answer.content else ""
    return thinking + action + text


COHERE = OutputForm(
    fields={
        "reasoning": {"open": "<|START_THINKING|>", "close": "<|END_THINKING|>"},
        "tool_calls": {
            "open": "<|START_ACTION|>",
            "close": "<|END_ACTION|>",
            "content": "json",
            "transform": {"name": "{tool_name}", "arguments": "{parameters}"},
            "transform_each": True,
        },
        "content": {"open": "<|START_RESPONSE|>", "close": "<|END_RESPONSE|>"},
    },
    write=_write,
    marks=tuple(f"<|{side}_{part}|>" for side in ("START", "END") for part in ("THINKING", "ACTION", "RESPONSE")),
    stops=("<|END_OF_TURN_TOKEN|>",),
)
