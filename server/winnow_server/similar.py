"""Vectors of a dataset as one matrix, kept in memory up to a bound and mended where records changed.

They are read in the background, from the start of the server on and after every change, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from winnow_server.reading import reader

MAX_BYTES = 512 * 1024**2
"""Of all matrices together; 50,000 vectors of 384 numbers are 77 MB."""
AT_ONCE = 250
"""Vectors read at once; requests come between."""
CALM_SECONDS = 1.0
"""Without a change, before vectors are read in the background: not while records pour in."""

ALL = text("SELECT id, dataset_id FROM vectors_settings")
NAMES = text("SELECT record_id FROM vectors WHERE vector_settings_id = :settings")
SOME = text(
    """SELECT v.record_id, v.value FROM json_each(:records) j
       CROSS JOIN vectors v ON v.record_id = j.value AND v.vector_settings_id = :settings"""
)
COUNT = text("SELECT count(*) FROM vectors WHERE vector_settings_id = :settings")


@dataclass
class Matrix:
    """Unit vectors by record, in the order of their ids."""

    dataset: str
    ids: list[str] = field(default_factory=list)
    rows: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32))
    stale: set[str] = field(default_factory=set)
    """Records written since their vectors were read."""

    def place(self, asked: set[str], found: dict[str, np.ndarray]) -> None:
        """Take what was read for some records; those no longer there go."""
        kept = [at for at, record in enumerate(self.ids) if record not in asked]
        ids = [*(self.ids[at] for at in kept), *found]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        held = [self.rows[kept]] if kept else []
        rows = np.concatenate([*held, np.stack(list(found.values()))]) if found else self.rows[kept]
        self.ids, self.rows = [ids[at] for at in order], rows[order]


_kept: OrderedDict[str, Matrix] = OrderedDict()
_lock = asyncio.Lock()
_warming: set[asyncio.Task[None]] = set()
_touched = [0.0]
"""When records were last written."""


def touch(dataset: str, records: list[str]) -> None:
    """Say that records of a dataset were written or deleted."""
    _touched[0] = time.monotonic()
    for matrix in _kept.values():
        if matrix.dataset == dataset:
            matrix.stale.update(records)


def forget(dataset: str) -> None:
    """Drop what is kept of a dataset."""
    for settings in [name for name, matrix in _kept.items() if matrix.dataset == dataset]:
        del _kept[settings]


@lru_cache(maxsize=1)
def warm_once() -> None:
    """Begin to read all vectors, on the first call."""
    warm_soon()


def warm_soon() -> None:
    """Read in the background what changed; one such task at a time."""
    if not _warming:
        task = asyncio.get_running_loop().create_task(_warm())
        _warming.add(task)
        task.add_done_callback(_warming.discard)


async def _warm() -> None:
    while (wait := _touched[0] + CALM_SECONDS - time.monotonic()) > 0:
        await asyncio.sleep(wait)
    engine = reader()
    async with engine.connect() as connection:
        known = [(settings, dataset) for settings, dataset in (await connection.execute(ALL)).all()]
    for settings, dataset in known:
        if sum(matrix.rows.nbytes for matrix in _kept.values()) < MAX_BYTES / 2 or settings in _kept:
            await matrix_of(engine, dataset, settings)


async def matrix_of(engine: AsyncEngine, dataset: str, settings: str) -> tuple[list[str], np.ndarray]:
    """Record ids and unit vectors; rows and ids stay as they are, whatever is written later."""
    async with _lock, engine.connect() as connection:
        matrix = _kept.setdefault(settings, Matrix(dataset))
        await _mend(connection, matrix, settings)
        count = (await connection.execute(COUNT, {"settings": settings})).scalar_one()
        if len(matrix.ids) != count:  # never read, or written past us
            names = {name for (name,) in (await connection.execute(NAMES, {"settings": settings})).all()}
            matrix.stale |= names.symmetric_difference(matrix.ids)
            await _mend(connection, matrix, settings)
        if settings in _kept:
            _kept.move_to_end(settings)
        while len(_kept) > 1 and sum(kept.rows.nbytes for kept in _kept.values()) > MAX_BYTES:
            _kept.popitem(last=False)
        return matrix.ids, matrix.rows


async def _mend(connection: AsyncConnection, matrix: Matrix, settings: str) -> None:
    """Read the vectors of the stale records."""
    asked, matrix.stale = matrix.stale, set()  # what is touched from here on is stale again
    names, found = sorted(asked), {}
    try:
        for start in range(0, len(names), AT_ONCE):
            some = {"settings": settings, "records": json.dumps(names[start : start + AT_ONCE])}
            rows = (await connection.execute(SOME, some)).all()
            found.update(await asyncio.to_thread(_units, rows))
        if names:
            await asyncio.to_thread(matrix.place, asked, found)
    except BaseException:
        matrix.stale |= asked
        raise


def _units(rows: Any) -> dict[str, np.ndarray]:
    return {record: unit(json.loads(value)) for record, value in rows}


def unit(value: list[float]) -> np.ndarray:
    """The vector at length one; a vector of zeros stays one."""
    vector = np.asarray(value, dtype=np.float32)
    return vector / (float(np.linalg.norm(vector)) or 1.0)


class Ranking:
    """Records by (1 + cosine) / 2, the highest first; equal ones in the order of their ids."""

    def __init__(self, ids: list[str], rows: np.ndarray, vector: np.ndarray, without: str | None) -> None:
        self.ids, self.without = ids, without
        self.scores = (1 + np.clip(rows @ vector, -1, 1)) / 2 if ids else np.zeros(0)
        self.order = np.argsort(-self.scores, kind="stable")

    def first(self, count: int) -> list[tuple[str, float]]:
        """The first of them."""
        best = self.order[: count + 1]
        pairs = zip(best.tolist(), self.scores[best].tolist(), strict=True)
        return [(self.ids[at], score) for at, score in pairs if self.ids[at] != self.without][:count]
