"""A response of a language model in Winnow's own terms, and the items that are read from its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winnow.core.model_vocabulary import ResponseOutcome
from winnow.generators.llm.prices import Usage
from winnow.validators.tools.strict_json import JsonError, read_json


@dataclass(frozen=True)
class LlmResponse:
    """What a provider's module reads in a stored response."""

    text: str
    """The answer without the model's thinking."""
    outcome: ResponseOutcome
    usage: Usage | None
    """None where the response does not tell it; its cost then counts as what was reserved."""


def read_items(text: str, name: str, fields: Mapping[str, type]) -> list[dict[str, Any]]:
    """The items of a response whose fields have these types; others are skipped, and so is what is no strict JSON."""
    try:
        found = read_json(text)
    except JsonError:
        return []
    listed = found.get(name) if isinstance(found, dict) else None
    return [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and all(type(item.get(field)) is kind for field, kind in fields.items())
    ]
