"""Every enumeration is written once, in winnow.core.vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from inspect import getmembers, isclass

from tests.architecture.source_tree import SourceModule
from winnow.core import vocabulary

HOME = "winnow.core.vocabulary"
ENUMERATIONS = [one for _, one in getmembers(vocabulary, isclass) if issubclass(one, StrEnum) and one is not StrEnum]
MANY = 3
"""So many values of one enumeration in a list spell it out; or exactly its values where it has two."""


def _listed(module: SourceModule) -> Iterator[tuple[int, set[str]]]:
    """The line and the string constants of every list, tuple, set, `Literal[...]` and call in it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Call):
            parts = node.args
        else:
            continue
        yield (
            node.lineno,
            {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)},
        )


def spelled_out(module: SourceModule) -> list[str]:
    """The places where a module lists the values of an enumeration instead of deriving them."""
    return [
        f"{module.name}:{line} {one.__name__}"
        for line, values in _listed(module)
        for one in ENUMERATIONS
        if values == set(one) or len(values & set(one)) >= MANY
    ]


def test_an_enumeration_is_written_once(modules: list[SourceModule]) -> None:
    assert len(ENUMERATIONS) > 10
    found = [place for module in modules if module.name != HOME for place in spelled_out(module)]
    assert found == []
