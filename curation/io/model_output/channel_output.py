"""GPT-OSS: messages in channels, `analysis` for the reasoning, `commentary` for calls and `final` for the text."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer

NEXT = "<|start|>assistant"


def _write(answer: RawAnswer) -> str:
    parts = [f"<|channel|>analysis<|message|>{answer.reasoning}<|end|>"] if answer.reasoning else []
    parts += [
        f"<|channel|>commentary to=functions.{one.name} <|constrain|>json<|message|>{one.json}<|call|>"
        for one in answer.calls
    ]
    parts += [f"<|channel|>final<|message|>{answer.content}<|return|>"] if answer.content else []
    return NEXT.join(parts)


GPT_OSS = OutputForm(
    fields={
        "reasoning": {"open": "<|channel|>analysis<|message|>", "close": "<|end|>"},
        "tool_calls": {
            "open_pattern": (
                r"<\|channel\|>commentary to=functions\.(?P<name>[\w.-]+)\s*<\|constrain\|>json<\|message\|>"
            ),
            "close": "<|call|>",
            "content": "json",
            "repeats": True,
            "transform": {"name": "{name}", "arguments": "{content}"},
        },
        "content": {"open": "<|channel|>final<|message|>", "close": "<|return|>"},
    },
    write=_write,
    marks=("<|channel|>", "<|message|>", "<|constrain|>", "<|end|>", "<|call|>", "<|return|>", "<|start|>"),
    stops=("<|return|>", "<|call|>"),
    starts=(NEXT,),
)
