"""The people whom a file names next to its labels, and what becomes of their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from winnow.config.source_options import SourceOptions
from winnow.core.counted import counted
from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.io.readers.wide_labels import SEPARATOR


def people_of(rows: Sequence[SourceRow]) -> int:
    """How many people answered, as the file names them."""
    return len({answer.who for row in rows for answer in row.answers if answer.who})


def columns_of_people(annotator: str | None) -> tuple[str, ...]:
    """The columns that hold the labels of one annotator each; none for one column with their names."""
    return tuple(annotator.split(SEPARATOR)) if annotator and SEPARATOR in annotator else ()


def annotator_setting(source: SourceRows) -> dict[str, str]:
    """The setting of `sources` for several columns of labels: those of people, or none while that is open."""
    if source.annotator_candidates:
        return {"annotator": NO_COLUMN}
    columns = columns_of_people(source.columns.annotator)
    return {"annotator": SEPARATOR.join(columns)} if columns else {}


def annotator_decisions(source: SourceRows, rows: Sequence[SourceRow], given: SourceOptions) -> Iterator[str]:
    """What becomes of the labels of people, unless the user named their column."""
    column = source.columns.annotator
    if given.annotator:
        return
    if candidates := source.annotator_candidates:
        names = ", ".join(map(repr, candidates))
        label = f"only {source.columns.label!r} counts" if source.columns.label else "none of them counts"
        people = f"{SEPARATOR.join(candidates)!r} if each is one annotator"
        yield f"annotator: none, so that {label}, although {names} hold labels; {people}"
    elif column and column != NO_COLUMN:
        become = f"labels are decisions of {counted(people_of(rows), 'annotator')}"
        yield f"annotator = {column!r}: {become}; none if they are labels of the file"
