"""Twenty annotators at work, without and with a storm of wrong passwords: how long requests take."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from benchmarks.concurrent_annotators import THINK, Work, hire, label, report
from benchmarks.labeling_server_speed import fill, make
from winnow.curation.labeling.server.accounts import annotator_accounts
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server

PEOPLE = 20

RECORDS = 5_000

SECONDS = 30.0

GUESSERS = 8
"""Threads that try passwords without a pause."""

ADDRESSES = (0, 1, 200)
"""Addresses that they come from, in turn; 0 for no storm."""


class StormRound(NamedTuple):
    """One period of labeling, during which passwords were tried."""

    works: list[Work]
    taken: float
    """Seconds."""
    statuses: Counter[int]
    """How the attempts to sign in were answered: HTTP status to number."""

    @property
    def submit_seconds(self) -> float:
        """Median time of a submit."""
        return statistics.median(seconds for one in self.works for seconds in one.submits)


def main(seconds: float = SECONDS) -> None:
    """Print responses per second and waiting times with and without the storm, and how its attempts were answered."""
    with tempfile.TemporaryDirectory() as folder:
        server, process = start_server(Path(folder) / "server", host="127.0.0.1", port=0, note=lambda _: None)
        try:
            annotator_accounts(server.owner_api())  # creates the workspace
            queue = make(server.owner_api(), "people")
            fill(server.owner_api(), queue, RECORDS)
            for addresses in ADDRESSES:
                keys = hire(server, PEOPLE, f"person{addresses}-")
                found = label_in_storm(server, queue, keys, seconds, addresses=addresses)
                report(
                    found.works,
                    found.taken,
                    f"{PEOPLE} people, guesses from {addresses} addresses {dict(found.statuses)}",
                )
        finally:
            stop_server(server.home)
            assert process is not None
            process.wait(10)


def label_in_storm(
    server: EmbeddedServer, queue: str, keys: dict[str, str], seconds: float, *, addresses: int
) -> StormRound:
    """Let annotators work for a while, and meanwhile try wrong passwords from so many addresses; 0 for no storm."""
    statuses: Counter[int] = Counter()
    ended = threading.Event()
    guessers = [
        threading.Thread(target=guess, args=(server, number, addresses, ended, statuses))
        for number in range(GUESSERS if addresses else 0)
    ]
    for guesser in guessers:
        guesser.start()
    try:
        works, taken = label(server, queue, keys, seconds, think=THINK, kill=False)
    finally:
        ended.set()
        for guesser in guessers:
            guesser.join()
    return StormRound(works, taken, statuses)


def guess(server: EmbeddedServer, number: int, addresses: int, ended: threading.Event, statuses: Counter[int]) -> None:
    """Try wrong passwords of one account until the end."""
    attempt = number
    while not ended.is_set():
        attempt += GUESSERS
        form = urllib.parse.urlencode({"username": f"person0-{attempt % PEOPLE}", "password": "wrong"}).encode()
        headers = {"X-Forwarded-For": f"10.0.0.{attempt % addresses}"}
        request = urllib.request.Request(f"{server.url}/api/v1/token", data=form, headers=headers)
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except urllib.error.HTTPError as error:
            statuses[error.code] += 1
            error.close()
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
