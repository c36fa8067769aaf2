"""The rows of a pandas table, as those of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from winnow.core.hashing import stable_hash
from winnow.curation.io.readers.numbered_rows import NumberedRow

if TYPE_CHECKING:
    import pandas as pd


class FrameRows(NamedTuple):
    """The rows of a table, and what identifies it."""

    digest: str
    """SHA-256 of the table as CSV."""
    rows: list[NumberedRow]


def frame_rows(frame: pd.DataFrame) -> FrameRows:
    """The numbered rows of a pandas table; missing values count as absent."""
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    digest = stable_hash(frame.to_csv(index=False).encode("utf-8", "surrogatepass"))
    return FrameRows(
        digest, [(number, {str(key): value for key, value in item.items()}) for number, item in enumerate(records, 1)]
    )
