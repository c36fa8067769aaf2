"""Vectors of a dataset as one matrix, kept in memory up to a bound and mended where records changed."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

MAX_BYTES = 512 * 1024**2
"""Of all matrices together; 50,000 vectors of 384 numbers are 77 MB."""
RELOAD_SHARE = 0.2
"""When more of a matrix is stale, it is read anew."""
AT_ONCE = 500

ALL = text("SELECT record_id, value FROM vectors WHERE vector_settings_id = :settings ORDER BY record_id")
SOME = text("SELECT record_id, value FROM vectors WHERE vector_settings_id = :settings AND record_id IN :records")
SOME = SOME.bindparams(bindparam("records", expanding=True))
COUNT = text("SELECT count(*) FROM vectors WHERE vector_settings_id = :settings")


@dataclass
class Matrix:
    """Unit vectors by record."""

    dataset: str
    ids: list[str]
    rows: np.ndarray
    stale: set[str] = field(default_factory=set)
    """Records written since the matrix was read."""

    def place(self, found: dict[str, np.ndarray]) -> None:
        """Take what was read anew for the stale records; those no longer there go."""
        merged = {record: self.rows[i] for i, record in enumerate(self.ids) if record not in self.stale} | found
        self.ids = sorted(merged)
        self.rows = np.vstack([merged[record] for record in self.ids]) if merged else self.rows[:0]
        self.stale = set()


_kept: OrderedDict[str, Matrix] = OrderedDict()
_lock = asyncio.Lock()


def touch(dataset: str, records: list[str]) -> None:
    """Say that records of a dataset were written or deleted."""
    for matrix in _kept.values():
        if matrix.dataset == dataset:
            matrix.stale.update(records)


def forget(dataset: str) -> None:
    """Drop what is kept of a dataset."""
    for settings in [name for name, matrix in _kept.items() if matrix.dataset == dataset]:
        del _kept[settings]


async def matrix_of(engine: AsyncEngine, dataset: str, settings: str) -> tuple[list[str], np.ndarray]:
    """Record ids and unit vectors; rows and ids stay as they are, whatever is written later."""
    async with _lock, engine.connect() as connection:
        count = (await connection.execute(COUNT, {"settings": settings})).scalar_one()
        matrix = _kept.get(settings)
        if matrix is not None and matrix.stale and len(matrix.stale) <= RELOAD_SHARE * len(matrix.ids):
            stale, found = sorted(matrix.stale), {}
            for start in range(0, len(stale), AT_ONCE):
                some = {"settings": settings, "records": stale[start : start + AT_ONCE]}
                rows = (await connection.execute(SOME, some)).all()
                found.update(await asyncio.to_thread(_units, rows))
            matrix.place(found)
        if matrix is None or matrix.stale or len(matrix.ids) != count:
            rows = (await connection.execute(ALL, {"settings": settings})).all()
            units = await asyncio.to_thread(_units, rows)
            stacked = np.vstack(list(units.values())) if units else np.zeros((0, 1), dtype=np.float32)
            matrix = _kept[settings] = Matrix(dataset, list(units), stacked)
        _kept.move_to_end(settings)
        while len(_kept) > 1 and sum(kept.rows.nbytes for kept in _kept.values()) > MAX_BYTES:
            _kept.popitem(last=False)
        return matrix.ids, matrix.rows


def _units(rows: Any) -> dict[str, np.ndarray]:
    return {record: unit(json.loads(value)) for record, value in rows}


def unit(value: list[float]) -> np.ndarray:
    """The vector at length one; a vector of zeros stays one."""
    vector = np.asarray(value, dtype=np.float32)
    return vector / (float(np.linalg.norm(vector)) or 1.0)


def ranked(ids: list[str], rows: np.ndarray, vector: np.ndarray, without: str | None) -> list[tuple[str, float]]:
    """Every record with (1 + cosine) / 2, the highest first; equal ones in the order of their ids."""
    if not ids:
        return []
    scores = (1 + np.clip(rows @ vector, -1, 1)) / 2
    best = np.argsort(-scores, kind="stable")
    return [(ids[i], score) for i, score in zip(best.tolist(), scores[best].tolist(), strict=True) if ids[i] != without]
