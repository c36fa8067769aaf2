"""Grade one argument of one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.grounding.finding import GroundingFinding
from winnow.validators.tools.grounding.ground import ground


def dialogue_of(
    said: str | tuple[Turn, ...],
    arguments: Mapping[str, Any],
    properties: Mapping[str, Any] | None = None,
    *,
    required: bool = True,
    description: str = "",
) -> Dialogue:
    """A dialogue that ends in one call of the tool `act`; without properties, its arguments have no schema."""
    before = (Turn(Role.USER, said),) if isinstance(said, str) else said
    declared = {name: {} for name in arguments} if properties is None else properties
    schema = {"type": "object", "properties": declared, "required": list(declared) if required else []}
    call = Turn(Role.ASSISTANT, calls=(Call("call_1", "act", arguments),))
    return Dialogue((*before, call), (Tool("act", description, schema),))


def grade(
    said: str | tuple[Turn, ...],
    value: Any,
    *,
    name: str = "value",
    schema: Mapping[str, Any] | None = None,
    required: bool = True,
    system_prompt: str = "",
    today: date | None = None,
) -> GroundingFinding:
    """The finding about one value, which a call has under this name after this was said."""
    dialogue = dialogue_of(said, {name: value}, {name: schema or {}}, required=required)
    return ground(dialogue, system_prompt=system_prompt, reference_date=today)[-1]
