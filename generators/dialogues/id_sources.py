"""Which tools return the ids that a tool needs, as real dialogues show it: a schema does not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from winnow.generators.proposal import PromptContext
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role
from winnow.validators.tools.dialogue_facets import threading_calls

FINDS = re.compile(
    r"(?:^|_)(?:list|search|find|get|look|lookup|query|fetch|show|read|check|retrieve|browse|view)(?=$|[_A-Z])"
)
"""Names of tools that find what exists; the others make or change something."""

MIN_ID_CHARACTERS = 3
"""Shorter values occur in results by chance."""


def id_sources(prompt_context: PromptContext, tool: str) -> list[str]:
    """The tools whose results gave an id to a call of this tool in real dialogues, sorted; none where there is none."""
    dialogues = (
        dialogue_of(seed.content)
        for label, seeds in prompt_context.seeds.items()
        if tool in TOOLS.target_parts(label)
        for seed in seeds
    )
    return sorted({name for dialogue in dialogues for name in _sources(dialogue, tool)})


def _sources(dialogue: Dialogue, tool: str) -> Iterator[str]:
    for call in threading_calls(dialogue):
        if call.name == tool:
            yield from _givers(dialogue, call)


def _givers(dialogue: Dialogue, call: Call) -> Iterator[str]:
    """The other tools whose result before a call holds one of its values."""
    names = {one.id: one.name for _, one in dialogue.calls()}
    values = [value for value in _texts(call.arguments.values()) if len(value) >= MIN_ID_CHARACTERS]
    for turn in dialogue.turns:
        if call in turn.calls:
            return
        if turn.role is Role.TOOL and any(value in turn.content for value in values):
            yield names[turn.call_id]


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list):
            yield from _texts(value)
        else:
            yield str(value)


def finds(name: str) -> bool:
    """Whether a tool of this name finds what exists."""
    return bool(FINDS.search(name))
