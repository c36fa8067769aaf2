"""What lists of releases and runs share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem


@dataclass(frozen=True)
class Listed:
    """Releases or runs that were found, and why others cannot be used."""

    entries: list[dict[str, Any]]
    problems: list[Problem]


def places_below(folder: Path, marker: str) -> list[Path]:
    """The folder itself and those in it that contain a file with a name such as `manifest.json`, by name."""
    places = [folder, *(sorted(folder.iterdir()) if folder.is_dir() else ())]
    return [place for place in places if (place / marker).is_file()]
