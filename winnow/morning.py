"""Gathers what the morning page shows, from the workspace as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from curation import ledger
from curation.clock import now
from curation.coverage import Coverage
from curation.estimates import NotMeasured
from curation.folder import Folder
from curation.queues import places as p
from curation.serving.connection import connect
from curation.status import status
from curation.store import Store
from curation.task import Task
from reports.morning import Morning, Todo, argilla_links, cells_of, run_lines, todo, write_morning
from reports.people import PeopleReport
from validators.faults import WinnowError
from winnow.decide import Decided

FINDINGS_SHOWN = 3


def morning(
    folder: Folder,
    store: Store,
    task: Task,
    coverage: Coverage,
    people: PeopleReport,
    mistakes: Mapping[str, Sequence[Mapping[str, str]]],
    decided: Decided,
) -> tuple[Morning, Path]:
    """The page of this moment; writes it and returns its path. `mistakes` are train rows that the probe misreads."""
    table = coverage.check.table
    texts = dict(zip(table["id"], table["text"], strict=True))
    with store.reading() as connection:
        standing = status(connection, task)
        runs = run_lines(ledger.entries(connection, "run"), folder.root)
        datasets = {one.name: one.server_id for one in p.datasets(connection) if one.server_id}
        met = p.met(connection)
        places = {
            place.record_id: (
                str(datasets[place.dataset]),
                texts[place.record_id],
                bool(met.get((place.dataset, place.record_id))),
            )
            for place in p.places(connection)
            if place.dataset in datasets and place.record_id in texts and not place.withdrawn
        }
    evaluated = next((run.id for run in runs if run.accuracy is not None), "")
    ids = {text: identity for identity, text in texts.items()}
    url = _server(folder) if places else ""
    links = argilla_links(places, url) if url else {}
    cells = cells_of(folder.runs / evaluated, mistakes, ids, links) if evaluated else []
    found = Morning(
        at=now(),
        task=task.name,
        status=standing,
        coverage=coverage,
        people=people,
        runs=runs,
        cells=cells,
        cells_of=evaluated,
        todo=todo(standing, coverage, people, _of_models(decided)),
        recommendation=decided.decision.recommendation,
        why=decided.decision.why,
    )
    return found, write_morning(found, folder.reports)


def _of_models(decided: Decided) -> list[Todo]:
    """The findings about the candidate that concern most rows."""
    if isinstance(decided.findings, NotMeasured):
        return []
    return [
        Todo(f"{decided.about}: {one.name.replace('_', ' ')}", one.evidence, one.command)
        for one in decided.findings.found[:FINDINGS_SHOWN]
    ]


def _server(folder: Folder) -> str:
    """Where Argilla answers; nowhere when it does not run now."""
    try:
        return connect(folder.server).url
    except WinnowError:
        return ""
