"""Write dialogues as OpenAI chat messages and tools."""

from __future__ import annotations

from typing import Any

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.strict_json import write_json


def openai_messages(dialogue: Dialogue, system_prompt: str = "") -> list[dict[str, Any]]:
    """The messages, the system prompt first. A turn that is not learned has `weight: 0`, as in fine-tuning files."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return [*system, *(_message(turn, dialogue) for turn in dialogue.turns)]


def openai_tools(dialogue: Dialogue) -> list[dict[str, Any]]:
    """The offered tools, sorted by name."""
    return [_declaration(tool) for tool in dialogue.tools]


def _message(turn: Turn, dialogue: Dialogue) -> dict[str, Any]:
    if turn.role == Role.TOOL:
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.content}
    message: dict[str, Any] = {"role": turn.role.value, "content": turn.content or None}
    if turn.reasoning:
        message["reasoning_content"] = turn.reasoning
    if turn.calls:
        message["tool_calls"] = [_tool_call(call, dialogue.tool(call.name)) for call in turn.calls]
    if not turn.train:
        message["weight"] = 0
    return message


def _tool_call(call: Call, tool: Tool | None) -> dict[str, Any]:
    function = {"name": call.name, "arguments": arguments_text(call, tool)}
    return {"id": call.id, "type": "function", "function": function}


def arguments_text(call: Call, tool: Tool | None) -> str:
    """The arguments as JSON text, in the order in which the tool declares them, others last and sorted."""
    declared = list(tool.properties) if tool else []
    order = sorted(call.arguments, key=lambda name: (declared.index(name) if name in declared else len(declared), name))
    return "{" + ", ".join(f"{write_json(name)}: {write_json(call.arguments[name])}" for name in order) + "}"


def _declaration(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
