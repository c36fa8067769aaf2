"""Calls as JSON between tags, after the text: Qwen with one call in each pair of tags, Phi-4 with a list."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer


def with_thinking(answer: RawAnswer) -> str:
    """The reasoning between `<think>` tags, and the text."""
    thinking = f"<think>\n{answer.reasoning}\n</think>\n\n" if answer.reasoning else ""
    return thinking + answer.content


def _write_qwen(answer: RawAnswer) -> str:
    calls = [f"\n<tool_call>\n{one.json_object()}\n</tool_call>" for one in answer.calls]
    return with_thinking(answer) + "".join(calls)


def _write_phi4(answer: RawAnswer) -> str:
    calls = ", ".join(one.json_object() for one in answer.calls)
    return answer.content + (f"<|tool_call|>[{calls}]<|/tool_call|>" if calls else "")


QWEN = OutputForm(
    fields={
        "reasoning": {"open": "<think>", "close": "</think>"},
        "tool_calls": {
            "open": "<tool_call>",
            "close": "</tool_call>",
            "content": "json",
            "repeats": True,
            "transform": {"name": "{content.name}", "arguments": "{content.arguments}"},
        },
        "content": {},
    },
    write=_write_qwen,
    marks=("<think>", "</think>", "<tool_call>", "</tool_call>"),
    stops=("<|im_end|>",),
)

PHI4 = OutputForm(
    fields={
        "tool_calls": {
            "open": "<|tool_call|>",
            "close": "<|/tool_call|>",
            "content": "json",
            "transform": {"name": "{name}", "arguments": "{arguments}"},
            "transform_each": True,
        },
        "content": {},
    },
    write=_write_phi4,
    marks=("<|tool_call|>", "<|/tool_call|>"),
    stops=("<|end|>",),
)
