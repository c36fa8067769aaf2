"""Which records a refusal of machine-written records holds for."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sqlalchemy import Connection

from winnow.curation.store.machine_written import MachineWritten
from winnow.curation.store.records import contents_of_records, kinds_of_records
from winnow.validators.kinds import KINDS


def refused_repeats(connection: Connection, machine: MachineWritten, refused: Set[str]) -> frozenset[str]:
    """The records that repeat a refused machine-written record and were shown after a machine wrote its repeat key.

    Where examples have an answer besides the label, the answers must be equal, too: to refuse one answer to a question
    says nothing about another. A forgotten record has no answer, so that its refusal holds for every repetition.
    """
    keys = {machine.record_keys[record] for record in refused if record in machine.record_keys}
    same = {record: key for record, key in machine.record_keys.items() if key in keys}
    answers = _answers(connection, {*same, *refused}) if same else {}
    found = {(machine.record_keys[record], answers.get(record)) for record in refused if record in same}
    return frozenset(
        record for record, key in same.items() if (key, answers.get(record)) in found or (key, None) in found
    )


def _answers(connection: Connection, records: Set[str]) -> Mapping[str, str]:
    """The answer of each record with one; empty for kinds whose label is the whole answer."""
    kinds = kinds_of_records(connection, {*records})
    keys = {record: KINDS[kind].answer_key for record, kind in kinds.items()}
    answered = {record for record, key in keys.items() if key is not None}
    contents = contents_of_records(connection, answered) if answered else {}
    found = dict.fromkeys(records - answered, "")
    for record, content in contents.items():
        key = keys[record]
        if key is not None and content:
            found[record] = key(content)
    return found
