"""The section `roles` of the task file: agents that share a dataset, each with tools and an adapter of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from winnow.config.section import Name, TaskSection
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem


class AgentRole(TaskSection):
    """One agent: what it offers, and what it is told."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    """Name of the role, unique in the task; `train --role` takes it."""
    tools: list[Name] = Field(min_length=1)
    """Names of the tools that it offers. Roles may share tools."""
    system_prompt: str | None = None
    """A text file with its system prompt; by default that of the task."""

    @property
    def document_key(self) -> str:
        """The key of its system prompt among the documents of the task."""
        return f"roles.{self.name}.system_prompt"


def role_problems(raw: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """Names that occur twice, and roles in a task without tools.

    That each tool is in a role and each of a role is known is checked where the file of tools is read.
    """
    roles = raw.get("roles")
    if not isinstance(roles, list) or not roles:
        return
    if raw.get("kind") != "tools" or not raw.get("tools"):
        found = "roles, in a task without `tools`"
        yield ("roles",), Problem("", found, "a task of kind tools with a file of tools", "remove `roles`")
    named = [(index, str(role.get("name"))) for index, role in enumerate(roles) if isinstance(role, dict)]
    counts = Counter(name for _, name in named)
    for index, name in named:
        if counts[name] > 1:
            yield ("roles", index, "name"), Problem("", f"role {name!r} occurs twice", "each role once", "rename one")
