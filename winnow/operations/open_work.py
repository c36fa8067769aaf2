"""What the database and the reports show of recommendations that were carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from winnow.core.timestamps import parse_time
from winnow.curation.review.lot_pools import undrawn_pools
from winnow.curation.review.lots import load_current_lots
from winnow.curation.store.queue_items import pending_work
from winnow.curation.store.sources import sources_as_added
from winnow.training.monitoring.work_done import WorkDone

if TYPE_CHECKING:
    from winnow.core.layout import WorkspaceFolder
    from winnow.core.working_row import WorkingRow
    from winnow.curation.store.database import Connection

COVERAGE_PAGE = "coverage.html"
"""The page that `coverage` writes last."""


def read_open_work(
    connection: Connection,
    folder: WorkspaceFolder,
    rows: list[WorkingRow],
    releases: Sequence[Mapping[str, Any]],
) -> WorkDone:
    """What waits for people, and whether coverage was measured since the data changed. `rows` are working rows."""
    undrawn = sum(len(pool.labels) for pool in undrawn_pools(connection, rows).values())
    to_review = sum(lot.facts().more for lot in load_current_lots(connection, rows))
    sources = sources_as_added(connection)
    changes = [*(one["at"] for one in releases), *(one["at"] for one in sources)]
    changes += [one["retracted_at"] for one in sources if one["retracted_at"]]
    return WorkDone(
        to_review=undrawn + to_review,
        pending=pending_work(connection).records,
        coverage_is_current=_is_measured_since(folder, changes),
    )


def _is_measured_since(folder: WorkspaceFolder, changes: Sequence[str]) -> bool:
    """Whether the page about coverage is newer than each of these times, which are whole seconds."""
    page = folder.reports / COVERAGE_PAGE
    if not page.is_file():
        return False
    measured = datetime.fromtimestamp(int(page.stat().st_mtime), UTC)
    return all(time < measured for time in map(parse_time, changes) if time is not None)
