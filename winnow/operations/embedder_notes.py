"""What `add` says about the texts that the embedder cannot read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from winnow.config.task import Task


def notes_on_reading(task: Task, root: Path, texts: Sequence[str]) -> list[str]:
    """What the task's embedder does not read of some texts; plain ASCII is taken as read, so that nothing is loaded.

    `root` is the folder of the workspace. A model that is not a folder is left to `check`: nothing is downloaded here.
    """
    model = task.embedder.model
    folder = root / model if model else None
    if all(text.isascii() for text in texts) or (folder and not folder.is_dir()):
        return []
    from winnow.curation.engine.embedder_reading import read_with_embedder
    from winnow.curation.engine.embedders.embedder import open_embedder

    embedder = open_embedder(str(folder) if folder else None, backend=task.embedder.backend, language=task.language)
    return read_with_embedder(texts, embedder, str(task.embedder)).notes()
