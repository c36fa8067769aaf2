"""One valid row of every format of the ShareGPT family; the tools are those of `dialogues.TOOLS`."""

from __future__ import annotations

import json
from typing import Any

from tests.support.dialogues import TOOLS

QUESTION = "How is the weather in Paris?"
CALL = json.dumps({"name": "weather", "arguments": {"city": "Paris"}})
GLAIVE_CALL = """<functioncall> {"name": "weather", "arguments": '{"city": "Paris"}'}"""

SHAREGPT_ROWS: dict[str, dict[str, Any]] = {
    "sharegpt": {
        "conversations": [
            {"from": "human", "value": QUESTION},
            {"from": "function_call", "value": CALL},
            {"from": "observation", "value": "sunny"},
            {"from": "gpt", "value": "It is sunny."},
        ],
        "tools": json.dumps(TOOLS),
        "system": "Be kind.",
    },
    "hermes": {
        "conversations": [
            {"from": "system", "value": f"Signatures stand within <tools></tools>.\n<tools>\n{TOOLS}\n</tools>"},
            {"from": "human", "value": QUESTION},
            {"from": "gpt", "value": f"<think>\nA call.\n</think>\n<tool_call>\n{json.loads(CALL)}\n</tool_call>"},
            {"from": "tool", "value": '<tool_response>\n{"name": "weather", "content": "sunny"}\n</tool_response>'},
            {"from": "gpt", "value": "It is sunny."},
        ],
    },
    "glaive": {
        "conversations": [
            {"from": "human", "value": QUESTION},
            {"from": "gpt", "value": f"{GLAIVE_CALL} </functioncall>"},
            {"from": "function_response", "value": "sunny"},
            {"from": "gpt", "value": "It is sunny."},
        ],
        "tools": TOOLS,
    },
    "glaive_rows": {
        "system": "SYSTEM: You are a helpful assistant with access to the following functions. Use them if required -\n"
        + "\n\n".join(json.dumps(tool, indent=4) for tool in TOOLS),
        "chat": f"USER: {QUESTION}\n\n\nASSISTANT: {GLAIVE_CALL} <|endoftext|>\n\n\nFUNCTION RESPONSE: sunny\n\n\n"
        "ASSISTANT: It is sunny. <|endoftext|>\n\n\n",
    },
    "typed_parts": {
        "messages": [
            {"role": "user", "content": [{"type": "text", "value": QUESTION}]},
            {
                "role": "assistant",
                "content": [{"type": "reasoning", "value": "A call."}, {"type": "tool_call", "value": CALL}],
            },
            {"role": "tool", "content": [{"type": "text", "value": "sunny"}]},
            {"role": "assistant", "content": [{"type": "text", "value": "It is sunny."}]},
        ],
        "tools": json.dumps(TOOLS),
    },
}
