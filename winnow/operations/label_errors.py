"""Find records whose label or calls are probably wrong, with the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.annotations.suspected_labels import LabelErrors
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.store.database import Connection


def label_errors(
    workspace: WorkspaceContext, *, output: str | Path | None = None, progress: Progress | None = None
) -> LabelErrors:
    """Rank labeled records by the evidence against them; `output` is a CSV or JSONL file for all of them.

    Rules look at every split, a model only at train. A person corrects the column `label` of the CSV file, and `add`
    takes it back. Raises WinnowError where the file holds corrections that were not added yet.
    """
    from winnow.curation.checks.label_error_search import LabelErrorSearch
    from winnow.curation.store.occurrences import first_rows
    from winnow.curation.store.reviewed_labels import reviewed_labels
    from winnow.curation.store.working_view import working_rows
    from winnow.reports.label_error_table import check_table_name, write_label_errors

    if output is not None:
        check_table_name(Path(output))
    task = workspace.task
    with workspace.store.reading() as connection:
        if output is not None:
            _keep_corrections(connection, Path(output))
        rows, reviewed, places = working_rows(connection), reviewed_labels(connection), first_rows(connection)
    embedder, scrubber = workspace.embedder(task), workspace.scrubber(task)
    search = LabelErrorSearch(rows, task, embedder, scrubber, reviewed, workspace.folder)
    found = search.search(progress).with_places(places)
    if output is not None:
        write_label_errors(found.suspected, Path(output))
    return found


def _keep_corrections(connection: Connection, output: Path) -> None:
    """Raises WinnowError where a file holds corrected labels that no source has."""
    from winnow.curation.ingest.label_corrections import holds_corrections
    from winnow.curation.io.readers.raw_rows import read_rows
    from winnow.curation.store.sources import all_sources

    if not output.is_file():
        return
    try:
        table = read_rows(output)
    except WinnowError:
        return  # no table that somebody corrected
    live = {source["file_hash"] for source in all_sources(connection) if source["retracted_at"] is None}
    if holds_corrections(table.rows) and table.file_hash not in live:
        found = "it holds corrected labels that were not added yet"
        fix = f"`{command('add', str(output), by='NAME')}` first, or choose another name"
        raise WinnowError(Problem(str(output), found, "", fix))
