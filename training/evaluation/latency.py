"""Latency, throughput and memory of a run, measured in a process of its own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from winnow.core.atomic import atomic_write
from winnow.core.clock import utc_now
from winnow.core.errors import Problem, ServiceError
from winnow.core.result import not_measured
from winnow.training.runs import IMPORTED, Run, open_run

LATENCY_FILE = "latency.json"


FORMAT = 1
"""Raise it when the figures change: those of before then count as not measured."""


WARM_UP = 5


SINGLE_QUERIES = 200
"""Asked one at a time; fewer when they take longer than SINGLE_SECONDS together."""


FEWEST_QUERIES = 20


SINGLE_SECONDS = 20.0


BULK_QUERIES = 1000


BULK_ROUNDS = 3


BULK_SECONDS = 60.0
"""No round is begun after this."""


BUSY_LOAD_PER_CORE = 1.5
"""Waiting processes a core (the load average of the last minute) above which other work is taken to disturb."""


PredictBatch = Callable[[Sequence[str]], object]


def stored_latency(run: Run) -> dict[str, Any]:
    """What was measured last; not measured before somebody asked for it."""
    if run.facts["method"] == IMPORTED:
        return not_measured("the predictions came from elsewhere: there is no model to ask")
    if run.facts.get("settings", {}).get("backend") == "claude":
        return not_measured("answers are stored, so that asking again would time a file; requests.jsonl has the seconds")
    try:
        known = json.loads((run.path / LATENCY_FILE).read_text(encoding="utf-8"))
        if known["format"] == FORMAT:
            return {key: value for key, value in known.items() if key != "format"}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return not_measured(f"winnow evaluate {run.id} --latency measures it")


def measure_latency(run: Run, texts: Sequence[str]) -> dict[str, Any]:
    """Measure in a process of its own and keep the figures in the run.

    Raises ServiceError when that process fails.
    """
    if run.facts["method"] == IMPORTED or run.facts.get("settings", {}).get("backend") == "claude":
        return stored_latency(run)
    with tempfile.TemporaryDirectory() as folder:
        queries = Path(folder) / "texts.json"
        queries.write_text(json.dumps(list(texts)[:BULK_QUERIES]), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "winnow.training.evaluation.latency", str(run.path), str(queries)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        fix = "run winnow predict on it first; the fault shows there too"
        raise ServiceError(Problem(f"latency of {run.id}", last[:300], "a process that answers", fix))
    found: dict[str, Any] = json.loads(done.stdout)
    with atomic_write(run.path / LATENCY_FILE) as temporary:
        temporary.write_text(json.dumps({"format": FORMAT, **found}, indent=1) + "\n", encoding="utf-8")
    return found


def time_queries(predict_batch: PredictBatch, texts: Sequence[str]) -> dict[str, Any]:
    """Seconds of one query at a time (p50, p95) and queries a second in bulk (the median round)."""
    for text in texts[:WARM_UP]:
        predict_batch([text])
    single: list[float] = []
    begun = time.perf_counter()
    for text in texts[:SINGLE_QUERIES]:
        if len(single) >= FEWEST_QUERIES and time.perf_counter() - begun > SINGLE_SECONDS:
            break
        single.append(_seconds(predict_batch, [text]))
    bulk: list[float] = []
    begun = time.perf_counter()
    while len(bulk) < BULK_ROUNDS and (not bulk or time.perf_counter() - begun < BULK_SECONDS):
        bulk.append(_seconds(predict_batch, texts))
    p50, p95 = np.quantile(single, [0.5, 0.95])
    return {
        "p50_seconds": round(float(p50), 6),
        "p95_seconds": round(float(p95), 6),
        "single_queries": len(single),
        "queries_per_second": round(len(texts) / float(np.median(bulk)), 1),
        "bulk_queries": len(texts),
    }


def peak_memory_bytes() -> int:
    """The most memory that this process ever held."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _seconds(predict_batch: PredictBatch, texts: Sequence[str]) -> float:
    begun = time.perf_counter()
    predict_batch(texts)
    return time.perf_counter() - begun


def _main(run_path: str, queries: str) -> None:
    """What the process of its own does."""
    from winnow.training.methods import predict

    run, texts = open_run(Path(run_path)), json.loads(Path(queries).read_text(encoding="utf-8"))
    load = os.getloadavg()[0]  # before this process adds to it
    begun = time.perf_counter()
    predict(run, texts[:1])
    loading = time.perf_counter() - begun
    figures = time_queries(lambda some: predict(run, some), texts)
    machine: dict[str, Any] = {"machine": platform.machine(), "cores": os.cpu_count(), "node": platform.node()}
    machine |= {"load_average": round(load, 2), "busy": load > BUSY_LOAD_PER_CORE * (os.cpu_count() or 1)}
    memory = {"load_seconds": round(loading, 3), "peak_memory_bytes": peak_memory_bytes()}
    sys.stdout.write(json.dumps({**figures, **memory, **machine, "at": utc_now()}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
