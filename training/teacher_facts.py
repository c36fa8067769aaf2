"""What a run states about its teacher: a file of answers, or a run whose class probabilities it learned."""

from __future__ import annotations

from winnow.core.record import Record


class TeacherFacts(Record):
    """The file of a teacher's answers that an adapter learned from."""

    name: str
    """File name."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    answers: int
    """Answers in it."""
    used: int
    """Right answers, which were learned in place of those of the data."""
    rejected: dict[str, int]
    """Wrong answers by the type of their first error; those of the data were learned."""
    unmatched: int
    """Answers that belong to no answer of train that is learned."""


class TeacherRunFacts(Record):
    """The run whose class probabilities on the train rows a run of method `linear` or `encoder` learned."""

    run: str
    """Its id."""
    sha256: str
    """SHA-256 of its `run.json`, which states the hashes of its weights, in hexadecimal."""
    method: str
    """Its training method."""
    release_sha256: str
    """SHA-256 of the manifest of the release that it was trained on, in hexadecimal."""
    agreement: float
    """Share of the train rows whose label it thinks most likely, 0 to 1."""
