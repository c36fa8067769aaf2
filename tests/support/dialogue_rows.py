"""One valid row of every format of dialogues, by the format's name; the tools are those of `dialogues.TOOLS`."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialogues import TOOLS, dialogue

_PARIS = {"city": "Paris"}

ROWS: dict[str, dict[str, Any]] = {
    "winnow": {
        "messages": [
            {"role": "user", "content": "How is the weather in Paris?"},
            {"role": "assistant", "content": "", "calls": [{"id": "a", "name": "weather", "arguments": _PARIS}]},
            {"role": "tool", "content": "sunny", "call_id": "a"},
            {"role": "assistant", "content": "It is sunny.", "reasoning": "The result says so."},
        ],
        "tools": TOOLS,
    },
    "openai": dialogue("How is the weather in Paris?", "Paris"),
    "request": {"text": "How is the weather in Paris?"},
    "hugging_face": {
        "messages": [
            {"role": "user", "content": "How is the weather in Paris?"},
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": _PARIS}}],
            },
            {"role": "tool", "name": "weather", "content": "sunny"},
            {"role": "assistant", "content": "It is sunny."},
        ],
        "tools": TOOLS,
    },
    "prompt_completion": {
        "prompt": [{"role": "user", "content": "How is the weather in Paris?"}],
        "completion": [
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": _PARIS}}],
            },
        ],
        "tools": TOOLS,
    },
    "xlam": {
        "query": "How is the weather in Paris?",
        "answers": json.dumps([{"name": "weather", "arguments": _PARIS}]),
        "tools": json.dumps(TOOLS),
    },
}
