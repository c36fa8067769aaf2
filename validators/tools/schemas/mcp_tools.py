"""MCP: `{name, title, description, inputSchema}`, in the `tools` of an answer to `tools/list`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.schemas.declaration import Declaration, ToolDialect


def recognizes(declared: Mapping[str, Any]) -> bool:
    """Whether the schema is called `inputSchema`."""
    return "inputSchema" in declared


def read(declared: Mapping[str, Any]) -> Declaration:
    """The declaration; a title stands in for a missing description."""
    return Declaration(
        declared.get("name"), declared.get("description", declared.get("title")), declared["inputSchema"]
    )


MCP_TOOL = ToolDialect("MCP's `inputSchema`", recognizes, read)
