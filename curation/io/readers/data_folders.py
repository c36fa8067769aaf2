"""Folders of data: what `datasets.save_to_disk` wrote, the layout of the Hub, or data files of one format."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.errors import Problem, WinnowError
from winnow.core.vocabulary import Split
from winnow.curation.io.readers.columns import SPLIT_NAMES, parse_split

SUFFIXES = (
    *(".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow", ".feather"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".ft"),
)
"""Files of data, whatever they are named. Others, such as `.txt` and `.yml`, are data only if their name says so."""

NAMED_SUFFIXES = (".txt", ".yml", ".yaml", ".md")

NAMES_OF_DATA = frozenset({*SPLIT_NAMES, "nlu", "intents"})
"""Words in the name of a file whose suffix does not say that it is data."""

DESCRIPTIONS = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json"})
"""Files that describe the data of a folder."""

SHARD = re.compile(r"([a-z]+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?", re.IGNORECASE)
"""The name of a file on the Hub: its split, its number, and their number."""

MAX_FILES = 1000


class DataFile(NamedTuple):
    """One file to read."""

    path: Path
    name: str
    """Its name in messages and as a source: in a folder, with the folders between."""
    split: str | None = None
    """The official split of all its rows, if the folder or its name says so."""


def data_files(path: Path) -> list[DataFile]:
    """The files of a folder in order, or the file itself. Raises WinnowError for a folder without data."""
    if not path.is_dir():
        shard = SHARD.fullmatch(_stem(path))
        return [DataFile(path, path.name, parse_split(shard.group(1)) if shard else None)]
    found = _saved_files(path) or _loose_files(path)
    if not found:
        fix = "name the file, or a folder with files such as train.csv or data/train-00000-of-00001.parquet"
        raise WinnowError(Problem(str(path), "a folder without a data file", "files of one format", fix))
    kinds = Counter(_suffix(one.path) for one in found)
    if len(kinds) > 1 or len(found) > MAX_FILES:
        listed = ", ".join(f"{suffix} ({count})" for suffix, count in kinds.most_common(8))
        raise WinnowError(Problem(str(path), f"files {listed}", f"at most {MAX_FILES} of one format", "name the files"))
    return with_certain_splits(found)


def with_certain_splits(files: Sequence[DataFile]) -> list[DataFile]:
    """The files with their splits where these are sure: several are named, or only held-out ones.

    Files that are all called `train` are not an official split: no rows would be left to measure on.
    """
    named = {one.split for one in files if one.split}
    return list(files) if named - {Split.TRAIN} else [one._replace(split=None) for one in files]


def splits_of_names(paths: Sequence[Path]) -> dict[Path, str | None]:
    """The split of each of several files that are given together, where their names state different ones."""
    named = {path: split_of_name(path.name) for path in paths if path.is_file()}
    return named if len({*named.values()} - {None}) > 1 else {}


def split_of_name(name: str) -> str | None:
    """The split that the name of a file or of the folders above it states; None if it states none or several."""
    for part in reversed(Path(name).parts):
        words = re.split(r"[^a-z]+", part.lower())
        splits = {split for word in words if (split := parse_split(word))}
        if splits:
            return splits.pop() if len(splits) == 1 else None
    return None


def _saved_files(folder: Path) -> list[DataFile]:
    """The files of `DatasetDict.save_to_disk` or `Dataset.save_to_disk`; none for another folder."""
    splits = _read_json(folder / "dataset_dict.json").get("splits")
    if isinstance(splits, list):
        parts = ((str(one), folder / str(one)) for one in splits)
        return [
            DataFile(path, f"{name}/{path.name}", parse_split(name)) for name, part in parts for path in _listed(part)
        ]
    state = _read_json(folder / "state.json")
    return [DataFile(path, path.name, parse_split(state.get("_split"))) for path in _listed(folder)]


def _listed(folder: Path) -> Iterator[Path]:
    """The files that a saved dataset names; others in its folder are of an earlier one."""
    for one in _read_json(folder / "state.json").get("_data_files") or ():
        if isinstance(one, dict) and isinstance(one.get("filename"), str):
            yield folder / one["filename"]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _loose_files(folder: Path) -> list[DataFile]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    kept = {path: name for path, name in names.items() if _is_data(Path(name))}
    return [DataFile(path, name, split_of_name(name)) for path, name in kept.items()]


def _is_data(path: Path) -> bool:
    """Whether the name of a file says that it holds data."""
    if any(part.startswith((".", "_")) for part in path.parts) or path.name in DESCRIPTIONS:
        return False
    words = {*re.split(r"[^a-z]+", _stem(path).lower())}
    return _suffix(path) in SUFFIXES or (_suffix(path) in NAMED_SUFFIXES and bool(words & NAMES_OF_DATA))


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".zip")]
    return suffixes[-1] if suffixes else ""


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
