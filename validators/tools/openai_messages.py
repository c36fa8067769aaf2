"""Write dialogues as OpenAI chat messages and tools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from winnow.validators.tools.call_formats import openai_tool_calls
from winnow.validators.tools.call_formats.answer import Answer
from winnow.validators.tools.dialogue import Dialogue, Role, Tool, Turn


def openai_messages(dialogue: Dialogue, system_prompt: str = "") -> list[dict[str, Any]]:
    """The messages, the system prompt first. A turn that is not learned has `weight: 0`, as in fine-tuning files."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, *(_message(turn, dialogue) for turn in dialogue.turns)]


def openai_tools(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """The declarations of tools, in their order."""
    return [_declaration(tool) for tool in tools]


def _message(turn: Turn, dialogue: Dialogue) -> dict[str, Any]:
    if turn.role == Role.TOOL:
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.content}
    if turn.role == Role.USER:
        return {"role": "user", "content": turn.content}
    message = openai_tool_calls.render(Answer(turn.content, turn.calls), dialogue.tools)
    more = {"reasoning_content": turn.reasoning} if turn.reasoning else {}
    return {**message, **more, **({} if turn.train else {"weight": 0})}


def _declaration(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
