"""What the tools of a file are that a tool mapping leaves out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnmappedTool:
    """A tool of a file that the mapping neither maps nor ignores."""

    name: str
    called: int
    """Dialogues that call it."""
    offered: int
    """Dialogues that offer it, calling it or not."""


@dataclass(frozen=True)
class UnmappedTools:
    """All of them, those in the most calls first."""

    tools: tuple[UnmappedTool, ...] = ()
    skeleton: str = ""
    """A mapping for those that are called, as YAML; the tools and arguments with similar names are filled in."""
