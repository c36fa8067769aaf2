"""Latency, throughput and memory of a run, measured in a separate process.

`python -m winnow.training.evaluation.latency RUN QUERIES` is that process. The queries are a JSON file: a list of
texts or, for a run that answers in dialogues, an object with the folder of its release and a split.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.atomic import atomic_write
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import Problem, ServiceError
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release, open_release
from winnow.training.evaluation.evaluation_facts import Latency, QuerySpeed
from winnow.training.process_memory import peak_memory_bytes
from winnow.training.prompted.service_requests import asks_a_service
from winnow.training.run_facts import IMPORTED, answers_in_dialogues
from winnow.training.runs import NO_MODEL, Run, open_run
from winnow.validators.stats.quantiles import quantile

if TYPE_CHECKING:
    from winnow.training.answering.answer_request import AnswerRequest
    from winnow.training.answering.model_answer import ModelAnswer

LATENCY_FILE = "latency.json"

MODULE = "winnow.training.evaluation.latency"
"""This module, which is run as a script under its full name."""

FORMAT = 2
"""Increment when the measurement changes: existing figures then count as not measured."""

WARM_UP = 5

SINGLE_QUERIES = 200
"""Queries predicted one at a time; fewer when they take longer than SINGLE_SECONDS in total."""

MIN_SINGLE_QUERIES = 20

SINGLE_SECONDS = 20.0

BULK_QUERIES = 1000

BULK_ROUNDS = 3

BULK_SECONDS = 60.0
"""No new round starts after this time."""

BUSY_LOAD_PER_CORE = 1.5
"""One-minute load average per core above which other processes are assumed to disturb the measurement."""

TIMED_ANSWERS = 64
"""Answers in dialogues that are timed together: each takes as long as hundreds of labels."""

PredictBatch = Callable[[Sequence[Any]], object]


class TimedQueries(NamedTuple):
    """What was timed in the process that measures."""

    speed: QuerySpeed
    tokens_per_second: float | None
    """None for labels."""
    load_seconds: float = 0.0


def stored_latency(run: Run) -> Latency | NotMeasured:
    """The last measurement, if there is one."""
    if run.facts.method == IMPORTED:
        return NotMeasured(NO_MODEL)
    if asks_a_service(run.facts):
        return NotMeasured(
            "responses are stored, so predicting again would not measure the model; requests.jsonl has the seconds"
        )
    try:
        known = json.loads((run.path / LATENCY_FILE).read_text(encoding="utf-8"))
        if known.pop("format") == FORMAT:
            return Latency.model_validate(known)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return NotMeasured(f"run {command('evaluate', run.id, latency=True)}")


def measure_latency_on(run: Run, release: Release) -> Latency | NotMeasured:
    """Measure on the validation rows of a release, or on train where there are none.

    Raises ServiceError when the process that measures fails.
    """
    split = Split.VALIDATION if release.counts[Split.VALIDATION] else Split.TRAIN
    if answers_in_dialogues(run.facts):
        return _measure(run, {"release": str(release.path), "split": split.value})
    return measure_latency(run, list(release.rows(split)["text"]))


def measure_latency(run: Run, texts: Sequence[str]) -> Latency | NotMeasured:
    """Measure in a separate process and save the figures in the run.

    Raises ServiceError when that process fails.
    """
    return _measure(run, list(texts)[:BULK_QUERIES])


def _measure(run: Run, asked: object) -> Latency | NotMeasured:
    if run.facts.method == IMPORTED or asks_a_service(run.facts):
        return stored_latency(run)
    with tempfile.TemporaryDirectory() as folder:
        queries = Path(folder) / "queries.json"
        queries.write_text(json.dumps(asked), encoding="utf-8")
        process = [sys.executable, "-P", "-m", MODULE, str(run.path), str(queries)]
        done = subprocess.run(process, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no error message"])[-1]
        fix = f"run {command('predict', run.id, 'FILE')} to see the error"
        raise ServiceError(Problem(f"latency of {run.id}", last[:300], "predictions", fix))
    found = Latency.model_validate_json(done.stdout)
    store_latency(run, found)
    return found


def store_latency(run: Run, found: Latency) -> None:
    """Save a measurement in the run, where `stored_latency` finds it."""
    stored = {"format": FORMAT, **found.model_dump(mode="json")}
    with atomic_write(run.path / LATENCY_FILE) as temporary:
        temporary.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def time_queries(predict_batch: PredictBatch, texts: Sequence[Any]) -> QuerySpeed:
    """Seconds per query, one at a time (p50, p95), and queries per second in bulk (the median round)."""
    for text in texts[:WARM_UP]:
        predict_batch([text])
    single: list[float] = []
    started = time.perf_counter()
    for text in texts[:SINGLE_QUERIES]:
        if len(single) >= MIN_SINGLE_QUERIES and time.perf_counter() - started > SINGLE_SECONDS:
            break
        single.append(_seconds(predict_batch, [text]))
    bulk: list[float] = []
    started = time.perf_counter()
    while len(bulk) < BULK_ROUNDS and (not bulk or time.perf_counter() - started < BULK_SECONDS):
        bulk.append(_seconds(predict_batch, texts))
    return QuerySpeed(
        p50_seconds=round(quantile(single, 0.5), 6),
        p95_seconds=round(quantile(single, 0.95), 6),
        single_queries=len(single),
        queries_per_second=round(len(texts) / statistics.median(bulk), 1),
        bulk_queries=len(texts),
    )


def _seconds(predict_batch: PredictBatch, texts: Sequence[Any]) -> float:
    started = time.perf_counter()
    predict_batch(texts)
    return time.perf_counter() - started


def time_answers(
    answer_batch: Callable[[Sequence[AnswerRequest]], list[ModelAnswer]], requests: Sequence[AnswerRequest]
) -> TimedQueries:
    """The same for answers in dialogues, with the tokens per second that are generated in bulk.

    Asked alone, an answer includes the time to read its whole prompt; in bulk, what prompts share is read once.
    """
    tokens: dict[str, int] = {}

    def answer(some: Sequence[AnswerRequest]) -> None:
        tokens.update({one.key: given.tokens for one, given in zip(some, answer_batch(some), strict=True)})

    speed = time_queries(answer, requests)
    return TimedQueries(speed, round(sum(tokens.values()) * speed.queries_per_second / speed.bulk_queries, 1))


def _time_labels(run: Run, texts: Sequence[str]) -> TimedQueries:
    from winnow.training.methods import predict

    started = time.perf_counter()
    predict(run, texts[:1])
    loading = time.perf_counter() - started
    return TimedQueries(time_queries(lambda some: predict(run, some), texts), None, loading)


def _time_dialogues(run: Run, release: Release, split: str) -> TimedQueries:
    from winnow.training.answering.answer import answers_of
    from winnow.training.answering.answer_request import requests_of_rows
    from winnow.training.run_release import task_of_run

    requests = requests_of_rows(release.rows(split), task_of_run(run, release), split)[:TIMED_ANSWERS]
    started = time.perf_counter()
    answers_of(run, requests[:1])
    loading = time.perf_counter() - started
    return time_answers(lambda some: answers_of(run, some), requests)._replace(load_seconds=loading)


def _main(run_path: str, queries: str) -> None:
    """Measure and print the figures as JSON."""
    run, asked = open_run(Path(run_path)), json.loads(Path(queries).read_text(encoding="utf-8"))
    load = os.getloadavg()[0]  # before this process adds to the load
    if isinstance(asked, dict):
        timed = _time_dialogues(run, open_release(Path(asked["release"]), checked=False), asked["split"])
    else:
        timed = _time_labels(run, asked)
    measured = Latency(
        **dict(timed.speed),
        tokens_per_second=timed.tokens_per_second,
        load_seconds=round(timed.load_seconds, 3),
        peak_memory_bytes=peak_memory_bytes(),
        machine=platform.machine(),
        cores=os.cpu_count(),
        node=platform.node(),
        load_average=round(load, 2),
        busy=load > BUSY_LOAD_PER_CORE * (os.cpu_count() or 1),
        at=utc_now(),
    )
    sys.stdout.write(measured.model_dump_json())


if __name__ == "__main__":
    _main(*sys.argv[1:])
