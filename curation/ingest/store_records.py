"""Store new records, put them into groups, and give new groups their split."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import Origin
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.ingest.split_assignment import NewGroup, SplitAssignment, assign_splits
from winnow.curation.store.database import Connection
from winnow.curation.store.groups import eligible_counts, insert_groups, stored_groups
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.machine_written import MachineWritten
from winnow.curation.store.records import groups_of_records, insert_records, record_ids, splits_of_records
from winnow.curation.store.source_forms import insert_source_forms
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import UNLABELED_STRATUM


@dataclass(frozen=True)
class KeptAssignments:
    """Known records that keep their first split or group although these rows give another."""

    assigned_splits: int
    """Records with another split than the official one given now."""
    groups: int
    """Records in another group than the session declared now."""


def store_records(
    connection: Connection,
    task: Task,
    pairs: Sequence[tuple[str, KeptRow]],
    origins: Mapping[str, str],
    known_sources: Set[str],
    machine: MachineWritten,
    now: str,
) -> KeptAssignments:
    """Store new records with their groups, and assign a split to each new group.

    `pairs` are source ids and rows, `origins` the origin of each source, `known_sources` the sources
    that had rows before or that hold rows of a release, `machine` what machines wrote before these rows are stored.
    Returns how many known records keep another split or group than these rows give.
    """
    stored = record_ids(connection, {row.record_id for _, row in pairs})
    new_rows: dict[str, list[tuple[str, KeptRow]]] = defaultdict(list)
    for source, row in pairs:
        if row.record_id not in stored:
            new_rows[row.record_id].append((source, row))
    for rows in new_rows.values():
        rows.sort(key=lambda pair: _group_preference(task, pair[1]))
    group_of = {record: group_id_of(task, rows[0][1]) for record, rows in new_rows.items()}
    generated = {
        record
        for record, rows in new_rows.items()
        if (machine.repeats(rows[0][1].fold_key) and not rows[0][1].verified)
        or all(origins[source] == Origin.SYNTHETIC for source, _ in rows)
    }
    groups = _new_groups(connection, task, new_rows, group_of, generated, known_sources)
    assigned = assign_splits(groups, _eligible_counts(connection, task), task.splits) if groups else {}
    insert_groups(connection, _group_rows(groups, assigned, new_rows, group_of, now))
    insert_records(connection, _record_rows(task, new_rows, group_of, now))
    forms = {record: rows[0][1].source_form for record, rows in new_rows.items()}
    insert_source_forms(connection, {record: form for record, form in forms.items() if form})
    known = {row.record_id: row.split for _, row in pairs if row.split and row.record_id not in new_rows}
    kept = splits_of_records(connection, known.keys())
    expected_move = ("train", "validation")  # a source without validation contributes some of its train: expected
    return KeptAssignments(
        assigned_splits=sum(known[r] != split and (known[r], split) != expected_move for r, split in kept.items()),
        groups=_other_groups(connection, task, [row for _, row in pairs if row.record_id not in new_rows]),
    )


def _group_rows(
    groups: Sequence[NewGroup],
    assigned: Mapping[str, SplitAssignment],
    new_rows: dict[str, list[tuple[str, KeptRow]]],
    group_of: Mapping[str, str],
    now: str,
) -> list[dict[str, Any]]:
    declared = {group_of[record]: rows[0][1].session or "" for record, rows in reversed(new_rows.items())}
    strata = {group.id: group.stratum for group in groups}
    return [
        {
            "id": f,
            "declared": declared[f],
            "assigned_split": r.assigned_split,
            "why": r.why,
            "stratum": strata[f],
            "at": now,
        }
        for f, r in sorted(assigned.items())
    ]


def _record_rows(
    task: Task, new_rows: Mapping[str, list[tuple[str, KeptRow]]], group_of: Mapping[str, str], now: str
) -> list[dict[str, Any]]:
    return [
        {
            "id": record,
            "kind": task.kind,
            "content": rows[0][1].content,
            "fold_key": rows[0][1].fold_key,
            "group_id": group_of[record],
            "at": now,
        }
        for record, rows in new_rows.items()
    ]


def _other_groups(connection: Connection, task: Task, rows: Sequence[KeptRow]) -> int:
    declared = {row.record_id: group_id_of(task, row) for row in rows if row.session or row.group}
    stored = groups_of_records(connection, declared.keys())
    return sum(declared[record] != group for record, group in stored.items())


def group_id_of(task: Task, row: KeptRow) -> str:
    """The group that a row joins or declares; a row that does neither is a group of its own."""
    if row.group is not None:
        return row.group
    if row.session is None:
        return row.record_id
    return stable_hash(task.kind, "session", row.session, length=20)


def group_of_rows(task: Task, rows: Iterable[KeptRow]) -> str:
    """The group of a new record that these rows show."""
    return group_id_of(task, min(rows, key=lambda row: _group_preference(task, row)))


def _group_preference(task: Task, row: KeptRow) -> tuple[bool, str]:
    """Sorts the rows of a record: its group is that of the first one, whatever the order of the files was."""
    return row.group is None and row.session is None, group_id_of(task, row)


def _new_groups(
    connection: Connection,
    task: Task,
    new_rows: dict[str, list[tuple[str, KeptRow]]],
    group_of: dict[str, str],
    generated: Set[str],
    known_sources: Set[str],
) -> list[NewGroup]:
    known, is_held_out = stored_groups(connection, {*group_of.values()}), kind_of(task).is_held_out
    members: dict[str, list[str]] = defaultdict(list)
    for record in new_rows:
        if group_of[record] not in known:
            members[group_of[record]].append(record)
    groups = []
    for identity, records in members.items():
        appearances = [pair for record in sorted(records) for pair in new_rows[record]]
        strata = Counter(row.stratum for _, row in appearances if row.stratum != UNLABELED_STRATUM)
        groups.append(
            NewGroup(
                id=identity,
                stratum=min(strata, key=lambda name: (-strata[name], name)) if strata else UNLABELED_STRATUM,
                size=len(records),
                given=frozenset(row.split for _, row in appearances if row.split is not None),
                train_only=all(record in generated for record in records),
                held_out=any(is_held_out(new_rows[record][0][1].content, task) for record in records),
                from_known_source=all(source in known_sources for source, _ in appearances),
            )
        )
    return groups


def _eligible_counts(connection: Connection, task: Task) -> dict[tuple[str, str], int]:
    """Live records by (stratum, split), without train-only ones; strata have the current label names."""
    renamed, labels = label_renames(connection), set(kind_of(task).targets(task))
    counts: Counter[tuple[str, str]] = Counter()
    for stratum, split, count in eligible_counts(connection):
        counts[stratum if stratum in labels else current_label(stratum, renamed), split] += count
    return counts
