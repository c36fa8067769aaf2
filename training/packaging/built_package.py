"""A package that was built, and the name that it gets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CARD = "README.md"
"""The model card of every package."""


@dataclass(frozen=True)
class BuiltPackage:
    """A package and what to do with it."""

    folder: Path
    new: bool
    """False when the same package was there already."""
    target: str
    name: str
    """The name that it gets in the runtime."""
    commands: str
    """The commands that convert, upload, call and check it."""
    findings: Sequence[str] = ()
    """What the package's comparison with the run found, in sentences; empty for an adapter."""

    def facts(self) -> dict[str, Any]:
        """The package in JSON."""
        return {
            "folder": str(self.folder),
            "name": self.name,
            "target": self.target,
            "commands": self.commands,
            "new": self.new,
            "findings": list(self.findings),
        }


def default_name(run_id: str) -> str:
    """The name of a package: the run's id in the letters that every target takes."""
    return re.sub(r"[^a-z0-9]+", "-", run_id.lower()).strip("-")[:63].rstrip("-")
