"""What the runs of a plan have added so far, and what they cost."""

from __future__ import annotations

import json
from dataclasses import dataclass

from winnow.core.vocabulary import CandidateOutcome, State
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.generation_runs import GenerationRun, candidate_outcomes, generation_runs, outcome_counts
from winnow.curation.store.lot_tables import proposed_labels
from winnow.curation.store.working_view import working_rows
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.prices import nanodollars
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_totals import spend_totals
from winnow.generators.plan import GenerationPlan
from winnow.generators.plan_part import AddedRecord, PlanPart, part_of
from winnow.generators.plan_quotas import Quota
from winnow.generators.quota_counts import added_by_quota
from winnow.operations._context import WorkspaceContext
from winnow.operations.proposal_intake import ProposalIntake

LIVE = (State.LABELED, State.PROPOSED)
"""What counts: records that are labeled, or wait for review. Refused and retracted ones do not."""


@dataclass(frozen=True)
class QuotaProgress:
    """One quota, and how much of it has been added."""

    quota: Quota
    added: int

    @property
    def missing(self) -> int:
        """How much is still to be added."""
        return max(0, self.quota.count - self.added)


def plan_progress(workspace: WorkspaceContext, plan: GenerationPlan) -> list[QuotaProgress]:
    """Every quota of a plan, and how much its runs have added that nobody refused since."""
    with workspace.store.reading() as connection:
        steps = _steps_by_record(connection, plan.id)
        proposed = {record: label for record, (_, label) in proposed_labels(connection).items()}
        live = [row for row in working_rows(connection) if row.state in LIVE]
    records = [
        AddedRecord(row.id, steps.get(row.id, ""), row.label or proposed.get(row.id, ""), row.content, row.group)
        for row in live
    ]
    added = [record for record in records if record.id in steps]
    others = [record for record in records if record.id not in steps and record.label]
    counts = added_by_quota(workspace.task, plan.quotas, added, others)
    return [QuotaProgress(quota, counts[quota]) for quota in plan.quotas]


def runs_of_plan(connection: Connection, plan: str) -> dict[str, PlanPart]:
    """The runs that carry out a plan, by id."""
    parts = {str(run["id"]): part_of(json.loads(run["settings"])) for run in generation_runs(connection)}
    return {run: part for run, part in parts.items() if part is not None and part.plan == plan}


def spent_by_plan(store: Store, database: SpendDatabase, plan: str, *, without: str = "") -> int:
    """What the runs of a plan have spent and reserved, in nanodollars; not counting the run `without`."""
    if not database.exists:
        return 0
    with store.reading() as connection:
        runs = [run for run in runs_of_plan(connection, plan) if run != without]
    with database.reading() as connection:
        return sum(spend_totals(connection, run).worst_case for run in runs)


def kept_by(connection: Connection, run: GenerationRun | None) -> int:
    """The accepted candidates of a run that continues; a new one has none."""
    return 0 if run is None or run.ended else outcome_counts(connection, run.id)["kept"]


def run_budget(intake: ProposalIntake, request: GenerationRequest) -> int | None:
    """The limit of a run in nanodollars: what the other runs of its plan have spent is gone."""
    limit = nanodollars(request.budget)
    if limit is None or request.part is None:
        return limit
    database = SpendDatabase(intake.folder.spend_database)
    return limit - spent_by_plan(intake.store, database, request.part.plan, without=intake.run.id)


def _steps_by_record(connection: Connection, plan: str) -> dict[str, str]:
    runs = runs_of_plan(connection, plan)
    return {
        record: runs[run].step
        for run, record, _, outcome in candidate_outcomes(connection)
        if outcome == CandidateOutcome.KEPT and run in runs
    }
