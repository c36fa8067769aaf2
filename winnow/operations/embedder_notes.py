"""What the embedder does not read of texts, before they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from winnow.config.embedder_options import EmbedderConfig
from winnow.config.task import Task
from winnow.curation.engine.unread_texts import EmbedderReading


def notes_on_reading(task: Task, root: Path, texts: Sequence[str]) -> list[str]:
    """What the task's embedder does not read of some texts; `root` is the folder of the workspace."""
    found = unread_texts(texts, language=task.language, config=task.embedder, root=root)
    return found.notes() if found else []


def unread_texts(
    texts: Sequence[str], *, language: str, config: EmbedderConfig | None = None, root: Path | None = None
) -> EmbedderReading | None:
    """How an embedder's tokenizer reads texts, by default that of the bundled model; None where it reads all of them.

    Plain ASCII is taken as read, so that nothing is loaded. A model that is not a folder below `root` is left to
    `check`: nothing is downloaded here, and no model runs.
    """
    chosen = config or EmbedderConfig()
    folder = (root or Path()) / chosen.model if chosen.model else None
    if all(text.isascii() for text in texts) or (folder and not folder.is_dir()):
        return None
    from winnow.curation.engine.embedder_reading import read_with_embedder
    from winnow.curation.engine.embedders.embedder import open_embedder

    embedder = open_embedder(str(folder) if folder else None, backend=chosen.backend, language=language)
    found = read_with_embedder(texts, embedder, str(chosen))
    return found if found.unreadable + found.partly else None
