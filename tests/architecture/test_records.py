"""Every field of a record says what it is: its docstring becomes the description in the JSON Schema."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source_tree import SourceModule

RECORD = "Record"


def _classes(modules: list[SourceModule]) -> dict[str, tuple[str, ast.ClassDef]]:
    """Every class by its name, which is unique, with its module."""
    return {
        node.name: (module.name, node)
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }


def _is_record(node: ast.ClassDef, classes: dict[str, tuple[str, ast.ClassDef]]) -> bool:
    names = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return any(name == RECORD or (name in classes and _is_record(classes[name][1], classes)) for name in names)


def _has_record_schema(node: ast.ClassDef) -> bool:
    """Whether it is a dataclass that uses the configuration of records."""
    return "RECORD_CONFIG" in ast.unparse(ast.Module([*map(ast.Expr, node.decorator_list), *node.body], []))


def fields_without_docstring(node: ast.ClassDef) -> Iterator[str]:
    """The public annotated fields of a class that no string follows."""
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if not described and not field.target.id.startswith("_"):
            yield f"{node.name}.{field.target.id}"


def test_every_field_of_a_record_has_a_docstring(modules: list[SourceModule]) -> None:
    classes = _classes(modules)
    records = [node for _, node in classes.values() if _is_record(node, classes) or _has_record_schema(node)]
    assert len(records) > 20
    assert [field for node in records for field in fields_without_docstring(node)] == []


def test_a_field_without_docstring_is_found() -> None:
    (node,) = ast.parse('class A(Record):\n    a: int\n    """Said."""\n    b: int\n    _c: int\n').body
    assert isinstance(node, ast.ClassDef)
    assert list(fields_without_docstring(node)) == ["A.b"]
