"""Types written as in Python, such as `List[int]` or `Optional[str]`, as JSON Schema."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from winnow.validators.tools.schemas.tool_problem import UnmappableTypeError

Schema = dict[str, Any]

PYTHON_WORDS: Mapping[str, Schema] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
    "NoneType": {"type": "null"},
    "Any": {},
    "any": {},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    **{word: {"type": "array"} for word in ("list", "List", "Sequence", "Iterable", "tuple", "Tuple")},
    **{word: {"type": "array", "uniqueItems": True} for word in ("set", "Set", "frozenset", "FrozenSet")},
    **{word: {"type": "object"} for word in ("dict", "Dict", "Mapping")},
    **{name: {"type": name} for name in ("string", "integer", "number", "boolean", "array", "object", "null")},
}
"""The JSON form of each word; that of dates and times is pydantic's. A set is an array without repeated items."""

MODULES = ("typing", "datetime", "collections.abc", "abc")
"""Modules whose name may stand before a word, as in `typing.List`."""


def python_type_schema(text: str) -> Schema:
    """The schema of a type. Raises UnmappableTypeError for one without a JSON form, such as `Callable`."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return _schema(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UnmappableTypeError(text) from None


def _schema(node: ast.expr) -> Schema:
    if isinstance(node, ast.Subscript):
        return _generic(_word(node.value), node.slice)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union([_schema(node.left), _schema(node.right)])
    if isinstance(node, ast.Constant):
        return _quoted(node)
    return dict(PYTHON_WORDS[_known(_word(node))])


def _quoted(node: ast.Constant) -> Schema:
    """`None`, or a type in quotes."""
    if node.value is None:
        return {"type": "null"}
    if isinstance(node.value, str):
        return python_type_schema(node.value)
    raise UnmappableTypeError(node.value)


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) in MODULES:
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    raise UnmappableTypeError(ast.unparse(node))


def _known(word: str) -> str:
    if word not in PYTHON_WORDS:
        raise UnmappableTypeError(word)
    return word


def _generic(word: str, inside: ast.expr) -> Schema:
    parts = list(inside.elts) if isinstance(inside, ast.Tuple) else [inside]
    if word in GENERICS:
        return GENERICS[word](parts)
    base = dict(PYTHON_WORDS[_known(word)])
    if base.get("type") == "array" and len(parts) == 1:
        return {**base, "items": _schema(parts[0])}
    if base.get("type") == "object" and len(parts) == 2:
        return {**base, "additionalProperties": _schema(parts[1])}
    raise UnmappableTypeError(word)


def _optional(parts: Sequence[ast.expr]) -> Schema:
    return union([*map(_schema, parts), {"type": "null"}])


def _literal(parts: Sequence[ast.expr]) -> Schema:
    return {"enum": [ast.literal_eval(part) for part in parts]}


def _tuple(parts: Sequence[ast.expr]) -> Schema:
    """`Tuple[int, ...]` is a list; any other tuple has exactly its items."""
    if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
        return {"type": "array", "items": _schema(parts[0])}
    items = [_schema(part) for part in parts]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _annotated(parts: Sequence[ast.expr]) -> Schema:
    return _schema(parts[0])


def _union(parts: Sequence[ast.expr]) -> Schema:
    return union([_schema(part) for part in parts])


def union(schemas: Sequence[Schema]) -> Schema:
    """The schema of a value that has one of several types: a list of types where they say no more than that."""
    if any(not schema for schema in schemas):
        return {}
    if all(list(schema) == ["type"] for schema in schemas):
        types = [name for schema in schemas for name in _listed(schema["type"])]
        found = list(dict.fromkeys(types))
        return {"type": found[0] if len(found) == 1 else found}
    return {"anyOf": list(schemas)}


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


GENERICS: Mapping[str, Callable[[Sequence[ast.expr]], Schema]] = {
    "Optional": _optional,
    "Union": _union,
    "Literal": _literal,
    "Annotated": _annotated,
    **dict.fromkeys(("tuple", "Tuple"), _tuple),
}
"""Words with brackets that are more than a list or a dict."""
