"""What keeps a declaration from being a tool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ToolProblemName(StrEnum):
    """Why a tool is refused."""

    NOT_A_DECLARATION = "not_a_declaration"
    """The text is not JSON, the value is not an object, or it has no name, description or schema that can be read."""
    UNMAPPABLE_TYPE = "unmappable_type"
    """An argument's type has no JSON form."""
    UNRESOLVED_REFERENCE = "unresolved_reference"
    """A `$ref` leads nowhere in the declaration; nothing is ever fetched."""
    INVALID_SCHEMA = "invalid_schema"
    """The schema is not JSON Schema 2020-12, after everything known of other dialects was rewritten."""
    REQUIRED_NOT_DECLARED = "required_not_declared"
    """A required argument is declared nowhere, so that no call can be right."""
    DECLARED_TWICE = "declared_twice"
    """Two declarations of one name differ."""


@dataclass(frozen=True)
class ToolProblem:
    """One thing that is wrong with a declaration."""

    name: ToolProblemName
    tool: str
    """The tool's name; `tool 3` for the third declaration if it has none; empty where the whole list is meant."""
    argument: str
    """The path of the argument, such as `flights[].date`; empty where the whole tool is meant."""
    detail: str

    def __str__(self) -> str:
        if not self.tool:
            return self.detail
        tool = self.tool if self.tool.startswith("tool ") else f"tool {self.tool!r}"
        return f"{tool}, argument {self.argument!r}: {self.detail}" if self.argument else f"{tool}: {self.detail}"


class UnmappableTypeError(ValueError):
    """A type has no JSON form; the message names it."""

    def __init__(self, type_name: object) -> None:
        super().__init__(f"type {type_name!r} has no JSON form")
