"""The schema of arguments, closed: nothing may be given that it does not declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.schemas.normalize_schema import declared_names
from winnow.validators.tools.schemas.python_types import Schema
from winnow.validators.tools.schemas.references import resolved
from winnow.validators.tools.schemas.schema_places import (
    CHILD_LISTS,
    CHILD_MAPS,
    CHILDREN,
    IN_PLACE_LISTS,
    IN_PLACE_MAPS,
    rewritten,
)

COMPOSING = frozenset({*IN_PLACE_LISTS, *IN_PLACE_MAPS, "if", "$ref"})
"""Keywords that may declare properties in another schema for the same value."""

ALTERNATIVE = ("anyOf", "oneOf")

CONDITIONS = ("not", "if")
"""Schemas that only ask whether something holds: closing them would change the answer."""

DECLARED = "winnow:declared"
"""An annotation beside `unevaluatedProperties`: the names that the schema and its alternatives declare."""

EXTRA = ("additionalProperties", "unevaluatedProperties")


def closed_schema(schema: Mapping[str, Any]) -> Schema:
    """The schema of an argument object that refuses undeclared arguments, whatever `additionalProperties` says.

    An object inside is closed too where it declares properties; one that declares none, or that gives a schema for
    further properties, stays a map. Alternatives are closed together: an object may only have what the alternatives
    that it fits declare.
    """
    closing = _Closing(schema)
    found = closing.location(schema)
    return closing.closed({key: value for key, value in found.items() if key not in EXTRA})


class _Closing:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = dict(root)

    def location(self, node: Any) -> Any:
        """The schema of a value, closed where it declares properties."""
        if not isinstance(node, Mapping):
            return node
        found = self._inside(node)
        if not declared_names(node, self.root) or _is_map(node):
            return found
        return self.closed(found)

    def closed(self, node: Schema) -> Schema:
        """The schema of an object without further properties."""
        if COMPOSING & node.keys():
            return {**node, "unevaluatedProperties": False, DECLARED: sorted(declared_names(node, self.root))}
        return {**node, "additionalProperties": False}

    def _inside(self, node: Mapping[str, Any]) -> Schema:
        """The schema with the values inside closed, but not itself."""
        open_alternatives = not node.get("properties")

        def close(one: Any, keyword: str, _: str) -> Any:
            if keyword in (*CHILD_MAPS, *CHILD_LISTS, *CHILDREN):
                return self.location(one)
            if keyword in CONDITIONS or not isinstance(one, Mapping):
                return one
            found = self._inside(one)
            if keyword in ALTERNATIVE and open_alternatives and self._is_free_object(one):
                return {**found, "additionalProperties": one.get("additionalProperties", True)}
            return found

        found = rewritten(node, close)
        if not _is_map(node):
            return {key: value for key, value in found.items() if key not in EXTRA or value is False}
        return found

    def _is_free_object(self, node: Mapping[str, Any]) -> bool:
        """Whether it is an object of any properties."""
        kind = resolved(node, self.root).get("type")
        return (kind == "object" or (isinstance(kind, list) and "object" in kind)) and not declared_names(
            node, self.root
        )


def _is_map(node: Mapping[str, Any]) -> bool:
    """Whether further properties have a schema of their own."""
    return any(isinstance(node.get(key), Mapping) and node[key] for key in EXTRA)
