"""Forget a record: erase its content in every database and file of the workspace, and in Argilla."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.curation.ingest.forget import ForgetResult


def forget(workspace: WorkspaceContext, record: str, *, reason: str = "", dry_run: bool = False) -> ForgetResult:
    """Erase one record's content everywhere but in frozen releases; running it again finishes the removal.

    A dry run names the same files, releases and datasets, and changes nothing.
    """
    if dry_run:
        with workspace.for_changes(dry_run=True) as unchanged:
            return _preview(unchanged, record)
    from winnow.curation.ingest.forget import forget_record
    from winnow.curation.labeling.cleanup import delete_record_from_argilla
    from winnow.generators.llm.spend.spend_database import SpendDatabase
    from winnow.generators.llm.spend.spend_totals import blank_requests

    spend = SpendDatabase(workspace.folder.spend_database)
    forgotten = forget_record(
        workspace.store,
        workspace.folder,
        workspace.task,
        record,
        why=reason,
        blank_requests=partial(blank_requests, spend),
    )
    spend.vacuum()
    queues = delete_record_from_argilla(workspace.store, workspace.folder, forgotten.record)
    return replace(forgotten, queues=queues)


def _preview(workspace: WorkspaceContext, record: str) -> ForgetResult:
    from winnow.curation.ingest.forget import preview_forgetting
    from winnow.curation.labeling.cleanup import datasets_out_of_reach

    found = preview_forgetting(workspace.store, workspace.folder, workspace.task, record)
    return replace(found, queues=datasets_out_of_reach(workspace.store, workspace.folder, found.record))
