"""Regular expressions whose search takes no more time than the text is long: those of Rust, which pydantic installs."""

from __future__ import annotations

from collections.abc import Callable

from pydantic_core import SchemaError, SchemaValidator, core_schema

IGNORE_CASE = "(?i)"


def linear_pattern(pattern: str) -> Callable[[str], bool]:
    """Whether a text contains a match; case is ignored.

    Python's own engine can try exponentially many ways to match one text. This one cannot, and therefore has no
    lookaround and no backreferences. Raises ValueError for a pattern that it cannot search for.
    """
    stated = IGNORE_CASE + pattern
    try:
        schema = core_schema.str_schema(pattern=stated, regex_engine="rust-regex")
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        raise ValueError(_reason(str(error))) from None


def _reason(message: str) -> str:
    """The last line of the engine's message; the others draw the pattern."""
    return message.strip().splitlines()[-1].strip().removeprefix("SchemaError: ").removeprefix("error: ").rstrip(".")
