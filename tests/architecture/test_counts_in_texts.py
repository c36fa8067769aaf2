"""A count in a text has its noun in the right number: `counted` writes both, so that no text says "1 rows"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source_tree import SourceModule

PLURAL = re.compile(r" (?:([a-z-]+) )?([a-z]+[^su\W])s\b")
"""A plural after a count, with at most one word before it, such as " more rows"; without its s."""

NO_COUNTED_NOUNS = frozenset(
    {"ha", "wa", "doe", "time", "point", "second", "minute", "hour", "day", "byte", "character"}
)
"""Verbs and units of measurement."""

BETWEEN = frozenset("of in and to from at for by on or than are not is that".split())
"""After these, another word than the counted one follows."""


def written_counts(module: SourceModule) -> Iterator[str]:
    """Plurals after a number with thousands separators, which is a count, in f-strings."""
    for text in ast.walk(module.tree):
        for number, after in zip(text.values, text.values[1:], strict=False) if isinstance(text, ast.JoinedStr) else ():
            if isinstance(number, ast.FormattedValue) and isinstance(after, ast.Constant) and number.format_spec:
                found = PLURAL.match(str(after.value))
                is_count = ast.unparse(number.format_spec) == "f','"
                if is_count and found and found[1] not in BETWEEN and found[2] not in NO_COUNTED_NOUNS:
                    yield f"{module.name}:{text.lineno}: {ast.unparse(number.value)}{found[0]}"


def test_counts_are_written_by_the_function_that_knows_the_singular(modules: list[SourceModule]) -> None:
    assert [found for module in modules for found in written_counts(module)] == []
