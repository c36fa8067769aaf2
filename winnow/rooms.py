"""Makes sure that the rooms which Python finds are Winnow's own: their names are generic."""

from __future__ import annotations

import importlib.metadata
from importlib import import_module
from pathlib import Path

ROOMS = ("reports", "training", "curation", "generators", "validators")


def clashes() -> list[str]:
    """A sentence for every room that is not Winnow's own; empty when all are."""
    home = Path(__file__).resolve().parent.parent
    found = []
    for room in ROOMS:
        try:
            module = import_module(room)
        except ImportError as error:
            found.append(f"package {room!r} cannot be imported ({error}); reinstall winnow")
            continue
        origin = Path(module.__file__).resolve() if module.__file__ else None
        if getattr(module, "WINNOW_ROOM", None) == room and origin and origin.parent.parent == home:
            continue
        found.append(
            f"package {room!r} is not Winnow's: Python found {origin or 'a folder without __init__.py'}"
            f"{_owner(room)}, expected {home / room}; {_fix(origin, home)}"
        )
    return found


def _owner(room: str) -> str:
    """Which other distributions install a package of this name."""
    owners = set(importlib.metadata.packages_distributions().get(room, [])) - {"winnow"}
    return f" (from distribution {', '.join(sorted(owners))})" if owners else ""


def _fix(origin: Path | None, home: Path) -> str:
    if origin is None or origin.parent.parent != home:
        return "rename it, or run Winnow from another folder or in an environment of its own"
    return "uninstall the other distribution and reinstall winnow, or use an environment of its own"
