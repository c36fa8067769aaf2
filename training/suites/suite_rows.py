"""Read a suite: labeled dialogues in any format that `add` reads, of which none may repeat train."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.evaluation_vocabulary import Difficulty
from winnow.core.example import record_id
from winnow.core.hashing import stable_hash
from winnow.core.record import Record
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.io.readers.source_rows import SourceRow, rows_of_file
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.text import Drop
from winnow.validators.tools.dialogue import Dialogue

DIFFICULTY_COLUMN = "difficulty"

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
"""What the name of a suite cannot have: it is part of the names of files."""

SUFFIXES = re.compile(r"\.(?:jsonl|ndjson|json|csv|tsv|parquet|txt|yaml|yml)(?:\.gz)?$", re.IGNORECASE)
"""The ends of the names of files; what is before them may have dots, too: `tests.v2.jsonl`."""

FindRepeats = Callable[[Sequence[str]], Sequence[bool]]
"""Whether train has each text, or one as near as a leak."""


class RefusedSuiteRow(Record):
    """A row of a suite that is not asked."""

    row: int
    """Number of the row, from 1."""
    reason: str
    """What was found and what was expected."""


@dataclass(frozen=True)
class SuiteDialogue:
    """One dialogue of a suite."""

    row: int
    record: str
    """Its id: that of a record with the same content."""
    content: str
    label: str
    difficulty: Difficulty | None
    """As the row states it; None where the facet decides."""

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue."""
        return dialogue_of(self.content)


@dataclass(frozen=True)
class Suite:
    """The content of a file."""

    name: str
    """The file's name without its suffix."""
    file: str
    sha256: str
    given: int
    """Rows of the file."""
    dialogues: list[SuiteDialogue]
    refused: list[RefusedSuiteRow]
    """Rows that are no dialogue of this task, or repeat another row."""
    repeating_train: list[RefusedSuiteRow]
    """Rows that train has."""


def read_suite(path: Path, task: Task) -> Suite:
    """Read a suite. given = dialogues + refused. Raises WinnowError when the file cannot be read or no row is left."""
    raw = read_rows(path)
    found = rows_of_file(raw, kind=TOOLS)
    stated = {number: fields.get(DIFFICULTY_COLUMN) for number, fields in raw.rows if not isinstance(fields, Drop)}
    kept: dict[str, SuiteDialogue] = {}
    refused = []
    for row in found.rows:
        read = _read_row(row, stated, task)
        reason = read if isinstance(read, str) else _repeated(read, kept)
        if reason:
            refused.append(RefusedSuiteRow(row=row.number, reason=reason))
        elif isinstance(read, SuiteDialogue):
            kept[read.record] = read
    if not kept:
        first = f"; row {refused[0].row}: {refused[0].reason}" if refused else ""
        expected = "labeled dialogues with tools of the task"
        raise WinnowError(Problem(raw.name, f"none of {counted(len(found.rows), 'row')} can be asked{first}", expected))
    return Suite(suite_name(raw.name), raw.name, raw.file_hash, len(found.rows), list(kept.values()), refused, [])


def suite_name(file: str) -> str:
    """The name of a file without its suffixes, with a hash of it where characters had to be left out.

    Otherwise two files could have one name, and the results of one would replace those of the other.
    """
    stem = SUFFIXES.sub("", Path(file).name)
    name = NOT_IN_NAMES.sub("-", stem).strip("-.")
    return name if name == stem else f"{name or 'suite'}-{stable_hash(stem, length=8)}"


def without_repeats(suite: Suite, repeats: FindRepeats) -> Suite:
    """The suite without dialogues that train has: a model would be asked what it learned.

    Raises WinnowError when none is left.
    """
    texts = [TOOLS.embedding_text(one.content) for one in suite.dialogues]
    found = list(zip(suite.dialogues, repeats(texts), strict=True))
    kept = [one for one, repeated in found if not repeated]
    if not kept:
        raise WinnowError(
            Problem(suite.file, "train has every dialogue", "dialogues that were written apart from train")
        )
    reason = "train has this question, or one as near as a leak"
    left_out = [RefusedSuiteRow(row=one.row, reason=reason) for one, repeated in found if repeated]
    return replace(suite, dialogues=kept, repeating_train=left_out)


def _read_row(row: SourceRow, stated: Mapping[int, Any], task: Task) -> SuiteDialogue | str:
    """The dialogue of a row, or why it is refused."""
    content = row.problem or TOOLS.parse(row.content, task)
    if isinstance(content, Drop):
        return content.detail
    given = value_text(row.label).strip()
    if not given:
        return "no label; expected: the behavior in `label`"
    target = TOOLS.target_of(content, given, task)
    if target is None or isinstance(target, Drop):
        return target.detail if target else f"label {given!r} is no behavior of this dialogue"
    difficulty = value_text(stated.get(row.number)).strip().lower()
    if difficulty and difficulty not in set(Difficulty):
        return f"difficulty {difficulty!r}; expected: {', '.join(Difficulty)}"
    if not any(turn.is_learned for turn in dialogue_of(content).turns):
        return "no answer of the assistant to compare with"
    identity = record_id(TOOLS.name, content)
    return SuiteDialogue(row.number, identity, content, target, Difficulty(difficulty) if difficulty else None)


def _repeated(one: SuiteDialogue, kept: Mapping[str, SuiteDialogue]) -> str:
    return f"the same dialogue as row {kept[one.record].row}" if one.record in kept else ""
