"""Runs of generators: the same command finds its run again until it has ended, so that nothing is asked twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.store import tables as t


@dataclass(frozen=True)
class Run:
    """One run of a generator. Its id is the batch of the records that it makes."""

    id: str
    generator: str
    prompt_version: str
    model: str
    settings: Mapping[str, Any]
    ended: bool
    """It did all that it was asked to."""
    new: bool


def begin(
    connection: Connection,
    *,
    generator: str,
    prompt_version: str,
    model: str,
    settings: Mapping[str, Any],
    again: bool = False,
) -> Run:
    """The latest run that was asked for the same; a new one where there is none, or where `again` wants another."""
    facts = [generator, prompt_version, model, settings]
    asked = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    found = connection.execute(
        select(t.generation).where(t.generation.c.asked == asked).order_by(t.generation.c.number.desc()).limit(1)
    ).first()
    if found is not None and not (again and found.ended_at):
        return Run(found.id, generator, prompt_version, model, settings, found.ended_at is not None, new=False)
    number = found.number + 1 if found else 1
    identity = f"{generator}-{asked[:8]}-{number}"
    values = {
        "id": identity,
        "asked": asked,
        "number": number,
        "generator": generator,
        "prompt_version": prompt_version,
        "model": model,
        "settings": json.dumps(settings, sort_keys=True),
        "at": now(),
    }
    connection.execute(insert(t.generation).values(**values))
    return Run(identity, generator, prompt_version, model, settings, ended=False, new=True)


def end(connection: Connection, run: str) -> None:
    """Write down that a run did all that it was asked to."""
    this = (t.generation.c.id == run) & t.generation.c.ended_at.is_(None)
    connection.execute(update(t.generation).where(this).values(ended_at=now()))
