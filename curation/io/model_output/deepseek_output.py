"""DeepSeek V3 and R1: calls with their arguments in a block of JSON, between tags with fullwidth bars."""

from __future__ import annotations

from winnow.curation.io.model_output.output_form import OutputForm, RawAnswer
from winnow.curation.io.model_output.tagged_output import with_thinking

BEGIN, END = "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"
CALL_BEGIN, CALL_END, SEPARATOR = "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>"


def _write(answer: RawAnswer) -> str:
    calls = [f"{CALL_BEGIN}function{SEPARATOR}{one.name}\n```json\n{one.json}\n```{CALL_END}" for one in answer.calls]
    return with_thinking(answer) + (BEGIN + "\n".join(calls) + END if calls else "")


DEEPSEEK = OutputForm(
    fields={
        "reasoning": {"open": "<think>", "close": "</think>"},
        "tool_calls": {
            "open_pattern": rf"(?:{BEGIN}\s*)?{CALL_BEGIN}\s*function\s*{SEPARATOR}(?P<name>[^\s`]+)\s*```json",
            "close_pattern": rf"```\s*{CALL_END}\s*(?:{END})?",
            "content": "json",
            "repeats": True,
            "transform": {"name": "{name}", "arguments": "{content}"},
        },
        "content": {},
    },
    write=_write,
    marks=("<think>", "</think>", BEGIN, END, CALL_BEGIN, CALL_END, SEPARATOR, "```json", "```"),
    stops=("<｜end▁of▁sentence｜>",),
)
