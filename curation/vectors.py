"""The cache of embeddings: a Lance table keyed by text hash and embedder identity. It may be deleted at any time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from curation.embed import Embedder, Progress, Vectors
from validators.faults import Fault, ServiceError

CHUNK = 16_384
"""Texts per write: what a killed command loses of its embedding work."""
os.environ.setdefault("LANCE_LOG", "error")  # else it warns on stderr about every table that it is told to make
MAX_FRAGMENTS = 32
"""Many small writes leave many files; above this many they are compacted."""


def vectors_for(
    texts: Sequence[str], embedder: Embedder, cache: Path | None, *, progress: Progress | None = None
) -> Vectors:
    """Unit vectors of texts, in their order: from the cache where it has them, embedded and kept where not."""
    if cache is None:
        return embedder.encode(texts, progress=progress)
    hashes = [_text_hash(text) for text in texts]
    found = _load(cache, embedder.identity, set(hashes))
    missing = {h: text for h, text in zip(hashes, texts, strict=True) if h not in found}
    todo = sorted(missing.items(), key=lambda item: len(item[1]))
    for start in range(0, len(todo), CHUNK):
        part = dict(todo[start : start + CHUNK])
        offset = start

        def report(done: int, _: int, offset: int = offset) -> None:
            if progress:
                progress(offset + done, len(todo))

        vectors = embedder.encode(list(part.values()), progress=report)
        _append(cache, embedder.identity, list(part), vectors)
        found |= dict(zip(part, vectors, strict=True))
    return np.stack([found[h] for h in hashes]) if hashes else np.empty((0, 0), dtype=np.float32)


def cached_vectors(texts: Sequence[str], identity: str, cache: Path) -> dict[str, Any]:
    """Vectors of the texts that the cache has, by text; nothing is embedded."""
    hashes = {_text_hash(text): text for text in texts}
    return {hashes[h]: vector for h, vector in _load(cache, identity, set(hashes)).items()}


def delete_vectors(texts: Sequence[str], cache: Path) -> None:
    """Delete the vectors of texts, of every model, and the versions of the table that still hold them."""
    with FileLock(cache.with_suffix(".lock")):
        dataset = _open(cache)
        if dataset is None:
            return
        hashes = ", ".join(f"'{_text_hash(text)}'" for text in texts)
        dataset.delete(f"text_hash IN ({hashes})")
        dataset.optimize.compact_files(materialize_deletions=True, materialize_deletions_threshold=0.0)
        dataset.cleanup_old_versions(older_than=timedelta(0), delete_unverified=True)


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _load(cache: Path, identity: str, wanted: set[str]) -> dict[str, Any]:
    dataset = _open(cache)
    if dataset is None:
        return {}
    table = dataset.to_table(columns=["text_hash", "vector"], filter=f"embedder = '{identity}'")
    keys, values = table.column("text_hash").to_pylist(), table.column("vector")
    place = 0
    found_vectors: dict[str, Any] = {}
    for chunk in values.chunks:
        for value in chunk:
            if keys[place] in wanted:
                found_vectors[keys[place]] = np.frombuffer(value.as_buffer(), dtype=np.float32)
            place += 1
    return found_vectors


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
            # A cache that cannot be read, or whose first write was killed, is begun anew.
            mode = "overwrite" if _open(cache) is None else "append"
            dataset = lance.write_dataset(table, str(cache), mode=mode)
            if len(dataset.get_fragments()) > MAX_FRAGMENTS:
                dataset.optimize.compact_files()
    except OSError as error:
        fix = "check free space and permissions, and run again; what was embedded before is kept"
        raise ServiceError(Fault(str(cache), f"cannot be written ({str(error)[:200]})", "", fix)) from None


def _open(cache: Path) -> Any:
    """The table, or None where there is none that can be read."""
    if not cache.exists():
        return None
    import lance

    try:
        return lance.dataset(str(cache))
    except (OSError, ValueError):
        return None
