"""Rows of Alpaca, of both kinds of content: how they are recognized, and what the user says in them."""

from __future__ import annotations

from winnow.validators.row_layout import Fields


def is_alpaca(fields: Fields) -> bool:
    """Whether a row has an instruction and a text as its output."""
    return fields.get("instruction") is not None and isinstance(fields.get("output"), str)


def instruction_text(fields: Fields) -> str:
    """The instruction, and after a line break its input, if it has one. Raises ValueError for another type."""
    parts = {name: fields.get(name) for name in ("instruction", "input")}
    wrong = next((name for name, part in parts.items() if not isinstance(part, str | None)), "")
    if wrong:
        raise ValueError(f"the {wrong} is {str(parts[wrong])[:40]!r}, expected a text")
    return "\n".join(part for part in parts.values() if isinstance(part, str) and part)
