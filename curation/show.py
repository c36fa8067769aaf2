"""Show: everything that is known about one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from curation.embed import Embedder
from curation.folder import Folder
from curation.ledger import placements
from curation.store import tables as t
from curation.vectors import cached_vectors
from curation.working import working_rows
from validators.faults import Fault, WinnowError

NEIGHBOURS = 5


@dataclass(frozen=True)
class Shown:
    """One record with its history and surroundings."""

    record: dict[str, Any]
    """The working row: text, family, reserve, origin, weight, state, label."""
    reserve_why: str
    sightings: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    neighbours: list[dict[str, Any]] | None
    """Nearest live records; None when this record was never embedded."""
    releases: list[dict[str, str]]
    """Releases that hold the record, and in which split."""


def show(connection: Connection, folder: Folder, embedder: Embedder, wanted: str) -> Shown:
    """Look a record up by id, by the beginning of its id, or by its exact text.

    Raises WinnowError when none or more than one fits.
    """
    rows = working_rows(connection)
    fits = [row for row in rows if row["id"].startswith(wanted) or row["text"] == wanted]
    gone = connection.execute(select(t.forgotten).where(t.forgotten.c.record_id.startswith(wanted, autoescape=True)))
    trace = gone.first() if not fits else None
    if trace is not None:
        found = f"forgotten on {trace.at[:10]}" + (f" ({trace.why})" if trace.why else "")
        raise WinnowError(Fault(f"show {wanted}", found, "a record that is there", "its content is gone for good"))
    if len(fits) != 1:
        found = "no record" if not fits else f"{len(fits)} records"
        fix = "give more of the id" if fits else "give an id, the beginning of one, or an exact text"
        raise WinnowError(Fault(f"show {wanted}", found, "one record", fix))
    record = fits[0]
    identity = record["id"]
    source, sighting = t.source.c, t.sighting.c
    sightings = connection.execute(
        select(source.name, sighting.row, sighting.given_label, sighting.given_split, source.origin, source.licence)
        .add_columns(sighting.session, sighting.time, source.at, source.retracted_at)
        .join(t.source, source.id == sighting.source_id)
        .where(sighting.record_id == identity)
        .order_by(sighting.id)
    )
    decisions = connection.execute(select(t.decision).where(t.decision.c.record_id == identity).order_by("id"))
    flags = connection.execute(select(t.flag.c.name, t.flag.c.detail).where(t.flag.c.record_id == identity))
    why = connection.execute(select(t.family.c.why).where(t.family.c.id == record["family"])).scalar_one()
    return Shown(
        record=record,
        reserve_why=why,
        sightings=[dict(row) for row in sightings.mappings()],
        decisions=[dict(row) for row in decisions.mappings()],
        flags=[dict(row) for row in flags.mappings()],
        neighbours=_neighbours(record, rows, folder, embedder),
        releases=[{"release": r, "split": s} for r, s in placements(connection, folder, identity)],
    )


def _neighbours(
    record: dict[str, Any], rows: list[dict[str, Any]], folder: Folder, embedder: Embedder
) -> list[dict[str, Any]] | None:
    others = [row for row in rows if row["id"] != record["id"] and row["state"] != "superseded"]
    cached = cached_vectors([record["text"], *(row["text"] for row in others)], embedder.identity, folder.vectors)
    if record["text"] not in cached:
        return None
    known = [row for row in others if row["text"] in cached]
    if not known:
        return []
    similarity = np.stack([cached[row["text"]] for row in known]) @ cached[record["text"]]
    best = np.argsort(-similarity, kind="stable")[:NEIGHBOURS]
    keys = ("id", "text", "label", "state", "reserve")
    return [{"similarity": round(float(similarity[i]), 4), **{key: known[i][key] for key in keys}} for i in best]
