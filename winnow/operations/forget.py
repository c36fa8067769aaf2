"""Forget a record in every database and file of the workspace, and in Argilla."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from winnow.config.task import Task
from winnow.core.layout import WorkspaceFolder
from winnow.curation.ingest.forget import ForgetResult, forget
from winnow.curation.labeling.cleanup import delete_record_from_argilla
from winnow.curation.store.database import Store
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_totals import blank_requests


def forget_record(store: Store, folder: WorkspaceFolder, task: Task, record: str, *, why: str) -> ForgetResult:
    """Remove one record's content everywhere but in frozen releases; running it again finishes the removal."""
    spend = SpendDatabase(folder.spend_database)
    result = forget(store, folder, task, record, why=why, blank_requests=partial(blank_requests, spend))
    spend.vacuum()
    return replace(result, queues=delete_record_from_argilla(store, folder, result.record))
