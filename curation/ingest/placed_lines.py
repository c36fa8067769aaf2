"""The lines of the interaction logs of one command, and what is stored about their interactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from winnow.core.hashing import stable_hash
from winnow.core.interaction_line import ExecutionResult, HumanFeedback, InteractionLine, LineKind
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.store.database import Connection
from winnow.curation.store.records import contents_of_records
from winnow.curation.store.taken_lines import LineOutcome, TakenLine, taken_lines
from winnow.validators.interactions.judge_interaction import NO_CORRECTIONS
from winnow.validators.interactions.log_lines import content_hash, line_hash, read_log_line
from winnow.validators.text import Drop

TAKEN_CORRECTION: dict[str, object] = {"taken": True}
"""Stands for a correction that is stored as a record already."""

KEY_CHARACTERS = 24
"""Length of the hash of an interaction's id, in hexadecimal digits."""


class LinePlace(NamedTuple):
    """Where a line is: the position of its file, and its number there."""

    file: int
    number: int


@dataclass(frozen=True)
class PlacedLine:
    """One line that could be read."""

    place: LinePlace
    row: SourceRow
    """The line as the file has it."""
    line: InteractionLine
    key: str
    """Equal for the lines of one interaction."""
    hash: str
    """Equal for equal lines."""
    content: str
    """Hash of what was asked and answered; empty for an update."""

    @property
    def outcome(self) -> LineOutcome:
        """What the line says about the answer, without any text."""
        result, feedback = self.line.result or ExecutionResult(), self.line.feedback or HumanFeedback()
        return LineOutcome(
            at=self.line.timestamp,
            status=result.status and result.status.value,
            tests_passed=result.tests_passed,
            review_score=result.review_score,
            rating=feedback.rating,
            corrected=feedback.corrections not in NO_CORRECTIONS,
        )


@dataclass(frozen=True)
class LogLines:
    """What the logs of one command hold, and what is stored about it."""

    placed: Mapping[str, list[PlacedLine]] = field(default_factory=dict)
    """The lines by interaction, in the order of the files."""
    refused: Mapping[LinePlace, SourceRow] = field(default_factory=dict)
    """Lines that could not be read, with the reason."""
    taken: Mapping[str, list[TakenLine]] = field(default_factory=dict)
    """The lines by interaction that unretracted sources have."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """The content of the stored records of these interactions."""


def read_log_lines(connection: Connection, readings: Sequence[SourceRows]) -> LogLines:
    """The lines of all logs with what is stored about them; nothing is read if there is no log."""
    if not any(one.is_log for one in readings):
        return LogLines()
    placed: dict[str, list[PlacedLine]] = {}
    refused: dict[LinePlace, SourceRow] = {}
    for place, row in _rows(readings):
        line = row.problem or read_log_line(row.fields)
        if isinstance(line, Drop):
            refused[place] = replace(row, problem=line)
            continue
        key = stable_hash("interaction", line.about or line.id, length=KEY_CHARACTERS)
        content = "" if line.kind == LineKind.UPDATE else content_hash(line)
        placed.setdefault(key, []).append(PlacedLine(place, row, line, key, line_hash(row.fields), content))
    taken = taken_lines(connection)
    records = {line.record_id for key in placed for line in taken.get(key, ()) if _has_new(placed[key], taken[key])}
    return LogLines(placed, refused, taken, contents_of_records(connection, records))


def as_update(outcome: LineOutcome) -> InteractionLine:
    """A stored outcome as an update that can be merged."""
    result = ExecutionResult.model_validate(
        {name: getattr(outcome, name) for name in ("status", "tests_passed", "review_score")}
    )
    feedback = HumanFeedback.model_construct(
        rating=outcome.rating, corrections=TAKEN_CORRECTION if outcome.corrected else None, comments=None, by=None
    )
    return InteractionLine.model_construct(
        kind=LineKind.UPDATE, id="", timestamp=outcome.at, result=result, feedback=feedback
    )


def _rows(readings: Sequence[SourceRows]) -> Iterator[tuple[LinePlace, SourceRow]]:
    for file, one in enumerate(readings):
        if one.is_log:
            yield from ((LinePlace(file, row.number), row) for row in one.rows)


def _has_new(placed: Sequence[PlacedLine], taken: Sequence[TakenLine]) -> bool:
    known = {line.line_hash for line in taken}
    return any(line.hash not in known for line in placed)
