"""Export a release in another format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from winnow.operations._context import Context


class ExportResult(NamedTuple):
    """What was written."""

    folder: Path
    rows: dict[str, int]
    """Rows by file name."""


def export(
    context: Context,
    name_or_path: str | Path,
    format: str,  # noqa: A002  (the word of the command line)
    *,
    out: Path | None = None,
) -> ExportResult:
    """Write a release in another format, by default to `exports/RELEASE-FORMAT`."""
    from winnow.curation.releases.export import export as export_release

    release = context.release(name_or_path)
    folder = out or context.exports_folder / f"{release.name}-{format}"
    return ExportResult(folder, export_release(release, format, folder))
