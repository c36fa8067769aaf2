"""A package on disk: written completely or not at all, never in place of another one, and the same bytes each time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.atomic import make_readable, remove_abandoned_parts, sync_to_disk
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.training.weight_errors import weights_below

PACKAGE_FILE = "package.json"
"""States what the package is made of, with the hash of every other file."""


COMPILED = "__pycache__"


class WrittenPackage(NamedTuple):
    """A package, written now or before."""

    folder: Path
    new: bool
    """False when the same package was there already."""


def write_package(folder: Path, facts: Mapping[str, Any], fill_folder: Callable[[Path], object]) -> WrittenPackage:
    """Write a package into a folder that does not exist yet; the same one that is there already is left as it is.

    `facts` is what `package.json` states, and `fill_folder` writes the other files. Raises WinnowError when something
    else is there.
    """
    if folder.exists():
        _require_same(folder, facts)
        return WrittenPackage(folder, new=False)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned_parts(folder.parent)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)  # in a container, a killed command may have had the same process number
    part.mkdir()
    try:
        with weights_below(part):
            fill_folder(part)
        state_files(part, facts)
        make_readable(part)
        part.rename(folder)
        sync_to_disk(folder.parent)
    except OSError:
        if not folder.exists():
            raise
        _require_same(folder, facts)  # another process wrote it meanwhile
        return WrittenPackage(folder, new=False)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return WrittenPackage(folder, new=True)


def state_files(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write `package.json`: the facts, and the hash of every other file, without which `route.py` does not answer."""
    stated = {**facts, "files": _hashes(folder)}
    (folder / PACKAGE_FILE).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _require_same(folder: Path, facts: Mapping[str, Any]) -> None:
    """Raises WinnowError unless the folder is an undamaged package with the same facts."""
    expected = "a folder that does not exist yet, or the same package"
    fix = "name another folder, or remove this one"
    try:
        stated = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))
        files = stated.pop("files")
        same, hashes = stated == json.loads(json.dumps(facts)), _hashes(folder)
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        raise WinnowError(Problem(str(folder), "something else is there", expected, fix)) from None
    if not same:
        found = f"the package of run {stated.get('run')} for {stated.get('target')} is there"
        raise WinnowError(Problem(str(folder), found, expected, fix))
    changed = [name for name in sorted({*files, *hashes}) if files.get(name) != hashes.get(name)]
    if changed:
        raise WinnowError([Problem(str(folder / name), "missing or changed", "as packaged", fix) for name in changed])


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by relative path; what Python compiles when a package is imported does not count."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != PACKAGE_FILE)
    named = {path.relative_to(folder): path for path in paths}
    return {name.as_posix(): file_sha256(path) for name, path in named.items() if COMPILED not in name.parts}
