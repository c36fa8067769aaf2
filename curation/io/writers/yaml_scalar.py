"""Text as a scalar of YAML that every parser reads as the same text."""

from __future__ import annotations

import json
import re

ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON allows in a text as they are, and YAML does not, or reads as line breaks."""


def yaml_scalar(text: str) -> str:
    """The text in double quotes; JSON's escapes are escapes of YAML too."""
    return ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def yaml_list(texts: list[str]) -> str:
    """The texts as a list on one line."""
    return f"[{', '.join(map(yaml_scalar, texts))}]"
