"""How many texts the embedder's tokenizer can read, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.record import Record
from winnow.curation.engine.embedders.embedder import Embedder

MULTILINGUAL_MODEL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
"""Reads 50 languages; named in messages, never downloaded by them. Another one is intfloat/multilingual-e5-small."""

ADVISED_SHARE = 0.05
"""From this share of texts that are not read, a multilingual model is advised."""

EXAMPLE_CHARACTERS = 40

TEXTS_READ = 20_000
"""Texts that are read at most, the first given ones."""


class EmbedderReading(Record):
    """How the tokenizer of the embedder reads the texts of a task; no model runs."""

    embedder: str
    """What measures similarity, such as `the bundled model`."""
    texts: int
    """Texts that were read."""
    unreadable: int
    """Texts of which it sees next to nothing: they are compared as text."""
    partly: int
    """Other texts with words, or accents that make another word, that it does not see."""
    example: str
    """The first of them; empty if there is none."""

    @property
    def share(self) -> float:
        """The share of texts that it does not see whole."""
        return (self.unreadable + self.partly) / self.texts if self.texts else 0.0

    @property
    def is_advised(self) -> bool:
        """Whether another model is advised."""
        return self.share >= ADVISED_SHARE

    def notes(self) -> list[str]:
        """What to know about it, and what to do; empty where everything is read."""
        count = self.unreadable + self.partly
        if not count:
            return []
        found = (
            f"{self.embedder} does not read {count:,} of {self.texts:,} texts ({self.share:.1%}), such as "
            f"{self.example!r}: they are compared as text, not by cosine"
        )
        if not self.is_advised:
            return [found]
        return [
            f"{found}, so near duplicates and coverage are not measured on them; set a multilingual model in "
            f"winnow.yaml, `embedder: {{model: {MULTILINGUAL_MODEL}}}`, and run {command('calibrate')}"
        ]


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
