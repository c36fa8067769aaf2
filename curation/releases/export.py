"""Export: the rows of a release in a format that other tools read, one file a split."""

from __future__ import annotations

from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.errors import Problem, WinnowError
from winnow.core.vocabulary import SPLITS
from winnow.curation.io.writers import WRITERS
from winnow.curation.releases.release import Release


def export(release: Release, format: str, folder: Path) -> dict[str, int]:  # noqa: A002  (the word of the command line)
    """Write one file a split into a folder; returns the rows by file. The release stays as it is.

    Raises WinnowError for an unknown format.
    """
    if format not in WRITERS:
        raise WinnowError(Problem("--format", repr(format), ", ".join(WRITERS), "correct --format"))
    suffix, write = WRITERS[format]
    written = {}
    for split in SPLITS:
        if release.counts[split]:
            rows = release.rows(split)
            with atomic_write(folder / f"{split}{suffix}") as temporary:
                write(rows, temporary)
            written[f"{split}{suffix}"] = len(rows)
    return written
