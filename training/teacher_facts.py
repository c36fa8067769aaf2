"""What a run states about the teacher whose answers it learned."""

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
