"""Count records by state, label and queue, and recommend the next command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.layout import WorkspaceFolder
from winnow.core.vocabulary import SPLITS, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.label_signal import last_label_signal
from winnow.curation.checks.next_labels import last_next_labels
from winnow.curation.labeling.queues.adjudicate import adjudicate_candidates
from winnow.curation.labeling.queues.label import rows_to_label
from winnow.curation.labeling.throughput import annotator_activity, reading_seconds, typical_response_seconds
from winnow.curation.releases.release_use import use_command
from winnow.curation.review.lot_facts import LotFacts, UndrawnLotFacts
from winnow.curation.review.lot_pools import undrawn_pools
from winnow.curation.review.lots import load_current_lots
from winnow.curation.status_summary import SourceSummary, Status
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.deployments import deployments
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.queue_items import pending_work
from winnow.curation.store.sources import sources_as_added
from winnow.curation.store.waivers import active_waivers
from winnow.curation.store.working_view import working_rows
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.operations._context import WorkspaceContext
from winnow.operations.first_labels import first_labels
from winnow.reports.generation_costs import run_costs
from winnow.validators.kinds import allowed_targets, kind_of
from winnow.validators.kinds.kind import given_target

RECORDS_TIMED = 200
"""Records whose words are counted for the time of reading one."""


def status(workspace: WorkspaceContext) -> Status:
    """Counts by state, label, split and queue, lots, and the next step."""
    with workspace.store.reading() as connection:
        return read_status(connection, workspace.task, workspace.folder)


def read_status(connection: Connection, task: Task, folder: WorkspaceFolder) -> Status:
    """The status at one moment."""
    spend = SpendDatabase(folder.spend_database)
    rows = working_rows(connection)
    live = [row for row in rows if row.state != State.SUPERSEDED]
    states = Counter(row.state for row in rows)
    labels = Counter(row.label for row in live if row.state == State.LABELED)
    releases = [entry["name"] for entry in artifacts(connection, "release")]
    runs = [entry["name"] for entry in artifacts(connection, "run")]
    lots_now = _lots(connection, rows)
    activity = annotator_activity(connection)
    signal = _missing_signal(rows, task, folder)
    return Status(
        by_state={state.value: states[state] for state in State},
        corrected=sum(bool(row.superseded_by and row.sources) for row in rows),
        by_origin=dict(Counter(row.origin for row in live).most_common()),
        by_label={name: labels[name] for name in allowed_targets(task, labels)},
        enough_for=kind_of(task).enough_for(states[State.LABELED]),
        assigned_splits={split: sum(r.assigned_split == split for r in live) for split in SPLITS},
        queues={
            "label": len(rows_to_label(rows, task)),
            "review": states[State.PROPOSED],
            "adjudicate": len(adjudicate_candidates(rows, votes_of(connection, of_people=True), {}, {})),
        },
        pending=pending_work(connection).records,
        lots=lots_now,
        generation=[run.json() for run in run_costs(connection, spend, rows)],
        seconds=typical_response_seconds(activity),
        reading_seconds=reading_seconds(_texts_to_read(live, task)),
        implausible={one.name: one.implausible for one in activity if one.implausible},
        sources=_sources(connection),
        releases=releases,
        runs=runs,
        deployed=next(reversed(deployments(connection)), None),
        waivers=active_waivers(connection, datetime.now(UTC).date()),
        forgotten=len(forgotten_ids(connection)),
        no_signal=signal,
        next_labels=last_next_labels(rows, task, folder.learning_curves),
        next=command("label-errors") if signal else _next(task, states, lots_now, releases, runs, folder),
    )


def _missing_signal(rows: Sequence[WorkingRow], task: Task, folder: WorkspaceFolder) -> str:
    """What shows that the labels carry no signal; empty if they carry one, or `check` did not measure it yet."""
    if kind_of(task).target_of is not given_target:
        return ""
    signal = last_label_signal(rows, folder.near_pairs, leak_cosine=task.gates.leakage.cosine)
    return str(signal) if signal and signal.is_missing else ""


def _texts_to_read(rows: Sequence[WorkingRow], task: Task) -> list[str]:
    """What annotators would read of the first records that have no label yet, by id: enough for a median."""
    open_rows = [row for row in rows if row.state in (State.PROPOSED, State.UNLABELED)]
    return [kind_of(task).readable(row.content) for row in open_rows[:RECORDS_TIMED]]


def _next(
    task: Task,
    states: Counter[State],
    lots_now: list[LotFacts | UndrawnLotFacts],
    releases: list[str],
    runs: list[str],
    folder: WorkspaceFolder,
) -> str:
    if any(isinstance(lot, UndrawnLotFacts) or lot.more for lot in lots_now):
        return f"{command('push review')}, then {command('pull')}"
    if not states[State.LABELED]:
        return first_labels(task, folder.root) if states[State.UNLABELED] else command("add", "FILE")
    if not releases:
        return command("check")
    if not any(run.startswith(f"{releases[-1]}-") for run in runs):
        return use_command(kind_of(task), releases[-1], roles=task.roles)
    evaluated = (folder.runs / runs[-1] / "evaluation" / f"{Split.VALIDATION}.json").exists()
    return command("decide") if evaluated else command("evaluate", runs[-1])


def _lots(connection: Connection, rows: list[WorkingRow]) -> list[LotFacts | UndrawnLotFacts]:
    """Lots as they stand, then the records that no lot has yet, by their producer."""
    fresh = [
        UndrawnLotFacts(kind=pool.kind, generator=g, prompt_version=v, model=m, records=len(pool.labels))
        for (g, v, m), pool in sorted(undrawn_pools(connection, rows).items())
    ]
    return [*(lot.facts() for lot in load_current_lots(connection, rows)), *fresh]


def _sources(connection: Connection) -> list[SourceSummary]:
    names = [field.name for field in fields(SourceSummary)]
    return [SourceSummary(*(source[name] for name in names)) for source in sources_as_added(connection)]
