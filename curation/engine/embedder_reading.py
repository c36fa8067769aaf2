"""How many texts the embedder's tokenizer can read, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.unread_texts import EmbedderReading

EXAMPLE_CHARACTERS = 40

TEXTS_READ = 20_000
"""Texts that are read at most, the first given ones."""


def read_with_embedder(texts: Sequence[str], embedder: Embedder, name: str) -> EmbedderReading:
    """Read texts with the embedder's tokenizer alone."""
    read = list(texts[:TEXTS_READ])
    sights = embedder.sights(read)
    unseen = [text for text, sight in zip(read, sights, strict=True) if sight.unseen or sight.unreadable]
    unreadable = sum(sight.unreadable for sight in sights)
    example = next(iter(unseen), "")
    return EmbedderReading(
        embedder=name,
        texts=len(read),
        unreadable=unreadable,
        partly=len(unseen) - unreadable,
        example=example if len(example) <= EXAMPLE_CHARACTERS else example[: EXAMPLE_CHARACTERS - 1] + "…",
    )


def threshold_notes(task: Task, embedder: Embedder) -> list[str]:
    """Whether the cosine thresholds of a task are those of its embedder; empty if they are."""
    if task.embedder.model is None:
        return []
    thresholds, fix = task.embedder.thresholds, f"measure them: {command('calibrate')}"
    if thresholds is None:
        return [f"the cosine thresholds are those of the bundled model, not of {task.embedder.model}; {fix}"]
    if thresholds.weights != embedder.weights_hash[: len(thresholds.weights)]:
        return [f"the cosine thresholds in winnow.yaml belong to another model than {task.embedder.model}; {fix}"]
    return []
