"""A string as a YAML scalar."""

from __future__ import annotations

import yaml


def one_line_scalar(value: str) -> str:
    """The string as one YAML scalar on one line, quoted where necessary."""
    text = yaml.safe_dump(value, width=10_000, allow_unicode=True).removesuffix("...\n").rstrip("\n")
    if "\n" not in text:
        return text
    return yaml.safe_dump(value, width=10_000, allow_unicode=True, default_style='"').rstrip("\n")
