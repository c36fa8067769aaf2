"""Read the log of a router again for its figures: each line once, however often the figures are asked for."""

from __future__ import annotations

import glob
import json
import math
import re
import threading
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.interaction_line import INTERACTION_ID, LineKind
from winnow.core.timestamps import parse_time
from winnow.interaction_log.log_file import path_of_day
from winnow.router.routed_log import AGENT_ROLE

LINE_FEED = b"\n"

BYTES_PER_READ = 1_000_000
"""A file is read in parts of this size."""

NEWEST = 1_000
"""Queries that `newest_queries` returns: a share of 1,000 has an interval of 3 points to either side."""

BYTES_OF_NEWEST = 2_000_000
"""The end of a file that they are read from."""

NO_NAME = ""
"""The label, route or run of a query that has none, or whose line was withheld."""

NAMES = ("label", "route", "run", "decided_by")
"""What is counted."""

NUMBERS = ("at", "confidence", "seconds")
"""What is measured."""

DRAWN = "drawn"
"""The column that tells ids apart."""

COLUMNS = (*NUMBERS, DRAWN, *NAMES)

DRAWN_DIGITS = 15
"""Hexadecimal digits at the end of an id that are random, and not from the clock."""


@dataclass(frozen=True)
class LoggedQueries:
    """The queries of a span of time, by column; shape (queries,)."""

    confidence: NDArray[np.float64]
    """Confidence in the label; NaN where the line does not state it."""
    seconds: NDArray[np.float64]
    """Duration until the decision; NaN where the line does not state it."""
    codes: Mapping[str, NDArray[np.int64]]
    """The position in `words` of each of NAMES."""
    words: Sequence[str]
    unreadable: int
    """Lines of the files that are no JSON objects, such as one that a kill cut off."""

    def __len__(self) -> int:
        return len(self.confidence)

    def counts(self, name: str) -> dict[str, int]:
        """How many queries have each label, route, run or decision; the most frequent first."""
        codes, counts = np.unique(self.codes[name], return_counts=True)
        found = {self.words[code]: int(count) for code, count in zip(codes.tolist(), counts.tolist(), strict=True)}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@dataclass
class _ReadFile:
    """What was read of one file so far."""

    size: int = 0
    """Bytes that were read, up to the end of a line."""
    unreadable: int = 0
    numbers: dict[str, array[float]] = field(default_factory=lambda: {name: array("d") for name in NUMBERS})
    codes: dict[str, array[int]] = field(default_factory=lambda: {name: array("q") for name in (DRAWN, *NAMES)})

    def column(self, name: str) -> NDArray[Any]:
        """The values of a column, which are copied before a line is added."""
        values: array[Any] = self.numbers[name] if name in self.numbers else self.codes[name]
        return np.frombuffer(values, values.typecode) if values else np.empty(0, values.typecode)


class QueryLogReader:
    """The log of a router, of which only new lines are read."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._files: dict[Path, _ReadFile] = {}
        self._positions: dict[str, int] = {}
        self._reading = threading.Lock()

    def read(self, since: datetime, until: datetime) -> LoggedQueries:
        """The queries that arrived from `since` to before `until`; what was read of files of other days is dropped."""
        days = (until.date() - since.date()).days + 2  # a query may be written in the file of the next day
        paths = [path_of_day(self.log, since.date() + timedelta(days=number)) for number in range(days)]
        with self._reading:
            self._files = {path: self._read_further(path) for path in paths}
            return self._chosen(list(self._files.values()), since, until)

    def _chosen(self, files: Sequence[_ReadFile], since: datetime, until: datetime) -> LoggedQueries:
        """The queries of a span; of lines with one id, the first."""
        columns = {name: np.concatenate([one.column(name) for one in files]) for name in COLUMNS}
        in_span = np.flatnonzero((columns["at"] >= since.timestamp()) & (columns["at"] < until.timestamp()))
        chosen = in_span[np.sort(np.unique(columns[DRAWN][in_span], return_index=True)[1])]
        return LoggedQueries(
            confidence=columns["confidence"][chosen],
            seconds=columns["seconds"][chosen],
            codes={name: columns[name][chosen] for name in NAMES},
            words=list(self._positions),
            unreadable=sum(one.unreadable for one in files),
        )

    def _read_further(self, path: Path) -> _ReadFile:
        """Read what was appended; a file that became shorter is another one, and read from its beginning."""
        known = self._files.get(path, _ReadFile())
        try:
            with path.open("rb") as handle:
                if handle.seek(0, 2) < known.size:
                    known = _ReadFile()
                handle.seek(known.size)
                rest = b""
                while part := handle.read(BYTES_PER_READ):
                    *lines, rest = (rest + part).split(LINE_FEED)
                    for line in lines:
                        self._take(line, known)
                    known.size = handle.tell() - len(rest)
        except FileNotFoundError:
            return _ReadFile()
        return known

    def _take(self, line: bytes, known: _ReadFile) -> None:
        fields = _fields_of(line)
        if fields is None:
            known.unreadable += bool(line)
            return
        at, drawn = parse_time(str(fields.get("timestamp"))), _drawn_number(fields.get("id"))
        if at is None or drawn is None or not _is_query(fields):
            return
        metadata, result = _object(fields, "metadata"), _object(fields, "result")
        numbers = (at.timestamp(), _number(metadata.get("confidence")), _number(result.get("seconds")))
        for column, number in zip(known.numbers.values(), numbers, strict=True):
            column.append(number)
        known.codes[DRAWN].append(drawn)
        stated = {**metadata, "label": fields.get("output"), "run": fields.get("model")}
        for name in NAMES:
            known.codes[name].append(self._position_of(stated.get(name)))

    def _position_of(self, word: Any) -> int:
        return self._positions.setdefault(word if isinstance(word, str) else NO_NAME, len(self._positions))


def newest_queries(log: Path, *, most: int = NEWEST) -> list[str]:
    """The newest queries of a log, the newest first, as they were logged: without private data."""
    found: list[str] = []
    for path in sorted(log.parent.glob(f"{glob.escape(log.stem)}-????-??-??{glob.escape(log.suffix)}"), reverse=True):
        if len(found) < most:
            found += _last_queries(path, most - len(found))
    return found


def _last_queries(path: Path, most: int) -> list[str]:
    with path.open("rb") as handle:
        handle.seek(max(handle.seek(0, 2) - BYTES_OF_NEWEST, 0))
        lines = handle.read().split(LINE_FEED)
    objects = (_fields_of(line) for line in reversed(lines[:-1]))
    texts = (fields.get("task") for fields in objects if fields is not None and _is_query(fields))
    return [text for text, _ in zip((one for one in texts if isinstance(one, str)), range(most), strict=False)]


def _is_query(fields: Mapping[str, Any]) -> bool:
    """Whether a line is one that a router wrote about a query; a withheld one states no role."""
    return fields.get("kind") == LineKind.INTERACTION and fields.get("agent_role") in (AGENT_ROLE, NO_NAME)


def _fields_of(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None where it is none."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _drawn_number(identity: Any) -> int | None:
    """The random end of an id, which no other one has; None for what is no id."""
    if not isinstance(identity, str) or not re.match(INTERACTION_ID, identity):
        return None
    return int(identity.replace("-", "")[-DRAWN_DIGITS:], 16)


def _number(value: Any) -> float:
    """A number of a line; NaN where it states none that a float holds."""
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:  # a whole number of more than 308 digits
        return math.nan
    return number if math.isfinite(number) else math.nan


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}
