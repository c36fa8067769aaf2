"""All comparison, boolean, boundary and constant mutants of a module, each as the text of the changed module."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""What each comparison is replaced with: the neighboring boundary and the opposite."""

BOOLEAN_OPERATORS: dict[type[ast.AST], type[ast.boolop] | type[ast.operator]] = {
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
"""`and` against `or`, also as NumPy and pandas write them."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    line: int
    """Line of the changed expression, from 1."""
    code: str
    """The line of the module on which the changed expression starts, without its indentation."""
    before: str
    """The expression as written."""
    after: str
    """The expression after the change."""
    source: str
    """The whole changed module."""

    @property
    def change(self) -> str:
        """Identifies the change in the list of equivalent mutants; it does not depend on line numbers."""
        return f"{self.code}: {self.before} -> {self.after}"


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its expressions. Annotations and decorators are not changed."""
    tree = ast.parse(source)
    ignored, lines = _ignored_nodes(tree), source.splitlines()
    nodes = list(ast.walk(tree))
    compared = {id(part) for node in nodes if isinstance(node, ast.Compare) for part in _operands(node)}
    for index, node in enumerate(nodes):
        if id(node) in ignored or not isinstance(node, ast.expr):
            continue
        for changed in _changes(node, is_compared=id(node) in compared):
            mutated = copy.deepcopy(tree)
            _replace(mutated, list(ast.walk(mutated))[index], changed)
            yield Mutant(
                node.lineno,
                lines[node.lineno - 1].strip(),
                ast.unparse(node),
                ast.unparse(changed),
                ast.unparse(mutated),
            )


def _changes(node: ast.expr, *, is_compared: bool) -> Iterator[ast.expr]:
    """The expressions that replace a node."""
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                ops = [*node.ops[:position], other(), *node.ops[position + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(BOOLEAN_OPERATORS[type(node.op)](), node.values)  # type: ignore[arg-type]
    elif isinstance(node, ast.BinOp) and type(node.op) in BOOLEAN_OPERATORS:
        yield ast.BinOp(node.left, BOOLEAN_OPERATORS[type(node.op)](), node.right)  # type: ignore[arg-type]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _constant_changes(node.value, is_compared=is_compared)


def _constant_changes(value: object, *, is_compared: bool) -> Iterator[ast.expr]:
    """Flipped flags, numbers one up and one down, and strings that a comparison uses."""
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2 if value else 1.0)
    elif isinstance(value, str) and is_compared:
        yield ast.Constant(f"{value}~")


def _operands(node: ast.Compare) -> Iterator[ast.expr]:
    for part in (node.left, *node.comparators):
        yield from part.elts if isinstance(part, ast.Tuple | ast.List | ast.Set) else [part]


def _ignored_nodes(tree: ast.Module) -> set[int]:
    """Nodes inside annotations and decorators."""
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            roots.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            roots += [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            roots += node.decorator_list
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            roots.append(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            roots += [node.value] if ast.unparse(node.value).startswith(("NDArray", "Callable")) else []
    return {id(inner) for root in roots if root is not None for inner in ast.walk(root)}


def _replace(tree: ast.Module, old: ast.AST, new: ast.expr) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for position, item in enumerate(value):
                    if item is old:
                        value[position] = new
                        return
