"""English word lists, written for Winnow: `read` gives their lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml


def read(name: str) -> Iterator[str]:
    """The lines of a list, without comments and empty ones."""
    for line in (files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list that is nothing but words."""
    return frozenset(word for line in read(name) for word in line.split())


def patterns() -> dict[str, dict[str, list[str]]]:
    """Classes of values that queries name, by class; see `patterns.yaml`."""
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load((files(__package__) / "patterns.yaml").read_text("utf-8"))
    return loaded
