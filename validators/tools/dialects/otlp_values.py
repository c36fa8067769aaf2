"""Values as OpenTelemetry's protocol writes them in JSON: lists of keys with values that name their type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class OtlpError(ValueError):
    """Why attributes cannot be read."""


def attributes_of(attributes: object) -> dict[str, Any]:
    """Attributes by name, whether they are an object or a list of keys with typed values. Raises OtlpError."""
    if isinstance(attributes, Mapping):
        return {str(key): value for key, value in attributes.items()}
    if not isinstance(attributes, list):
        raise OtlpError(f"found {str(attributes)[:40]!r}, expected an object or a list of keys and values")
    found: dict[str, Any] = {}
    for one in attributes:
        if not isinstance(one, Mapping) or not isinstance(one.get("key"), str):
            raise OtlpError("an attribute without a key")
        if one["key"] in found:
            raise OtlpError(f"the key {one['key']!r} occurs twice")
        found[one["key"]] = plain_value(one.get("value"))
    return found


def plain_value(value: object) -> Any:
    """A typed value as plain JSON; one without a type is null. Raises OtlpError for an unknown type."""
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping) or len(value) != 1:
        raise OtlpError(f"the value {str(value)[:40]!r}, expected one type with its value")
    ((type_name, inner),) = value.items()
    convert = VALUE_TYPES.get(type_name)
    try:
        if convert:
            return convert(inner)
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise OtlpError(f"the value {str(value)[:40]!r}, expected {', '.join(VALUE_TYPES)}")


VALUE_TYPES: dict[str, Callable[[Any], Any]] = {
    "stringValue": str,
    "boolValue": bool,
    "intValue": int,
    "doubleValue": float,
    "arrayValue": lambda inner: [plain_value(one) for one in inner.get("values", [])],
    "kvlistValue": lambda inner: attributes_of(inner.get("values", [])),
}
"""How the value of each type is read; 64-bit integers are written as text."""
