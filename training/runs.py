"""A run folder: one trained model, its provenance, and a log of every look at a score."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import ValidationError

from winnow.core.appended_lines import append_line
from winnow.core.atomic import make_readable, remove_abandoned_parts
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.hashing import file_sha256, json_hash
from winnow.core.versions import package_version
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.peft_files import ADAPTER_CONFIG
from winnow.training.run_facts import (
    AnyRunFacts,
    Look,
    ReleaseReference,
    RunFacts,
    RunFile,
    RunIdentity,
    UnreadableLook,
)
from winnow.training.weight_errors import weights_below

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FactsT = TypeVar("FactsT", bound=RunFacts)

RUN_FILE = "run.json"
LOOKS_FILE = "looks.jsonl"

FOLDER_NAME = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*")
"""Names that a run's folder can have on every system; one that starts with a dot is a run that is being written."""

WEIGHTS = ("*.safetensors", ADAPTER_CONFIG)
"""The files that a run's answers depend on: another `lora_alpha` in an adapter's settings gives another model."""

NO_MODEL = "the predictions were imported: there is no model to run"

RESULT_PACKAGES = (
    "winnow",
    "numpy",
    "openvino",
    "pandas",
    "scikit-learn",
    "sentence-transformers",
    "tokenizers",
    "torch",
)


@dataclass(frozen=True)
class Run:
    """A run folder and the facts that it records."""

    path: Path
    facts: AnyRunFacts
    places: tuple[Path, ...] = ()
    """Folders in which its release is searched, in addition to those near the run."""

    @property
    def id(self) -> str:
        """Release, method, and a hash of everything that determines the result."""
        return self.facts.run

    def facts_of(self, method: type[FactsT]) -> FactsT:
        """The facts as those of one method.

        Raises TypeError when the run is of another method.
        """
        if not isinstance(self.facts, method):
            raise TypeError(f"run {self.id} is of method {self.facts.method}, not {method.__name__}")
        return self.facts

    def release_path(self) -> Path:
        """The location of the release when the run was trained; stored relative to the run."""
        return (self.path / self.facts.release.path).resolve()

    def record_look(self, split: str, *, accuracy: float, rows: int) -> None:
        """Record that somebody looked at a score (design rule 3)."""
        look = Look(at=utc_now(), split=Split(split), accuracy=accuracy, rows=rows)
        append_line(self.path / LOOKS_FILE, json.dumps(look.model_dump(mode="json")))

    def read_looks(self) -> list[Look | UnreadableLook]:
        """Every look so far, oldest first; a line that was cut off by a kill counts as a look at test."""
        return read_looks(self.path)

    def looks_at_test(self) -> int:
        """Number of times that somebody saw a score on test."""
        return sum(look.split == Split.TEST for look in self.read_looks())


def read_looks(folder: Path) -> list[Look | UnreadableLook]:
    """Every look at the run in a folder, oldest first; a line that was cut off by a kill counts as a look at test."""
    path = folder / LOOKS_FILE
    return [_parse_look(line) for line in path.read_text().splitlines() if line] if path.exists() else []


def _parse_look(line: str) -> Look | UnreadableLook:
    try:
        return Look.model_validate_json(line)
    except ValidationError:
        return UnreadableLook(unreadable=line)


class CreatedRun(NamedTuple):
    """A run, trained now or before."""

    run: Run
    new: bool
    """False when a run with the same settings was there already."""


def run_id(
    release: Release,
    method: str,
    settings: Mapping[str, Any],
    seed: int,
    *,
    depends_on: Mapping[str, str] | None = None,
) -> str:
    """The id of a run: the same release, method, settings, seed and versions give the same id."""
    digest = _identity_hash(release.sha256, method, settings, seed, depends_on or versions())
    return f"{release.name}-{method}-{digest}"


def _identity_hash(
    release_hash: str, method: str, settings: Mapping[str, Any], seed: int, depends_on: Mapping[str, str]
) -> str:
    """The end of a run's id: a hash of everything that determines the result."""
    return json_hash([release_hash, method, dict(settings), seed, dict(depends_on)], length=8)


def versions(packages: Sequence[str] = RESULT_PACKAGES) -> dict[str, str]:
    """Versions of Python and of packages that a result can depend on."""
    return {"python": platform.python_version()} | {name: package_version(name) for name in packages}


def create_run(
    folder: Path,
    release: Release,
    *,
    method: str,
    settings: Mapping[str, Any],
    seed: int,
    fill_folder: Callable[[Path, RunIdentity], AnyRunFacts],
    depends_on: Mapping[str, str] | None = None,
) -> CreatedRun:
    """The run with these settings, trained if it does not exist yet; also returns whether it is new.

    `fill_folder` trains into a folder and returns the facts of the run. The run appears complete or not at all.
    `depends_on` are the versions that determine the result, by default those of RESULT_PACKAGES.
    """
    depends_on = depends_on or versions()
    name = run_id(release, method, settings, seed, depends_on=depends_on)
    path = folder / name
    if (path / RUN_FILE).exists():
        return CreatedRun(open_run(path), new=False)
    remove_abandoned_parts(folder)
    part = folder / f".{name}.{os.getpid()}.part"
    shutil.rmtree(part, ignore_errors=True)  # in a container, a killed command may have had the same process number
    part.mkdir(parents=True)
    try:
        identity = RunIdentity(
            run=name,
            release=ReleaseReference(
                name=release.name, sha256=release.sha256, path=os.path.relpath(release.path, path)
            ),
            settings=dict(settings),
            seed=seed,
            versions=dict(depends_on),
        )
        with weights_below(part):
            filled = fill_folder(part, identity).model_copy(update={"weights": _weights(part)})
        facts = filled.model_dump(mode="json", exclude_unset=True)
        (part / RUN_FILE).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        make_readable(part)
        if not path.exists():  # another process may have trained the same run in the meantime: keep its folder
            part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return CreatedRun(open_run(path), new=True)


def open_run(path: Path, *, places: Sequence[Path] = ()) -> Run:
    """Open a run folder; its release is also searched in `places`.

    Raises WinnowError when the folder is not a readable run, with each field of its facts that is wrong, and GateError
    when the facts do not belong to its id, or a file of weights is missing or changed.
    """
    try:
        facts = RunFile.model_validate_json((path / RUN_FILE).read_bytes()).root
    except ValidationError as error:
        raise WinnowError([_unreadable_run(path, _describe_field(found)) for found in error.errors()]) from None
    except OSError:
        raise WinnowError(_unreadable_run(path)) from None
    if not _belong_to_id(facts):
        found = f"its release, method, settings, seed or versions are not those of run {facts.run}"
        fix = "restore the folder from a copy, or train again"
        raise GateError(Problem(str(path / RUN_FILE), found, f"the facts that the id {facts.run} was made of", fix))
    if damaged := [name for name, digest in facts.weights.items() if _file_hash(path / name) != digest]:
        fix = "restore the folder from a copy, or train again"
        raise GateError(
            [Problem(str(path / name), "missing or changed", "the file that was trained", fix) for name in damaged]
        )
    return Run(path.resolve(), facts, tuple(places))


def _weights(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of weights in a folder, and of the settings that scale them, by relative path."""
    files = sorted(path for pattern in WEIGHTS for path in folder.rglob(pattern))
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def _file_hash(path: Path) -> str:
    """SHA-256 of a file; empty when there is none."""
    return file_sha256(path) if path.is_file() else ""


def _belong_to_id(facts: AnyRunFacts) -> bool:
    """Whether a run's id is that of its facts: it was made of the release, method, settings, seed and versions.

    An id is also the name of a folder.
    """
    if not FOLDER_NAME.fullmatch(facts.run):
        return False
    name, _, digest = facts.run.rpartition("-")
    method = name.removeprefix(f"{facts.release.name}-")  # of an imported run the name of the system
    return method != name and digest == _identity_hash(
        facts.release.sha256, method, facts.settings, facts.seed, facts.versions
    )


def _unreadable_run(path: Path, detail: str = "") -> Problem:
    fix = f"name a run of this workspace (`{command('runs')}`) or the path of a run folder"
    found = f"not a readable run: {detail}" if detail else "not a readable run"
    return Problem(str(path), found, f"a folder with {RUN_FILE}", fix)


def _describe_field(found: ErrorDetails) -> str:
    """The field of `run.json` that is wrong and why; errors start with the method, which is not part of its name."""
    field = ".".join(map(str, found["loc"][1:]))
    return f"{RUN_FILE}, {field}: {found['msg']}" if field else f"{RUN_FILE}: {found['msg']}"
