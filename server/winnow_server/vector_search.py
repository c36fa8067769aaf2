"""Vectors of a dataset as one matrix, kept in memory up to a limit and refreshed where records changed.

They are read in the background, from the start of the server on and after every change, so that nobody waits for them.
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

from winnow_server.read_connections import read_engine

MAX_BYTES = 512 * 1024**2
"""Limit of all matrices together; 50,000 vectors of 384 numbers are 77 MB."""
VECTORS_PER_READ = 250
"""Vectors per read; other requests run in between."""
QUIET_SECONDS = 1.0
"""Time without a change before vectors are read in the background, so not during an upload."""

SETTINGS_SQL = text("SELECT id, dataset_id FROM vectors_settings")
RECORDS_SQL = text("SELECT record_id FROM vectors WHERE vector_settings_id = :settings")
VECTORS_SQL = text(
    """SELECT v.record_id, v.value FROM json_each(:records) j
       CROSS JOIN vectors v ON v.record_id = j.value AND v.vector_settings_id = :settings"""
)
COUNT_SQL = text("SELECT count(*) FROM vectors WHERE vector_settings_id = :settings")


@dataclass
class VectorMatrix:
    """Unit vectors by record, in the order of their ids."""

    dataset: str
    ids: list[str] = field(default_factory=list)
    rows: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32))
    stale: set[str] = field(default_factory=set)
    """Records written since their vectors were read."""

    def update(self, requested: set[str], found: dict[str, np.ndarray]) -> None:
        """Replace the vectors of the requested records by what was found; records without one are removed."""
        kept = [at for at, record in enumerate(self.ids) if record not in requested]
        ids = [*(self.ids[at] for at in kept), *found]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        held = [self.rows[kept]] if kept else []
        rows = np.concatenate([*held, np.stack(list(found.values()))]) if found else self.rows[kept]
        self.ids, self.rows = [ids[at] for at in order], rows[order]


_matrices: OrderedDict[str, VectorMatrix] = OrderedDict()
_lock = asyncio.Lock()
_preloading: set[asyncio.Task[None]] = set()
_last_write = [0.0]
"""When records were last written."""


def mark_stale(dataset: str, records: list[str]) -> None:
    """Mark records of a dataset as written or deleted."""
    _last_write[0] = time.monotonic()
    for matrix in _matrices.values():
        if matrix.dataset == dataset:
            matrix.stale.update(records)


def drop_dataset(dataset: str) -> None:
    """Drop the vectors of a dataset."""
    for settings in [name for name, matrix in _matrices.items() if matrix.dataset == dataset]:
        del _matrices[settings]


@lru_cache(maxsize=1)
def preload_once() -> None:
    """Start reading all vectors, on the first call."""
    preload_soon()


def preload_soon() -> None:
    """Read what changed in the background; one such task at a time."""
    if not _preloading:
        task = asyncio.get_running_loop().create_task(_preload())
        _preloading.add(task)
        task.add_done_callback(_preloading.discard)


async def _preload() -> None:
    while (wait := _last_write[0] + QUIET_SECONDS - time.monotonic()) > 0:
        await asyncio.sleep(wait)
    engine = read_engine()
    async with engine.connect() as connection:
        known = [(settings, dataset) for settings, dataset in (await connection.execute(SETTINGS_SQL)).all()]
    for settings, dataset in known:
        if sum(matrix.rows.nbytes for matrix in _matrices.values()) < MAX_BYTES / 2 or settings in _matrices:
            await matrix_of(engine, dataset, settings)


async def matrix_of(engine: AsyncEngine, dataset: str, settings: str) -> tuple[list[str], np.ndarray]:
    """Record ids and unit vectors; later writes do not change the returned arrays."""
    async with _lock, engine.connect() as connection:
        matrix = _matrices.setdefault(settings, VectorMatrix(dataset))
        await _refresh(connection, matrix, settings)
        count = (await connection.execute(COUNT_SQL, {"settings": settings})).scalar_one()
        if len(matrix.ids) != count:  # never read, or written by another process
            names = {name for (name,) in (await connection.execute(RECORDS_SQL, {"settings": settings})).all()}
            matrix.stale |= names.symmetric_difference(matrix.ids)
            await _refresh(connection, matrix, settings)
        if settings in _matrices:
            _matrices.move_to_end(settings)
        while len(_matrices) > 1 and sum(kept.rows.nbytes for kept in _matrices.values()) > MAX_BYTES:
            _matrices.popitem(last=False)
        return matrix.ids, matrix.rows


async def _refresh(connection: AsyncConnection, matrix: VectorMatrix, settings: str) -> None:
    """Read the vectors of the stale records."""
    requested, matrix.stale = matrix.stale, set()  # what is written from here on is stale again
    names, found = sorted(requested), {}
    try:
        for start in range(0, len(names), VECTORS_PER_READ):
            some = {"settings": settings, "records": json.dumps(names[start : start + VECTORS_PER_READ])}
            rows = (await connection.execute(VECTORS_SQL, some)).all()
            found.update(await asyncio.to_thread(_unit_vectors, rows))
        if names:
            await asyncio.to_thread(matrix.update, requested, found)
    except BaseException:
        matrix.stale |= requested
        raise


def _unit_vectors(rows: Any) -> dict[str, np.ndarray]:
    return {record: unit_vector(json.loads(value)) for record, value in rows}


def unit_vector(value: list[float]) -> np.ndarray:
    """The vector scaled to length one; a zero vector stays zero."""
    vector = np.asarray(value, dtype=np.float32)
    return vector / (float(np.linalg.norm(vector)) or 1.0)


class Ranking:
    """Records by (1 + cosine) / 2, highest first, ties by id."""

    def __init__(self, ids: list[str], rows: np.ndarray, vector: np.ndarray, without: str | None) -> None:
        self.ids, self.without = ids, without
        self.scores = (1 + np.clip(rows @ vector, -1, 1)) / 2 if ids else np.zeros(0)
        self.order = np.argsort(-self.scores, kind="stable")

    def first(self, count: int) -> list[tuple[str, float]]:
        """The best `count` records and their scores."""
        best = self.order[: count + 1]
        pairs = zip(best.tolist(), self.scores[best].tolist(), strict=True)
        return [(self.ids[at], score) for at, score in pairs if self.ids[at] != self.without][:count]
