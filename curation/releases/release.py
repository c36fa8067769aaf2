"""A release: an immutable, hashed export, opened from any folder."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from winnow.config.load import read_task
from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.vocabulary import SPLITS, ExclusionReason
from winnow.curation.releases.manifest import MANIFEST, Manifest, read_manifest
from winnow.curation.releases.release_lines import ExclusionLine, MustPassCase
from winnow.validators.kinds import KINDS
from winnow.validators.kinds.kind import RECOVERY_COLUMNS, Kind

if TYPE_CHECKING:
    import pandas as pd


CARD = "README.md"

CROISSANT = "croissant.json"

EXCLUDED_FILE = "excluded.jsonl"

MUST_PASS_FILE = "must_pass.jsonl"

TASK_COPY = "task.yaml"
"""Not `winnow.yaml`: a release is no workspace, and a command run inside it must not write into it."""


@dataclass(frozen=True)
class Release:
    """A release folder and its manifest."""

    path: Path
    manifest: Manifest
    sha256: str
    """Of the manifest file, which covers every byte of the release."""

    @property
    def name(self) -> str:
        """The folder's name; the release itself does not contain it."""
        return self.path.name

    @property
    def labels(self) -> list[str]:
        """Label names in the order of the class ids."""
        return self.manifest.task.labels

    @property
    def kind(self) -> Kind:
        """The kind of its task."""
        return KINDS[self.manifest.task.kind]

    @property
    def columns(self) -> list[str]:
        """The columns of its files, in order."""
        return self.kind.release_columns

    @property
    def counts(self) -> dict[str, int]:
        """Rows by split."""
        return {split: self.manifest.counts[split] for split in SPLITS}

    def rows(self, split: str) -> pd.DataFrame:
        """The rows of one split, sorted by id; `label` holds names, `class_id` their numbers.

        `text` is the text that stands for the content, also where the kind has no such column.
        """
        import pandas as pd

        table = pd.read_parquet(self.path / "data" / f"{split}.parquet")
        table = table.assign(**{name: "" for name in RECOVERY_COLUMNS if name not in table})
        names = self.labels
        if "text" not in table:
            parts = list(self.kind.content_columns)
            contents = (
                dict(zip(parts, values, strict=True)) for values in zip(*(table[p] for p in parts), strict=True)
            )
            table["text"] = [self.kind.embedding_text(self.kind.content_of(one)) for one in contents]
        return table.assign(class_id=table["label"], label=[names[i] for i in table["label"]])

    def excluded(self) -> dict[str, ExclusionReason]:
        """Why each record was excluded, by id."""
        return {one.id: one.reason for one in self._exclusions()}

    def left_out(self, split: str) -> dict[str, int]:
        """Rows of the sources that were meant for a split and are not in it, by reason.

        Records that never had a label are not among them: they are no rows of an official split.
        """
        found: Counter[str] = Counter()
        for one in self._exclusions():
            if one.assigned_split == split and one.reason not in (ExclusionReason.UNLABELED, ExclusionReason.PROPOSED):
                found[one.reason] += one.weight
        return dict(sorted(found.items()))

    def _exclusions(self) -> Iterator[ExclusionLine]:
        lines = (self.path / EXCLUDED_FILE).read_text(encoding="utf-8").splitlines()
        return map(ExclusionLine.model_validate_json, lines)

    def must_pass(self) -> list[MustPassCase] | None:
        """The must-pass cases, sorted by id; None if the task names none."""
        path = self.path / MUST_PASS_FILE
        if not path.is_file():
            return None
        lines = path.read_text(encoding="utf-8").split("\n")
        return [MustPassCase(**json.loads(line)) for line in lines if line]

    def task(self) -> Task:
        """The task as it was when the release was frozen."""
        return read_task(self.path / TASK_COPY)


def open_release(path: Path, *, checked: bool = True) -> Release:
    """Open a release folder; `checked` compares every file with the manifest first.

    Raises WinnowError when there is no release, GateError when a file was changed.
    """
    if not (path / MANIFEST).is_file():
        fix = f"name a release of this workspace (`{command('releases')}`) or the path of a release folder"
        raise WinnowError(Problem(str(path), "no readable release", f"a folder with {MANIFEST}", fix))
    release = read_release(path)
    problems = file_problems(release) if checked else []
    if problems:
        fix = "freeze again under a new name, or restore the folder from a copy"
        raise GateError([Problem(str(path), problem, "the frozen file", fix) for problem in problems])
    return release


def read_release(path: Path) -> Release:
    """The release of a folder, its files unchecked.

    Raises WinnowError when its manifest is missing, or for each field of it that is wrong.
    """
    return Release(path.resolve(), read_manifest(path), file_sha256(path / MANIFEST))


def file_problems(release: Release) -> list[str]:
    """Entries that were changed, removed or added since the manifest was written.

    Everything must be a listed regular file or a folder of one. Nothing else is opened: a pipe would block.
    """
    listed = release.manifest.files
    folders = {parent.as_posix() for name in listed for parent in PurePosixPath(name).parents}
    present = {entry.relative_to(release.path).as_posix(): entry for entry in sorted(release.path.rglob("*"))}
    problems = [f"{name}: missing" for name in listed if name not in present]
    for name, entry in present.items():
        mode = entry.lstat().st_mode
        if stat.S_ISDIR(mode) and name in folders:
            continue
        if name not in listed and name != MANIFEST:
            problems.append(f"{name}: added after the freeze")
        elif not stat.S_ISREG(mode):
            problems.append(f"{name}: a {_entry_type(mode)} in place of the file that was frozen")
    for name, facts in listed.items():
        if name in present and stat.S_ISREG(present[name].lstat().st_mode):
            found = file_sha256(present[name])
            if found != facts.sha256:
                problems.append(f"{name}: SHA-256 {found}, the manifest says {facts.sha256}")
    return problems


def _entry_type(mode: int) -> str:
    """What an entry of a folder is that is no regular file."""
    types = {stat.S_IFLNK: "symbolic link", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return types.get(stat.S_IFMT(mode), "device")
