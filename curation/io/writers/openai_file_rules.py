"""The rules of OpenAI's fine-tuning files that a release can break.

Source: the guide to supervised fine-tuning and `FineTuneChatRequestInput` of OpenAI's API description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.counted import counted
from winnow.core.vocabulary import Split
from winnow.curation.io.writers.export_format import WrittenLine

MIN_EXAMPLES = 10
"""A training file needs at least so many examples."""

MAX_TOOLS = 128
"""An example may offer so many tools."""

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What the name of a tool may be."""

ANSWER_KEYS = frozenset({"role", "content", "name", "tool_calls", "function_call", "refusal", "weight", "audio"})
"""The keys that a message of the assistant may have."""

IDS_SHOWN = 5
"""A warning names so many rows."""


def file_warnings(examples: Sequence[WrittenLine], name: str) -> list[str]:
    """Every rule that a file breaks, with the rows that break it; only training files need a number of examples."""
    broken: dict[str, list[str]] = {}
    for example in examples:
        for rule in dict.fromkeys(_broken_rules(example.line)):
            broken.setdefault(rule, []).append(example.id)
    found = [f"{name}: {rule}: not so in {_listed(ids)}" for rule, ids in broken.items()]
    if name.startswith(Split.TRAIN) and len(examples) < MIN_EXAMPLES:
        found.insert(0, f"{name}: {counted(len(examples), 'example')}; OpenAI requires at least {MIN_EXAMPLES}")
    return found


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - IDS_SHOWN:,} more" if len(ids) > IDS_SHOWN else ""
    return ", ".join(ids[:IDS_SHOWN]) + more


def _broken_rules(line: Mapping[str, Any]) -> Iterator[str]:
    messages, tools = line["messages"], line.get("tools", [])
    answers = [message for message in messages if message["role"] == "assistant"]
    if messages[-1]["role"] != "assistant":
        yield "OpenAI requires the last message to be the assistant's"
    if not any(answer.get("weight", 1) for answer in answers):
        yield "OpenAI requires an answer of weight 1"
    if len(tools) > MAX_TOOLS:
        yield f"OpenAI accepts at most {MAX_TOOLS} tools"
    for key in sorted({key for answer in answers for key in answer} - ANSWER_KEYS):
        yield f"OpenAI requires answers without the key {key!r}"
    for called in (tool["function"]["name"] for tool in tools):
        if not NAME.fullmatch(called):
            yield f"OpenAI requires tool names that match {NAME.pattern}, unlike {called!r}"
