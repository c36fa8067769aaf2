"""What every variation must preserve: numbers, slot values, negation, direction, and whether a file is written."""

from __future__ import annotations

import re

from winnow.generators.variations.slots import FILE_PATTERN
from winnow.validators.wording.guards import Guards, protecting_guards

ALLOWED_CHANGES = {
    "slots": ("numbers", "slots", "direction", "time", "ordinal", "degree"),
    "times": ("slots", "direction", "time"),
}
"""Guards that a kind is exempt from: it replaces one value by another, so a direction keeps its meaning."""

PATH = re.compile(FILE_PATTERN, re.I)

TO_FILE = re.compile(rf"\b(?:into|in|to|as) (?:(?:the|a) )?(?:file )?{FILE_PATTERN}", re.I)


def broken_invariant(seed: str, text: str, kind: str, guards: Guards) -> str | None:
    """The invariant that a variation breaks, as a reason such as `negation_changed`; None when it breaks none."""
    for guard in protecting_guards(guards.signature(seed), guards.signature(text)):
        if guard not in ALLOWED_CHANGES.get(kind, ()):
            return f"{guard}_changed"
    return None if _files(seed) == _files(text) else "file_target_changed"


def _files(text: str) -> tuple[int, int]:
    """How many paths a text contains, and how many follow a word that may make them a target."""
    return len(PATH.findall(text)), len(TO_FILE.findall(text))
