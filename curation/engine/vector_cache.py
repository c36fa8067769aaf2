"""The vector cache: a Lance table keyed by text hash and embedder identity; it can be deleted at any time."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from winnow.core.errors import Problem, ServiceError
from winnow.core.hashing import stable_hash
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vectors import Vectors

TEXTS_PER_WRITE = 16_384
"""Texts per write: a killed command loses at most this much embedding work."""

warnings.filterwarnings("ignore", message="lance is not fork-safe")  # no code here forks and then reads

os.environ.setdefault("LANCE_LOG", "error")  # else it warns on stderr about every table that it creates

MAX_FRAGMENTS = 32
"""Many small writes leave many files; above this number they are compacted."""


def embed_with_cache(
    texts: Sequence[str], embedder: Embedder, cache: Path | None, *, progress: Progress | None = None
) -> Vectors:
    """Unit vectors of texts, in their order: from the cache where possible, otherwise embedded and cached."""
    if cache is None:
        return embedder.encode(texts, progress=progress)
    hashes = [_text_hash(text) for text in texts]
    positions, known = _load(cache, embedder.identity, set(hashes))
    missing = {h: text for h, text in zip(hashes, texts, strict=True) if h not in positions}
    to_embed = sorted(missing.items(), key=lambda item: len(item[1]))
    parts = [known]
    for start in range(0, len(to_embed), TEXTS_PER_WRITE):
        part = dict(to_embed[start : start + TEXTS_PER_WRITE])
        offset = start

        def report(done: int, _: int, offset: int = offset) -> None:
            if progress:
                progress(offset + done, len(to_embed))

        vectors = embedder.encode(list(part.values()), progress=report)
        _append(cache, embedder.identity, list(part), vectors)
        total = sum(map(len, parts))
        positions |= {h: total + i for i, h in enumerate(part)}
        parts.append(vectors)
    every = parts[0] if len(parts) == 1 else np.concatenate([one for one in parts if len(one)])
    return every[[positions[h] for h in hashes]] if hashes else np.empty((0, 0), dtype=np.float32)


def cached_vectors(texts: Sequence[str], identity: str, cache: Path) -> dict[str, Any]:
    """Cached vectors of texts, by text; nothing is embedded."""
    hashes = {_text_hash(text): text for text in texts}
    positions, vectors = _load(cache, identity, set(hashes))
    return {hashes[h]: vectors[position] for h, position in positions.items()}


def delete_vectors(texts: Sequence[str], cache: Path) -> None:
    """Delete the vectors of texts for every model, and the versions of the table that still hold them."""
    with FileLock(cache.with_suffix(".lock")):
        dataset = _open(cache)
        if dataset is None:
            return
        hashes = ", ".join(f"'{_text_hash(text)}'" for text in texts)
        dataset.delete(f"text_hash IN ({hashes})")
        dataset.optimize.compact_files(materialize_deletions=True, materialize_deletions_threshold=0.0)
        dataset.cleanup_old_versions(older_than=timedelta(0), delete_unverified=True)


def _text_hash(text: str) -> str:
    return stable_hash(text, length=32)


def _load(cache: Path, identity: str, wanted: set[str]) -> tuple[dict[str, int], Vectors]:
    """The position of each wanted hash among the vectors of one model, and these vectors."""
    dataset = _open(cache)
    nothing = np.empty((0, 0), dtype=np.float32)
    if dataset is None or not wanted:
        return {}, nothing
    try:
        table = dataset.to_table(columns=["text_hash", "vector"], filter=f"embedder = '{identity}'")
    except (OSError, ValueError):  # a part is damaged: start again, it is only a cache
        _discard(cache)
        return {}, nothing
    positions = {h: i for i, h in enumerate(table.column("text_hash").to_pylist()) if h in wanted}
    chunks = [_vectors_of_chunk(chunk) for chunk in table.column("vector").chunks if len(chunk)]
    return positions, np.concatenate(chunks) if chunks else nothing


def _vectors_of_chunk(chunk: Any) -> Vectors:
    """The vectors of an Arrow array of binary values of equal length, without a loop over them."""
    _, offsets, data = chunk.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    values = np.frombuffer(data, dtype=np.float32, count=(ends[-1] - ends[0]) // 4, offset=int(ends[0]))
    return values.reshape(len(chunk), -1)


def _append(cache: Path, identity: str, hashes: Sequence[str], vectors: Vectors) -> None:
    import lance
    import pyarrow as pa

    table = pa.table(
        {
            "text_hash": pa.array(hashes, pa.string()),
            "embedder": pa.array([identity] * len(hashes), pa.string()),
            "vector": pa.array([row.tobytes() for row in vectors], pa.binary()),
        }
    )
    cache.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(cache.with_suffix(".lock")):
            # A cache that cannot be read, or whose first write was killed, is replaced.
            if _open(cache) is None:
                shutil.rmtree(cache, ignore_errors=True)
            dataset = lance.write_dataset(table, str(cache), mode="append" if cache.exists() else "create")
            if len(dataset.get_fragments()) > MAX_FRAGMENTS:
                dataset.optimize.compact_files()
    except OSError as error:
        fix = "check free space and permissions, and run again; vectors embedded before are kept"
        raise ServiceError(Problem(str(cache), f"cannot be written ({str(error)[:200]})", "", fix)) from None


def _discard(cache: Path) -> None:
    with FileLock(cache.with_suffix(".lock")):
        shutil.rmtree(cache, ignore_errors=True)


def _open(cache: Path) -> Any:
    """The table, or None if there is none that can be read."""
    if not cache.exists():
        return None
    import lance

    try:
        return lance.dataset(str(cache))
    except (OSError, ValueError):
        return None
