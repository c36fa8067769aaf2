"""The cost of every generation run, with what was kept, dropped and accepted, by label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from winnow.curation.store import tables
from winnow.curation.store.tables import generation_run
from winnow.generators.llm.spend import NO_SPEND, spend_by_run
from winnow.generators.run_costs import RunCost


def run_costs(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[RunCost]:
    """Every run, the oldest first. `rows` are the working rows of the moment."""
    labeled = {row["id"] for row in rows if row["state"] == "labeled"}
    spent = spend_by_run(connection)
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    by_label: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    candidate = tables.candidate.c
    for run, record, label, outcome in connection.execute(
        select(candidate.run_id, candidate.record_id, candidate.label, candidate.outcome)
    ):
        accepted = outcome == "kept" and record in labeled
        for name in (outcome, *(["accepted"] if accepted else [])):
            fates[run][name] += 1
            by_label[run][label][name] += 1
    runs = connection.execute(select(generation_run).order_by(generation_run.c.at, generation_run.c.id)).mappings()
    return [
        RunCost(
            run=run["id"],
            generator=run["generator"],
            prompt_version=run["prompt_version"],
            model=run["model"],
            at=run["at"],
            ended_at=run["ended_at"] or "",
            kept=fates[run["id"]]["kept"],
            dropped=fates[run["id"]]["dropped"],
            accepted=fates[run["id"]]["accepted"],
            by_label={label: dict(counts) for label, counts in sorted(by_label[run["id"]].items())},
            **spent.get(run["id"], NO_SPEND),
        )
        for run in runs
    ]
