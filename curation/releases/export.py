"""Export: the rows of a release in a format that other tools read, one file per split."""

from __future__ import annotations

from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.choices import check_choice
from winnow.core.vocabulary import SPLITS
from winnow.curation.io.writers import WRITERS, formats_of
from winnow.curation.releases.release import Release


def export(release: Release, format: str, folder: Path) -> dict[str, int]:  # noqa: A002  (the name of the parameter for users)
    """Write one file per split into a folder; returns the number of rows by file. The release is not changed.

    Raises WinnowError for a format that is unknown or does not fit the kind of the release.
    """
    suffix, write = WRITERS[check_choice("format", format, formats_of(release.kind))]
    written = {}
    for split in SPLITS:
        if release.counts[split]:
            rows = release.rows(split)
            with atomic_write(folder / f"{split}{suffix}") as temporary:
                write(rows, release.columns, temporary)
            written[f"{split}{suffix}"] = len(rows)
    return written
