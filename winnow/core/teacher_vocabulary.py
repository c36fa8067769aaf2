"""The fixed words about teachers: what a method learns from besides the labels."""

from __future__ import annotations

from enum import StrEnum


class TeacherKind(StrEnum):
    """What a method takes as its teacher."""

    RUN = "run"
    """A run on the same kind of release, whose class probabilities are learned."""
    FILE = "file"
    """A JSONL file of answers in dialogues."""
