"""Type words of the Berkeley Function Calling Leaderboard that Python does not have: those of Java and JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BFCL_TYPES: Mapping[str, Mapping[str, Any]] = {
    **{word: {"type": "string"} for word in ("String", "char")},
    **{word: {"type": "integer"} for word in ("byte", "short", "long", "Integer", "Long", "Bigint")},
    **{word: {"type": "number"} for word in ("double", "Double", "Float", "Number")},
    "Boolean": {"type": "boolean"},
    **{word: {"type": "array"} for word in ("ArrayList", "Array", "Queue", "Stack")},
    **{word: {"type": "object"} for word in ("HashMap", "Hashtable", "Object")},
}
"""The benchmark's own table (`GORILLA_TO_OPENAPI`). Its `dict`, `float`, `tuple` and `any` are in PYTHON_WORDS; the
benchmark reads `any` as a string, and here it is any value."""
