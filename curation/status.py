"""Status: how much of what there is, what waits for whom, and the next sensible command."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, text

from curation.generation.costs import run_costs
from curation.labels import STATES
from curation.lots import lots, proposals
from curation.queues.candidates import to_adjudicate
from curation.queues.pace import people, usual_pace
from curation.queues.places import waiting
from curation.queues.review import open_records
from curation.store import tables as t
from curation.task import Task
from curation.votes import votes_of
from curation.waivers import Waiver, standing
from curation.working import forgotten_ids, working_rows


@dataclass(frozen=True, repr=False)
class Status:
    """Counts of records. Live ones are those that at least one unretracted source shows."""

    by_state: dict[str, int]
    by_origin: dict[str, int]
    by_label: dict[str, int]
    """Labeled records, in the task's order; labels without records count 0."""
    reserves: dict[str, int]
    """Live records by reserve."""
    queues: dict[str, int]
    """Records that each queue could hold."""
    waiting: dict[str, int]
    """Records that were pushed and wait for an answer, as far as answers have been pulled."""
    lots: list[dict[str, Any]]
    """Lots with their verdicts and what they wait for; synthetic records of no lot yet have the verdict `not_drawn`."""
    generation: list[dict[str, Any]]
    """Runs of generators: what they cost, and how many of their records entered and were accepted."""
    seconds: float | None
    """What an answer of people takes, in the median; None while nobody's pace is known."""
    sources: list[dict[str, Any]]
    releases: list[str]
    runs: list[str]
    waivers: list[Waiver]
    """Exceptions that stand, with the days they have left."""
    forgotten: int
    """Records whose content is gone."""
    next: str

    def __repr__(self) -> str:
        states = ", ".join(f"{state} {count:,}" for state, count in self.by_state.items() if count)
        return f"<Status: {states or 'no records'}; next: {self.next}>"

    def json(self) -> dict[str, Any]:
        """The shape of `status --json`."""
        return {
            "records": {"by_state": self.by_state, "by_origin": self.by_origin, "by_label": self.by_label},
            "reserves": self.reserves,
            "queues": self.queues,
            "waiting": self.waiting,
            "lots": self.lots,
            "generation": self.generation,
            "seconds": self.seconds,
            "sources": self.sources,
            "releases": self.releases,
            "runs": self.runs,
            "waivers": [asdict(one) for one in self.waivers],
            "forgotten": self.forgotten,
            "next": self.next,
        }


def status(connection: Connection, task: Task) -> Status:
    """Count everything once."""
    rows = working_rows(connection)
    live = [row for row in rows if row["state"] != "superseded"]
    states = Counter(row["state"] for row in rows)
    labels = Counter(row["label"] for row in live if row["state"] == "labeled")
    entries = connection.execute(select(t.ledger.c.name, t.ledger.c.kind).order_by(text("rowid")))
    ledger = [(name, kind) for name, kind in entries]
    releases = [name for name, kind in ledger if kind == "release"]
    runs = [name for name, kind in ledger if kind == "run"]
    lots_now = _lots(connection, rows)
    return Status(
        by_state={state: states[state] for state in STATES},
        by_origin=dict(Counter(row["origin"] for row in live).most_common()),
        by_label={name: labels[name] for name in task.label_names},
        reserves={split: sum(r["reserve"] == split for r in live) for split in ("train", "validation", "test")},
        queues={
            "label": states["unlabeled"],
            "review": states["proposed"],
            "adjudicate": len(to_adjudicate(rows, votes_of(connection, of_people=True), {}, {})),
        },
        waiting=waiting(connection).records,
        lots=lots_now,
        generation=[run.json() for run in run_costs(connection, rows)],
        seconds=usual_pace(people(connection)),
        sources=_sources(connection),
        releases=releases,
        runs=runs,
        waivers=standing(connection, datetime.now(UTC).date()),
        forgotten=len(forgotten_ids(connection)),
        next=_next(states, lots_now, releases, runs),
    )


def _next(states: Counter[str], lots_now: list[dict[str, Any]], releases: list[str], runs: list[str]) -> str:
    if any(lot["verdict"] == "not_drawn" or lot["more"] for lot in lots_now):
        return "winnow push review, then winnow pull"
    if not states["labeled"]:
        return "winnow add FILE"
    if not releases:
        return "winnow check"
    if not any(run.startswith(f"{releases[-1]}-") for run in runs):
        return f"winnow train {releases[-1]} --method linear"
    return f"winnow evaluate {runs[-1]}"


def _lots(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lots as they stand, then synthetic records that no lot has yet, by their maker."""
    standing = lots(connection, rows, waits=open_records(connection))
    placed = {record for lot in standing for record in lot.members}
    proposed = {row["id"] for row in rows if row["state"] == "proposed"} - placed
    pools = Counter(maker for record, (maker, _) in proposals(connection).items() if record in proposed)
    fresh = [
        {"generator": g, "prompt_version": v, "model": m, "number": None, "records": count, "verdict": "not_drawn"}
        for (g, v, m), count in sorted(pools.items())
    ]
    return [*(lot.json() for lot in standing), *fresh]


def _sources(connection: Connection) -> list[dict[str, Any]]:
    source = t.source.c
    query = select(source.id, source.name, source.origin, source.licence, source.at, source.retracted_at)
    return [dict(row) for row in connection.execute(query.order_by(text("rowid"))).mappings()]
