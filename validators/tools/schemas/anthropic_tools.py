"""Anthropic: `{name, description, input_schema}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.schemas.declaration import Declaration, ToolDialect


def recognizes(declared: Mapping[str, Any]) -> bool:
    """Whether the schema is called `input_schema`."""
    return "input_schema" in declared


def read(declared: Mapping[str, Any]) -> Declaration:
    """The declaration."""
    return Declaration(declared.get("name"), declared.get("description"), declared["input_schema"])


ANTHROPIC_TOOL = ToolDialect("Anthropic's `input_schema`", recognizes, read)
