"""List every record with its derived label and state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    import pandas as pd


def list_records(workspace: WorkspaceContext) -> pd.DataFrame:
    """Every record with its derived label and state, assigned split, origin and weight: one row a record."""
    from winnow.curation.store.working_view import working_table

    with workspace.store.reading() as connection:
        return working_table(connection)
