"""Read files, screen their rows and store those that pass."""

from __future__ import annotations

from typing import Any


def as_list(files: Any) -> list[Any]:
    return list(files) if isinstance(files, list | tuple) else [files]
