"""The identifiers that results of tools gave."""

from __future__ import annotations

from winnow.validators.tools.dialogue import Call, Dialogue, Role
from winnow.validators.tools.grounding.leaf import leaves
from winnow.validators.tools.grounding.opaque_ids import is_opaque_id, names_id
from winnow.validators.tools.strict_json import JsonError, JsonValue, read_json


def result_ids(dialogue: Dialogue) -> frozenset[str]:
    """Texts in the results of a dialogue that identify something, by the name of their key or by their form."""
    return frozenset(
        leaf.value
        for turn in dialogue.turns
        if turn.role is Role.TOOL
        for leaf in leaves(Call("", "", {"result": _content(turn.content)}), None)
        if isinstance(leaf.value, str) and (names_id(leaf) or is_opaque_id(leaf))
    )


def _content(text: str) -> JsonValue:
    try:
        return read_json(text)  # type: ignore[no-any-return]
    except JsonError:
        return text
