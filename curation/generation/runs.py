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
    ended: bool
    """It did all that it was asked to."""


NOT_BEGUN = Run("", "", "", "", ended=False)
"""What stands for the run of a workshop that only looks."""


@dataclass(frozen=True)
class Asked:
    """What a run is asked for: the same is the same run."""

    generator: str
    prompt_version: str
    model: str
    settings: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        facts = [self.generator, self.prompt_version, self.model, self.settings]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def run(self, identity: str, *, ended: bool) -> Run:
        """A run of it."""
        return Run(identity, self.generator, self.prompt_version, self.model, ended)


def find(connection: Connection, asked: Asked) -> Run | None:
    """The latest run that was asked for the same."""
    found = _latest(connection, asked)
    return asked.run(found.id, ended=found.ended_at is not None) if found else None


def begin(connection: Connection, asked: Asked, *, again: bool = False) -> Run:
    """The latest run that was asked for the same; a new one where there is none, or where `again` wants another."""
    found = _latest(connection, asked)
    if found is not None and not (again and found.ended_at):
        return asked.run(found.id, ended=found.ended_at is not None)
    number = found.number + 1 if found else 1
    identity = f"{asked.generator}-{asked.digest[:8]}-{number}"
    values = {
        "id": identity,
        "asked": asked.digest,
        "number": number,
        "generator": asked.generator,
        "prompt_version": asked.prompt_version,
        "model": asked.model,
        "settings": json.dumps(asked.settings, sort_keys=True),
        "at": now(),
    }
    connection.execute(insert(t.generation).values(**values))
    return asked.run(identity, ended=False)


def _latest(connection: Connection, asked: Asked) -> Any:
    query = select(t.generation).where(t.generation.c.asked == asked.digest)
    return connection.execute(query.order_by(t.generation.c.number.desc()).limit(1)).first()


def end(connection: Connection, run: str) -> None:
    """Write down that a run did all that it was asked to."""
    this = (t.generation.c.id == run) & t.generation.c.ended_at.is_(None)
    connection.execute(update(t.generation).where(this).values(ended_at=now()))
