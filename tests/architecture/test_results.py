"""Public functions name the parts of their results."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import SourceModule

SORT_KEY = "Sort key"
"""A docstring that begins with this describes a tuple that is only compared."""


def bare_tuples(module: SourceModule) -> Iterator[str]:
    """The public functions and methods whose result is a plain tuple of unlike members."""
    for owner in (module.tree, *module.classes()):
        for node in owner.body:
            if isinstance(node, ast.FunctionDef) and _is_bare(node):
                yield f"{module.name}.{node.name}"


def _is_bare(function: ast.FunctionDef) -> bool:
    sort_key = (ast.get_docstring(function) or "").startswith(SORT_KEY)
    return _unlike_members(function.returns) and not function.name.startswith("_") and not sort_key


def _unlike_members(returns: ast.expr | None) -> bool:
    if not (isinstance(returns, ast.Subscript) and ast.unparse(returns.value) == "tuple"):
        return False
    members = returns.slice.elts if isinstance(returns.slice, ast.Tuple) else []
    return len({ast.unparse(one) for one in members} - {"..."}) > 1


def test_results_have_named_parts(modules: list[SourceModule]) -> None:
    assert [name for module in modules for name in bare_tuples(module)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f() -> tuple[int, str]: ...", True),
        ("class C:\n    def f(self) -> tuple[int, str]: ...", True),
        ("def f() -> tuple[float, float]: ...", False),
        ("def f() -> tuple[str, ...]: ...", False),
        ("def _f() -> tuple[int, str]: ...", False),
        ('def f() -> tuple[int, str]:\n    "Sort key: by age."', False),
    ],
)
def test_a_tuple_of_unlike_members_is_found(code: str, found: bool) -> None:
    assert bool(list(bare_tuples(SourceModule("winnow.example", Path(), code)))) == found
