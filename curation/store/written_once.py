"""Rows that are written once, and the triggers of winnow.db that prevent changes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Table, UniqueConstraint

from winnow.curation.store.tables import metadata

WRITTEN_ONCE = {
    "batch": ("UPDATE", "DELETE"),
    "source": ("UPDATE", "DELETE"),
    "record": ("UPDATE", "DELETE"),
    "record_group": ("UPDATE", "DELETE"),
    "occurrence": ("UPDATE", "DELETE"),
    "decision": ("UPDATE", "DELETE"),
    "restored_label": ("UPDATE", "DELETE"),
    "artifact": ("UPDATE", "DELETE"),
    "deployment": ("UPDATE", "DELETE"),
    "remote_name": ("UPDATE", "DELETE"),
    "router_selection": ("UPDATE", "DELETE"),
    "label_rename": ("UPDATE", "DELETE"),
    "forgotten": ("UPDATE", "DELETE"),
    "response": ("UPDATE", "DELETE"),
    "lot": ("UPDATE", "DELETE"),
    "lot_member": ("UPDATE", "DELETE"),
    "lot_verdict": ("UPDATE", "DELETE"),
    "label_proposal": ("UPDATE", "DELETE"),
    "candidate": ("UPDATE", "DELETE"),
    "generation_run": ("UPDATE", "DELETE"),
    "waiver": ("UPDATE", "DELETE"),
    "setting": ("UPDATE", "DELETE"),
    "push": ("UPDATE", "DELETE"),
    "source_form": ("UPDATE",),
    "supersession": ("UPDATE", "DELETE"),
    "interaction": ("UPDATE", "DELETE"),
    "origin_model": ("UPDATE", "DELETE"),
}
"""What triggers forbid, so that neither a command nor a person in a SQL shell changes history by accident."""

IS_FORGOTTEN = "EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.{})"

FORGET_EXCEPTIONS = {
    "record": (("content", "fold_key"), "NEW.content = '' AND NEW.fold_key = ''", IS_FORGOTTEN.format("id")),
    "occurrence": (("session", "time"), "NEW.session IS NULL AND NEW.time IS NULL", IS_FORGOTTEN.format("record_id")),
    "record_group": (
        ("declared",),
        "NEW.declared = ''",
        "NOT EXISTS (SELECT 1 FROM record WHERE group_id = OLD.id AND id NOT IN (SELECT record_id FROM forgotten))",
    ),
    "decision": (("why",), "NEW.why = ''", IS_FORGOTTEN.format("record_id")),
    "response": (("content",), "NEW.content = '{}'", IS_FORGOTTEN.format("record_id")),
    "candidate": (("detail",), "NEW.detail = '{}'", IS_FORGOTTEN.format("record_id")),
}
"""The only allowed change, clearing a forgotten record's content: columns, their empty values, and the condition."""

FORGET_DELETIONS = {
    "supersession": f"{IS_FORGOTTEN.format('record_id')} OR {IS_FORGOTTEN.format('superseded_id')}",
    "interaction": IS_FORGOTTEN.format("record_id"),
}
"""The condition under which a row is deleted, because it names a forgotten record."""


LATER_CHANGES = {
    "source": (("retracted_at", "retracted_why"), "OLD.retracted_at IS NULL AND NEW.retracted_at IS NOT NULL"),
    "generation_run": (("ended_at",), "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL"),
    "waiver": (("withdrawn_at",), "NEW.withdrawn_at IS NOT OLD.withdrawn_at"),
}
"""What may become true of a row after it was written: the columns, and the condition. A retraction is final."""


def written_once_triggers() -> list[str]:
    """The SQL of the triggers that prevent changes to history.

    `INSERT OR REPLACE` deletes rows without a trigger, so an insertion of a key that is already stored is refused.
    """
    changes = [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} {_exception(table, event)}"
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are written once'); END"
        for table, events in WRITTEN_ONCE.items()
        for event in events
    ]
    insertions = [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {_is_stored(metadata.tables[table])} "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are written once'); END"
        for table in WRITTEN_ONCE
    ]
    return changes + insertions


class UniqueKey(NamedTuple):
    """Columns whose values no two rows of a table share."""

    columns: Sequence[str]
    where: str
    """The condition, as SQL, under which the key is unique; empty where it always is."""


def unique_keys(table: Table) -> list[UniqueKey]:
    """The primary key, the unique constraints and the unique indexes of a table."""
    constraints = sorted(
        tuple(column.name for column in one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)
    )
    keys = [UniqueKey(columns, "") for columns in (tuple(table.primary_key.columns.keys()), *constraints)]
    for index in sorted((one for one in table.indexes if one.unique), key=lambda one: str(one.name)):
        keys.append(UniqueKey(tuple(index.columns.keys()), str(index.dialect_options["sqlite"]["where"])))
    return keys


def _is_stored(table: Table) -> str:
    """The condition that a row with a key of the new row is stored."""
    found = []
    for columns, where in unique_keys(table):
        same = " AND ".join(f"{quoted(name)} = NEW.{quoted(name)}" for name in columns)
        both = f" AND {where} AND NEW.{where}" if where else ""
        found.append(f"EXISTS (SELECT 1 FROM {table.name} WHERE {same}{both})")
    return " OR ".join(found)


RESERVED_WORDS = ("row", "round")
"""Columns whose names are SQL keywords."""


def quoted(column: str) -> str:
    """The name of a column in SQL."""
    return f'"{column}"' if column in RESERVED_WORDS else column


def _exception(table: str, event: str) -> str:
    """The condition under which a change is allowed, as the WHEN of a trigger; empty where none is."""
    if event == "DELETE" and table in FORGET_DELETIONS:
        return f"WHEN NOT ({FORGET_DELETIONS[table]}) "
    if event != "UPDATE" or table not in FORGET_EXCEPTIONS.keys() | LATER_CHANGES.keys():
        return ""
    if table in LATER_CHANGES:
        columns, allowed = LATER_CHANGES[table]
    else:
        columns, emptied, when = FORGET_EXCEPTIONS[table]
        allowed = f"{emptied} AND {when}"
    own = [column.name for column in metadata.tables[table].columns if column.name not in columns]
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in map(quoted, own))
    return f"WHEN NOT ({same} AND {allowed}) "
