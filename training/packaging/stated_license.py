"""The license of a base model, as the card in its folder states it."""

from __future__ import annotations

import re
from pathlib import Path

NOT_STATED = "not stated in its folder"


def stated_license(base: Path) -> str:
    """The license that the card of a model in a folder states, or that it states none."""
    card = base / "README.md"
    try:
        found = re.search(r"^license(?:_name)?:\s*(.+)$", card.read_text(encoding="utf-8"), re.M)
    except (OSError, UnicodeDecodeError):
        found = None
    return found[1].strip() if found else NOT_STATED
