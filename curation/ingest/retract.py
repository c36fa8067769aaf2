"""Retract a source: its rows no longer count, but stay stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from winnow.core.clock import utc_now
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.store.database import Store
from winnow.curation.store.records import live_records
from winnow.curation.store.sources import mark_retracted, records_of_source, sources_as_added
from winnow.curation.store.working_view import corrected_records

MIN_ID_CHARACTERS = 6
"""The shortest accepted prefix of an id: an empty argument from a script must not retract a source."""


@dataclass(frozen=True)
class RetractResult:
    """What a retraction changed."""

    source: str
    name: str
    superseded: int
    """Records that no other source contains; they are no longer exported."""
    already: bool
    """The source was retracted before; nothing changed."""
    from_file: bool
    """The rows are those of a file or table, and adding it again undoes the retraction; generated rows have none."""
    count_again: int = 0
    """Records that only corrections of this source superseded."""
    dry_run: bool = False
    """A preview: nothing was stored."""


def retract(store: Store, wanted: str, *, why: str, dry_run: bool = False) -> RetractResult:
    """Retract a source, given by its id, a prefix of its id, or its file name.

    Its occurrences and labels no longer count; they stay stored, marked with the time and the reason. Records keep
    their assigned split and the decisions of people and lots, so that adding the file again undoes the retraction. A
    dry run stores nothing.

    Raises WinnowError when no source or more than one source matches.
    """
    with store.writing(dry_run=dry_run) as connection:
        stored = sources_as_added(connection)
        exact = [s for s in stored if s["id"] == wanted]
        likely = [s for s in stored if s["name"] == Path(wanted).name or _is_id_prefix(s["id"], wanted)]
        fits = exact or likely
        live = [s for s in fits if s["retracted_at"] is None]
        if len(live) > 1 or not fits:
            choices = ", ".join(f"{s['id']} ({s['name']})" for s in (live or stored)) or "none yet"
            found = counted(len(live), "source") if live else "no source"
            raise WinnowError(Problem(f"retract {wanted}", found, f"one of {choices}", "give the source's id"))
        if not live:
            return replace(_result(fits[-1]), already=True, dry_run=dry_run)
        source = live[0]
        records = records_of_source(connection, source["id"])
        corrected = corrected_records(connection)
        mark_retracted(connection, source["id"], why=why, at=utc_now())
        live_now = live_records(connection, records | corrected)
        count_again = len((corrected & live_now) - corrected_records(connection))
    superseded = len(records - live_now)
    return replace(_result(source), superseded=superseded, count_again=count_again, dry_run=dry_run)


def _result(source: Mapping[str, Any]) -> RetractResult:
    """The result for a source from which nothing is withdrawn yet."""
    from_file = bool(json.loads(source["settings"])["columns"])  # generated rows have no columns of a file
    return RetractResult(source["id"], source["name"], superseded=0, already=False, from_file=from_file)


def _is_id_prefix(identity: str, wanted: str) -> bool:
    return len(wanted) >= MIN_ID_CHARACTERS and identity.startswith(wanted)
