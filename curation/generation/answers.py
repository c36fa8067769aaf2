"""The answers as they were received: one file each, written before it is read by anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.folder import replacing


@dataclass(frozen=True)
class Answers:
    """A folder of answers, each under the hash of its question and the number of its draw."""

    folder: Path

    def path(self, question: str) -> Path:
        """Where the answer to a question lies."""
        return self.folder / question[:2] / f"{question}.json"

    def keep(self, question: str, message: Mapping[str, Any]) -> None:
        """Write an answer down: whole or not at all, and on the disk when this returns."""
        with replacing(self.path(question)) as temporary:
            temporary.write_text(json.dumps(message, ensure_ascii=False), encoding="utf-8")

    def read(self, question: str) -> dict[str, Any] | None:
        """The answer to a question; None where none was received."""
        try:
            return dict(json.loads(self.path(question).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
