"""Responses as they were received: one file each, written before anything reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.atomic import atomic_write


@dataclass(frozen=True)
class ResponseFiles:
    """A folder of answers, each under the hash of its question and the number of its draw."""

    folder: Path

    def path(self, request: str) -> Path:
        """Where the answer to a question lies."""
        return self.folder / request[:2] / f"{request}.json"

    def save(self, request: str, message: Mapping[str, Any]) -> None:
        """Write an answer down: whole or not at all, and on the disk when this returns."""
        with atomic_write(self.path(request)) as temporary:
            temporary.write_text(json.dumps(message, ensure_ascii=False), encoding="utf-8")

    def read(self, request: str) -> dict[str, Any] | None:
        """The answer to a question; None where none was received."""
        try:
            return dict(json.loads(self.path(request).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
