"""Every enumeration is written once, in winnow.core.vocabulary or winnow.core.model_vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from inspect import getmembers, isclass
from pathlib import Path

import pytest

from tests.architecture.source_tree import SourceModule
from winnow.core import model_vocabulary, vocabulary

HOMES = ("winnow.core.vocabulary", "winnow.core.model_vocabulary")
ENUMERATIONS = [
    one
    for home in (vocabulary, model_vocabulary)
    for _, one in getmembers(home, isclass)
    if issubclass(one, StrEnum) and one is not StrEnum
]
MANY = 3
"""So many values of one enumeration in a list spell it out; or exactly its values where it has two."""


def _listed(module: SourceModule) -> Iterator[tuple[int, set[str]]]:
    """The line and the string constants of every list, tuple, set, `Literal[...]`, call and keys of a dict in it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
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


def literals(module: SourceModule) -> list[str]:
    """The places of each `Literal[...]` of several values. One value only marks a record in JSON."""
    return [
        f"{module.name}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Literal"
        and isinstance(node.slice, ast.Tuple)
    ]


def test_a_fixed_set_of_values_is_an_enumeration(modules: list[SourceModule]) -> None:
    assert [place for module in modules for place in literals(module)] == []


def test_a_literal_of_several_values_is_found() -> None:
    assert literals(SourceModule("winnow.example", Path(), "x: Literal['good', 'bad']"))
    assert not literals(SourceModule("winnow.example", Path(), "x: Literal['good']"))


@pytest.mark.parametrize(
    "code",
    [
        "x = ['train', 'validation', 'test']",
        "x = ('train', 'test', 'validation', 'all')",
        "x = {'test', 'validation', 'train'}",
        "x: Literal['train', 'validation', 'test']",
        "x = {'train': 1, 'validation': 2, 'test': 3, **more}",
        "x = isin('train', 'validation', 'test')",
        "x = ['cpu', 'cuda']",
    ],
)
def test_a_repeated_enumeration_is_found(code: str) -> None:
    assert spelled_out(SourceModule("winnow.example", Path(), code))


@pytest.mark.parametrize("code", ["x = ['train', 'test']", "x = {'train': 'test'}", "x = ['train', 'good', 'bad']"])
def test_other_lists_are_left_alone(code: str) -> None:
    assert not spelled_out(SourceModule("winnow.example", Path(), code))


def test_an_enumeration_is_written_once(modules: list[SourceModule]) -> None:
    assert len(ENUMERATIONS) > 30
    found = [place for module in modules if module.name not in HOMES for place in spelled_out(module)]
    assert found == []
