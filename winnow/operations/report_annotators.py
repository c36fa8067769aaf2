"""Measure agreement, label accuracy, lots and generation at one moment."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.vocabulary import DecidedBy, State
from winnow.curation.annotations.agreement import measure_agreement
from winnow.curation.annotations.argument_agreement import argument_agreement
from winnow.curation.labeling.answers_of_people import answers_of_people
from winnow.curation.labeling.response_table import REJECTED_LABEL, latest_responses
from winnow.curation.labeling.throughput import annotator_activity
from winnow.curation.review.label_accuracy import confirmed_response_share, measure_label_accuracy
from winnow.curation.review.lots import load_current_lots
from winnow.curation.store.database import Connection
from winnow.curation.store.working_view import working_rows
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.reports.annotators_page import AnnotatorReport
from winnow.reports.generation_costs import run_costs


def measure_annotators(connection: Connection, task: Task, spend: SpendDatabase) -> AnnotatorReport:
    """Measure what the annotators page shows."""
    rows = working_rows(connection)
    responses = latest_responses(connection, task)
    adjudicated = {
        row.id: row.label if row.state == State.LABELED else REJECTED_LABEL
        for row in rows
        if row.decided_by == DecidedBy.ADJUDICATOR and row.state in (State.LABELED, State.REJECTED)
    }
    activity = annotator_activity(connection)
    seconds = {one.name: float(one.seconds) for one in activity if one.seconds is not None}
    found = measure_agreement(responses, adjudicated=adjudicated, seconds=seconds) if len(responses) else None
    quoted = {case.record for one in (found.annotators if found else ()) for case in one.overruled}
    return AnnotatorReport(
        agreement=found,
        implausible={one.name: one.implausible for one in activity},
        accuracy=measure_label_accuracy(connection, rows),
        confirmed=confirmed_response_share(responses, rows),
        lots=load_current_lots(connection, rows),
        generation=run_costs(connection, spend, rows),
        arguments=argument_agreement(answers_of_people(connection, task)),
        texts={row.id: row.text for row in rows if row.id in quoted},
    )
