"""Retract a source: it stops counting; its trace stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text, update

from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.curation.store import tables
from winnow.curation.store.database import Store
from winnow.curation.store.records import live_records
from winnow.curation.store.tables import occurrence

MIN_ID_CHARACTERS = 6
"""Characters of an id that are enough; an empty word from a script must not take a source back."""


@dataclass(frozen=True)
class RetractResult:
    """What a retraction changed."""

    source: str
    name: str
    superseded: int
    """Records that no other source shows; they are exported no more."""
    already: bool
    """The source was retracted before; nothing changed."""


def retract(store: Store, wanted: str, *, why: str) -> RetractResult:
    """Take a source back, named by its id, the beginning of it, or the file's name.

    Its occurrences and decisions count no more; the rows stay, marked with when and why. Records keep their reserve, so
    that adding the file again brings them back where they were.

    Raises WinnowError when none or more than one source fits.
    """
    with store.writing() as connection:
        stored = connection.execute(select(tables.source).order_by(text("rowid"))).mappings().all()
        exact = [s for s in stored if s["id"] == wanted]
        likely = [s for s in stored if s["name"] == Path(wanted).name or _is_id_prefix(s["id"], wanted)]
        fits = exact or likely
        live = [s for s in fits if s["retracted_at"] is None]
        if len(live) > 1 or not fits:
            choices = ", ".join(f"{s['id']} ({s['name']})" for s in (live or stored)) or "none yet"
            found = f"{len(live)} sources" if live else "no source"
            raise WinnowError(Problem(f"retract {wanted}", found, f"one of {choices}", "give the source's id"))
        if not live:
            return RetractResult(fits[-1]["id"], fits[-1]["name"], 0, already=True)
        source = live[0]
        shown = {
            row[0]
            for row in connection.execute(
                select(occurrence.c.record_id).where(occurrence.c.source_id == source["id"]).distinct()
            )
        }
        moment = utc_now()
        connection.execute(
            update(tables.source)
            .where(tables.source.c.id == source["id"])
            .values(retracted_at=moment, retracted_why=why)
        )
        superseded = len(shown - live_records(connection, shown))
    return RetractResult(source["id"], source["name"], superseded, already=False)


def _is_id_prefix(identity: str, wanted: str) -> bool:
    return len(wanted) >= MIN_ID_CHARACTERS and identity.startswith(wanted)
