"""What the releases next to a file and in the workspace state about rows; each release is read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from winnow.core.errors import WinnowError
from winnow.core.hashing import file_sha256
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import Release, read_release
from winnow.curation.releases.verify import require_recorded
from winnow.validators.kinds.kind import Kind


class ReleaseFacts(NamedTuple):
    """What a release states about a row, besides its content."""

    label: str
    split: str
    origin: str
    group: str
    weight: int
    decided_by: str
    """Empty in a release of Winnow 0.3.0 or earlier, as the license."""
    license: str
    origin_model: str
    """Empty in a release of Winnow 0.3.0 or earlier, too."""


class ReleaseName(NamedTuple):
    """Which release it is."""

    sha256: str
    """Of the manifest."""
    name: str
    """Name of the release."""


NO_RELEASE = ReleaseName("", "")
"""Stands for the release of a row that no release has unchanged."""


class ReleasedRows(NamedTuple):
    """The rows of one release."""

    release: ReleaseName
    """Which release it is."""
    facts: Mapping[str, ReleaseFacts]
    """What it states about each of its rows, by record id."""


@dataclass(frozen=True)
class KnownReleases:
    """Reads the releases that rows are compared with. Used for all files of one `add`, it reads each release once."""

    kind: Kind
    """The kind of the rows; releases of another kind are not read."""
    folder: Path
    """The folder with the releases of the workspace."""
    ledger: Mapping[str, str]
    """The manifest hashes of the workspace's releases, by name."""
    _rows: dict[Path, ReleasedRows | None] = field(default_factory=dict, init=False, repr=False)

    def require_recorded(self, folder: Path) -> None:
        """Raises GateError for a release in the workspace that contradicts its ledger."""
        require_recorded(folder, self.folder, self.ledger)

    def near(self, path: Path) -> list[ReleasedRows]:
        """The releases that may contain the rows of a file: next to it first, then those of the workspace."""
        own = sorted(self.folder.iterdir()) if self.folder.is_dir() else ()
        folders = dict.fromkeys((*path.resolve().parents[:2], *own))
        return [rows for folder in folders if (rows := self._rows_of(folder)) is not None]

    def _rows_of(self, folder: Path) -> ReleasedRows | None:
        if folder not in self._rows:
            release = self._read(folder)
            self._rows[folder] = _released_rows(release) if release else None
        return self._rows[folder]

    def _read(self, folder: Path) -> Release | None:
        """The release of a folder; None where there is none, one of another kind, or a damaged one."""
        if not (folder / MANIFEST).is_file():
            return None
        try:
            self.require_recorded(folder)
            release = read_release(folder)
        except WinnowError:
            return None  # `verify` reports it; here its rows are only not recognized
        return release if release.kind.name == self.kind.name else None


def _released_rows(release: Release) -> ReleasedRows:
    return ReleasedRows(ReleaseName(release.sha256, release.name), dict(_facts(release)))


def _facts(release: Release) -> Iterator[tuple[str, ReleaseFacts]]:
    for split, count in release.counts.items():
        if count and _is_unchanged(release, f"data/{split}.parquet"):
            rows = release.rows(split)
            columns = (rows[name] for name in ("id", *ReleaseFacts._fields))
            for identity, *facts in zip(*columns, strict=True):
                yield identity, ReleaseFacts(*facts)


def _is_unchanged(release: Release, file: str) -> bool:
    stated, path = release.manifest.files.get(file), release.path / file
    return stated is not None and path.is_file() and file_sha256(path) == stated.sha256
