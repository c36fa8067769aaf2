"""Stored responses: one file each, unchanged, written before anything reads the response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.atomic import atomic_write


@dataclass(frozen=True)
class ResponseFiles:
    """A folder of responses; each file is named after its request's id."""

    folder: Path

    def path(self, request: str) -> Path:
        """The file of the response to a request."""
        return self.folder / request[:2] / f"{request}.json"

    def save(self, request: str, response: Mapping[str, Any]) -> None:
        """Store a response atomically; it is on the disk when this returns."""
        with atomic_write(self.path(request)) as temporary:
            temporary.write_text(json.dumps(response, ensure_ascii=False), encoding="utf-8")

    def read(self, request: str) -> dict[str, Any] | None:
        """The response to a request; None where none was received."""
        try:
            return dict(json.loads(self.path(request).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
