"""Tools that a file declares only in the text of its system prompt, as Hermes and glaive do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from winnow.validators.tools.literals import read_literals, skip_space, value_at
from winnow.validators.tools.strict_json import JsonError

_BLOCK = re.compile(r"<tools>\s*([\[{](?:(?!<tools>).)*?)\s*</tools>", re.DOTALL)

_LISTED = re.compile(r"access to the following functions\. Use them if required -")

_NO_TOOLS = re.compile(r"with no access to external functions")


def tools_in_prompt(system: str) -> object:
    """What the prompt declares, in a form of `read_tools`; None if it declares nothing.

    Declarations that cannot be read are returned as their text, so that the reason names what is wrong with them.
    """
    if blocks := _BLOCK.findall(system):
        return _declared(blocks)
    if listed := _LISTED.search(system):
        return _objects_at(system, listed.end())
    return [] if _NO_TOOLS.search(system) else None


def _declared(blocks: Sequence[str]) -> object:
    try:
        return [found.value for block in blocks for found in read_literals(block)]
    except JsonError:
        return "\n".join(blocks)


def _objects_at(system: str, at: int) -> object:
    """The objects that stand one after the other; other text ends them."""
    found: list[object] = []
    at = skip_space(system, at)
    while system.startswith(("{", "["), at):
        try:
            value, _, end = value_at(system, at)
        except JsonError:
            return system[at:]
        found.append(value)
        at = skip_space(system, end)
    return found
