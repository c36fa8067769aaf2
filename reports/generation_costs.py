"""The cost of every generation run, with counts of kept, dropped and accepted records by label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from winnow.core.vocabulary import State
from winnow.core.working_row import WorkingRow
from winnow.curation.store.database import Connection
from winnow.curation.store.generation_runs import candidate_outcomes, generation_runs
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_totals import RunSpend, spend_by_run
from winnow.generators.run_costs import RunCost


def run_costs(connection: Connection, spend: SpendDatabase, rows: Iterable[WorkingRow]) -> list[RunCost]:
    """Every run, oldest first. `rows` are the current working rows."""
    labeled = {row.id for row in rows if row.state == State.LABELED}
    spent = spend_by_run(spend)
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    by_label: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for run, record, label, outcome in candidate_outcomes(connection):
        accepted = outcome == "kept" and record in labeled
        for name in (outcome, *(["accepted"] if accepted else [])):
            outcomes[run][name] += 1
            by_label[run][label][name] += 1
    return [
        RunCost(
            run=run["id"],
            generator=run["generator"],
            prompt_version=run["prompt_version"],
            model=run["model"],
            at=run["at"],
            ended_at=run["ended_at"] or "",
            kept=outcomes[run["id"]]["kept"],
            dropped=outcomes[run["id"]]["dropped"],
            accepted=outcomes[run["id"]]["accepted"],
            by_label={label: dict(counts) for label, counts in sorted(by_label[run["id"]].items())},
            **vars(spent.get(run["id"], RunSpend())),
        )
        for run in generation_runs(connection)
    ]
