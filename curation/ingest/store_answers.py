"""Store what people answered whom a file names: as their decisions, as if they had answered in Argilla."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.ingest.kept_answers import KeptAnswer
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.store.answers_in_files import AnswerInFile, insert_answers
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.machine_written import MachineWritten

MOST_NAMES = 5
"""People whom a note names."""


class _AnsweredRow(NamedTuple):
    """An answer and the row that has it."""

    source: str
    row: KeptRow
    answer: KeptAnswer
    at: str


def store_answers(
    connection: Connection, pairs: Sequence[tuple[str, KeptRow]], machine: MachineWritten, now: str
) -> list[str]:
    """Store one decision for each person, record and source; returns notes about them.

    Of several answers of a person to the same text in one file, the latest counts. What people answered in a file about
    a text that a machine wrote counts as a label of the file: only their review in this workspace accepts it.
    """
    given = [
        _AnsweredRow(source, row, answer, min(answer.at or now, now)) for source, row in pairs for answer in row.answers
    ]
    latest = {(one.source, one.row.record_id, one.answer.who): one for one in sorted(given, key=lambda one: one.at)}
    by_machine = [one for one in latest.values() if _is_by_machine(one.row, machine)]
    of_people = [one for one in latest.values() if not _is_by_machine(one.row, machine)]
    insert_answers(connection, [_answer(one) for one in of_people])
    labels = [one for one in by_machine if one.answer.kind == DecisionKind.LABEL]
    insert_decisions(connection, [_as_of_file(one, now) for one in labels])
    return [*_notes(of_people), *_repeated_notes(len(given) - len(latest)), *_machine_notes(len(by_machine))]


def _is_by_machine(row: KeptRow, machine: MachineWritten) -> bool:
    return row.record_id in machine.records or machine.repeats(row.fold_key)


def _answer(one: _AnsweredRow) -> AnswerInFile:
    answer = one.answer
    return AnswerInFile(one.row.record_id, one.source, answer.who, answer.kind, answer.value, one.at, one.row.number)


def _as_of_file(one: _AnsweredRow, now: str) -> dict[str, object]:
    return {
        "record_id": one.row.record_id,
        "actor": Actor.FILE.value,
        "who": f"file:{one.source}",
        "kind": one.answer.kind.value,
        "value": one.answer.value,
        "turn": 0,
        "why": f"row {one.row.number}",
        "at": now,
        "source_id": one.source,
    }


def _notes(answers: Sequence[_AnsweredRow]) -> Iterator[str]:
    """Who answered, and on how many records people disagree."""
    by_record: dict[str, set[str]] = defaultdict(set)
    people: Mapping[str, None] = dict.fromkeys(sorted(one.answer.who for one in answers))
    for one in answers:
        if one.answer.kind == DecisionKind.LABEL:
            by_record[one.row.record_id].add(one.answer.value)
    if not people:
        return
    names = ", ".join([*people][:MOST_NAMES]) + (
        f" and {len(people) - MOST_NAMES} more" if len(people) > MOST_NAMES else ""
    )
    yield f"{counted(len(answers), 'answer')} of {counted(len(people), 'annotator')} ({names}) count as their decisions"
    differing = sum(len(labels) > 1 for labels in by_record.values())
    if differing:
        fix = f"where no two agree, `{command('push adjudicate')}` asks a lead"
        yield f"annotators disagree on {counted(differing, 'record')} of {len(by_record):,}; {fix}"


def _repeated_notes(repeated: int) -> Iterator[str]:
    if repeated:
        reason = "a person answers a text once per file, and the latest answer counts"
        yield f"{counted(repeated, 'further answer')} of the same people to the same texts: {reason}"


def _machine_notes(count: int) -> Iterator[str]:
    if count:
        reason = "they count as labels of the file, and only a review in this workspace accepts such a text"
        yield f"{counted(count, 'answer')} about texts that a machine wrote: {reason}"
