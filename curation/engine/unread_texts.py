"""The texts of a task that the embedder does not read, and what to do about them."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.record import Record

MULTILINGUAL_MODEL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
"""Reads 50 languages; named in messages, never downloaded by them. Another one is intfloat/multilingual-e5-small."""

ADVISED_SHARE = 0.05
"""From this share of texts that are not read, a multilingual model is advised."""


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
            f"{self.embedder} does not read {count:,} of {counted(self.texts, 'text')} ({self.share:.1%}), such as "
            f"{self.example!r}: they are compared as text, not by cosine"
        )
        if not self.is_advised:
            return [found]
        return [
            f"{found}, so near duplicates and coverage are not measured on them; set a multilingual model in "
            f"winnow.yaml, `embedder: {{model: {MULTILINGUAL_MODEL}}}`, and run {command('calibrate')}"
        ]
