"""Checks of one value's shape, in the words in which the API refuses a wrong one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .api_errors import Json, invalid

LIFETIMES = ("5m", "1h")


def is_object(value: Any, where: str) -> Json:
    if not isinstance(value, dict):
        raise invalid(where, "Input should be an object")
    return value


def is_array(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(where, "Input should be a valid array")
    return value


def is_string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise invalid(where, "Input should be a valid string")
    return value


def is_integer(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(where, "Input should be a valid integer")
    return value


def is_one_of(value: Any, where: str, choices: Collection[Any]) -> None:
    if value not in choices:
        listed = [f"'{choice}'" for choice in choices if choice is not None]
        raise invalid(where, f"Input should be {', '.join(listed[:-1])} or {listed[-1]}" if listed[1:] else
                      f"Input should be {listed[0]}")  # fmt: skip


def has(value: Json, where: str, *fields: str) -> None:
    """Required fields."""
    for name in fields:
        if name not in value:
            raise invalid(f"{where}.{name}" if where else name, "Field required")


def only(value: Json, where: str, fields: Collection[str]) -> None:
    """No field but these."""
    for name in value:
        if name not in fields:
            raise invalid(f"{where}.{name}" if where else name, "Extra inputs are not permitted")


def check_cache_control(value: Any, where: str) -> None:
    """A breakpoint's own fields."""
    is_object(value, where)
    has(value, where, "type")
    is_one_of(value["type"], f"{where}.type", ("ephemeral",))
    is_one_of(value.get("ttl", "5m"), f"{where}.ttl", LIFETIMES)
    only(value, where, ("type", "ttl"))
