"""Twenty concurrent annotators, each fetching and answering records, while the server is killed once."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.labeling_server_speed import WORDS, fill, make
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.labeling.server.accounts import add_annotator, annotator_accounts
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server
from winnow.validators.stats.quantiles import quantile

PEOPLE = 20

RECORDS = 50_000

SECONDS = 60.0

THINK = 2.0
"""Seconds that a fast annotator spends on a record."""

PENDING = {"scope": {"entity": "response", "property": "status"}, "type": "terms", "values": ["pending"]}

OPEN = {"scope": {"entity": "record", "property": "status"}, "type": "terms", "values": ["pending"]}
"""The page size that the UI requests by default."""


@dataclass
class Work:
    """What one annotator did."""

    user: str
    acknowledged: list[str] = field(default_factory=list)
    """Records whose answer the server said it has."""
    fetches: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Record to the id that Winnow knows it by."""
    retries: int = 0


def main(people: int = PEOPLE, records: int = RECORDS, seconds: float = SECONDS) -> None:
    """Print responses per second and waiting times; fail when a response was lost or duplicated."""
    with tempfile.TemporaryDirectory() as folder:
        server, process = start_server(Path(folder) / "server", host="127.0.0.1", port=0, note=lambda _: None)
        try:
            annotator_accounts(server.owner_api())  # creates the workspace
            queue = make(server.owner_api(), "people")
            fill(server.owner_api(), queue, records)
            for name, think, kill in (("slow", THINK, False), ("quick", 0.0, False), ("killed", 0.0, True)):
                keys = hire(server, people, name)
                works, taken = label(server, queue, keys, seconds, think=think, kill=kill)
                report(works, taken, f"{people} people, {think:.0f} s of thought{', killed once' if kill else ''}")
        finally:
            stop_server(server.home)
            assert process is not None
            process.wait(10)


def hire(server: EmbeddedServer, people: int, name: str) -> dict[str, str]:
    """Create annotators; returns their API keys by id."""
    api = server.owner_api()
    for number in range(people):
        add_annotator(api, f"{name}{number}")
    return {user["id"]: user["api_key"] for user in api.get("users")["items"] if user["username"].startswith(name)}


def label(
    server: EmbeddedServer,
    queue: str,
    keys: dict[str, str],
    seconds: float,
    *,
    think: float,
    kill: bool,
    value: str = WORDS[0],
) -> tuple[list[Work], float]:
    """Let all annotators work for a while; returns what each did, and the seconds. No acknowledged response is lost."""
    api = server.owner_api()
    works = [Work(user) for user in keys]
    begun = time.perf_counter()
    until = begun + seconds
    threads = [
        threading.Thread(target=work, args=(ArgillaApi(api.url, keys[one.user]), queue, one, until, think, value))
        for one in works
    ]
    for thread in threads:
        thread.start()
    if kill:
        time.sleep(seconds / 2)
        os.kill(application(server), signal.SIGKILL)
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    check(server, queue, works)
    return works, taken


def application(server: EmbeddedServer) -> int:
    """The server process."""
    lines = subprocess.run(["ps", "-wweo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()[1:]]
    return next(
        int(pid) for pid, group, args in rows if int(group) == server.pid and "winnow_server.application" in args
    )


def work(api: ArgillaApi, queue: str, done: Work, until: float, think: float, value: str) -> None:
    """Fetch and answer until the time is up or the queue is empty; retry when the connection breaks."""
    while time.perf_counter() < until:
        body = {"filters": {"and": [PENDING, OPEN]}}
        path = f"me/datasets/{queue}/records/search?limit=1&include=responses,suggestions"
        found, seconds = patient(api, done, path, body)
        done.fetches.append(seconds)
        if not found["items"]:
            return
        shown = found["items"][0]["record"]
        record = shown["id"]
        done.names[record] = shown["external_id"]
        time.sleep(think)
        answer = {"values": {"label": {"value": value}}, "status": "submitted"}
        found, seconds = patient(api, done, f"records/{record}/responses", answer)
        done.submits.append(seconds)
        if found is not None:
            done.acknowledged.append(record)


def patient(api: ArgillaApi, done: Work, path: str, body: Any) -> tuple[Any, float]:
    """Retry until there is a reply. If only the reply was lost, the second attempt is refused."""
    begun = time.perf_counter()
    while True:
        try:
            return api.send("POST", path, body), time.perf_counter() - begun
        except ServiceError:
            done.retries += 1
            time.sleep(0.1)
        except WinnowError as error:
            if "409" not in str(error) or not done.retries:
                raise
            return None, time.perf_counter() - begun


def check(server: EmbeddedServer, queue: str, works: list[Work]) -> None:
    """Compare the acknowledged responses with the database, read as a file."""
    sql = """SELECT s.record_id, count(*) FROM responses s JOIN records r ON r.id = s.record_id
             WHERE r.dataset_id = ? AND s.user_id = ? AND s.status = 'submitted' GROUP BY 1"""
    hexed = lambda name: name.replace("-", "")  # noqa: E731
    with contextlib.closing(sqlite3.connect(server.home / "argilla.db")) as database:
        for one in works:
            kept = dict(database.execute(sql, (hexed(queue), hexed(one.user))).fetchall())
            lost = [record for record in one.acknowledged if hexed(record) not in kept]
            assert not lost, f"{len(lost)} acknowledged answers of {one.user} are lost"
            assert set(kept.values()) <= {1}, "an answer is doubled"
            assert len(set(one.acknowledged)) == len(one.acknowledged), "a record was given twice"


def report(works: list[Work], taken: float, name: str) -> None:
    """Print one line per measure."""
    done = sum(len(one.acknowledged) for one in works)
    retries = sum(one.retries for one in works)
    print(f"{name}: {done / taken:.1f} responses per second, {retries} retries")
    for step, every in (("fetch", [one.fetches for one in works]), ("submit", [one.submits for one in works])):
        times = sorted(seconds * 1000 for some in every for seconds in some)
        print(f"  {step:<7} p50 {statistics.median(times):4.0f} ms  p95 {quantile(times, 0.95):4.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
