"""Generation runs and their candidates: an equal request resumes its run, and every candidate has an outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.hashing import json_hash
from winnow.core.vocabulary import CandidateOutcome
from winnow.curation.store.tables import candidate, generation_run, occurrence


@dataclass(frozen=True)
class GeneratedCandidate:
    """One proposal and its outcome."""

    record_id: str
    key_hash: str
    """Hash of its text's repeat key: it recognizes the text in later files."""
    label: str
    outcome: CandidateOutcome
    reason: str = ""
    """Why it was dropped; empty otherwise."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None


def ingested_requests(connection: Connection, run: str) -> frozenset[str]:
    """The requests whose proposals are already stored as candidates."""
    query = select(candidate.c.request_id).where(candidate.c.run_id == run, candidate.c.request_id.is_not(None))
    return frozenset(row[0] for row in connection.execute(query))


def outcome_counts(connection: Connection, run: str) -> dict[str, int]:
    """How many candidates of a run were kept, known and dropped."""
    c = candidate.c
    rows = connection.execute(select(c.outcome, func.count()).where(c.run_id == run).group_by(c.outcome))
    return dict.fromkeys((outcome.value for outcome in CandidateOutcome), 0) | dict(rows.tuples().all())


def kept_details(connection: Connection, run: str) -> list[dict[str, Any]]:
    """The requested properties of the kept candidates of a run."""
    c = candidate.c
    query = select(c.detail).where(c.run_id == run, c.outcome == "kept").order_by(c.round, c.position)
    return [dict(json.loads(row[0])) for row in connection.execute(query)]


def write_candidates(connection: Connection, run: str, candidates: Sequence[GeneratedCandidate]) -> None:
    """Store the outcomes of proposals as the run's next round of candidates."""
    c, moment = candidate.c, utc_now()
    number = connection.execute(select(func.max(c.round)).where(c.run_id == run)).scalar()
    last_occurrence = connection.execute(select(func.coalesce(func.max(occurrence.c.id), 0))).scalar_one()
    rows = [
        {
            "run_id": run,
            "round": 0 if number is None else number + 1,
            "position": position,
            "request_id": one.request_id,
            "record_id": one.record_id,
            "label": one.label,
            "detail": json.dumps(dict(one.detail), sort_keys=True, ensure_ascii=False),
            "outcome": one.outcome,
            "reason": one.reason,
            "at": moment,
            "key_hash": one.key_hash,
            "last_occurrence": last_occurrence,
        }
        for position, one in enumerate(candidates)
    ]
    if rows:
        connection.execute(insert(candidate), rows)


@dataclass(frozen=True)
class GenerationRun:
    """One run of a generator. Its id is the batch id of the records that it generates."""

    id: str
    generator: str
    prompt_version: str
    model: str
    ended: bool
    """Whether it has completed its request."""


NOT_STARTED = GenerationRun("", "", "", "", ended=False)
"""Placeholder for a run when nothing is added."""


@dataclass(frozen=True)
class RunSpec:
    """What a run is requested to do; equal specifications identify the same run."""

    generator: str
    prompt_version: str
    model: str
    settings: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """A hash of the whole specification."""
        facts = [self.generator, self.prompt_version, self.model, self.settings]
        return json_hash(facts, length=16)

    def run(self, identity: str, *, ended: bool) -> GenerationRun:
        """A run with this specification."""
        return GenerationRun(identity, self.generator, self.prompt_version, self.model, ended)


def find_run(connection: Connection, spec: RunSpec) -> GenerationRun | None:
    """The latest run with this specification."""
    found = _latest_run(connection, spec)
    return spec.run(found.id, ended=found.ended_at is not None) if found else None


def begin_run(connection: Connection, spec: RunSpec, *, again: bool = False) -> GenerationRun:
    """The latest run with this specification; a new one if there is none, or if it ended and `again` is set."""
    found = _latest_run(connection, spec)
    if found is not None and not (again and found.ended_at):
        return spec.run(found.id, ended=found.ended_at is not None)
    number = found.number + 1 if found else 1
    identity = f"{spec.generator}-{spec.digest[:8]}-{number}"
    values = {
        "id": identity,
        "spec": spec.digest,
        "number": number,
        "generator": spec.generator,
        "prompt_version": spec.prompt_version,
        "model": spec.model,
        "settings": json.dumps(spec.settings, sort_keys=True),
        "at": utc_now(),
    }
    connection.execute(insert(generation_run).values(**values))
    return spec.run(identity, ended=False)


def _latest_run(connection: Connection, spec: RunSpec) -> Any:
    query = select(generation_run).where(generation_run.c.spec == spec.digest)
    return connection.execute(query.order_by(generation_run.c.number.desc()).limit(1)).first()


def end_run(connection: Connection, run: str) -> None:
    """Store that a run has ended."""
    this = (generation_run.c.id == run) & generation_run.c.ended_at.is_(None)
    connection.execute(update(generation_run).where(this).values(ended_at=utc_now()))


def generation_runs(connection: Connection) -> list[dict[str, Any]]:
    """Every generation run, oldest first."""
    query = select(generation_run).order_by(generation_run.c.at, generation_run.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def candidate_outcomes(connection: Connection) -> list[tuple[str, str, str, CandidateOutcome]]:
    """Run, record, label and outcome of every candidate."""
    c = candidate.c
    return [row._tuple() for row in connection.execute(select(c.run_id, c.record_id, c.label, c.outcome))]
