"""Results kept by the identity of what they were computed from, for objects that are never changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def cached_by_identity(size: int) -> Callable[[Callable[[Given], Found]], Callable[[Given], Found]]:
    """Keep the results of a function of one object for up to `size` objects, then start again.

    Unlike `functools.cache`, it takes objects that have no hash, such as schemas, and never compares them.
    """

    def decorate(function: Callable[[Given], Found]) -> Callable[[Given], Found]:
        kept: dict[int, tuple[Given, Found]] = {}

        @wraps(function)
        def cached(given: Given) -> Found:
            known = kept.get(id(given))
            if known is None:
                if len(kept) >= size:
                    kept.clear()
                known = kept[id(given)] = given, function(given)  # keeping the object keeps its identity from reuse
            return known[1]

        return cached

    return decorate
