"""Bulk logging to the labeling server with and without our optimizations, in the same run.

Both are the same Argilla in the same environment with our search engine, because Elasticsearch is not available here.
So the figure without optimizations is optimistic for the stock server, which would also write its index.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.labeling_server_speed import DIMENSIONS, WORDS, make
from winnow.curation.labeling.server.accounts import annotator_accounts
from winnow.curation.labeling.server.argilla_api import DIRECT_OPENER, ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server

AT_ONCE = 500

ROUNDS = 5


def main(rounds: int = ROUNDS) -> None:
    """Print records per second of both, and their ratio, with and without vectors."""
    with ExitStack() as stack:
        servers = {"stock": stack.enter_context(running(stock=True)), "ours": stack.enter_context(running(stock=False))}
        for vectors in (True, False):
            rates: dict[str, list[float]] = {name: [] for name in servers}
            for turn in range(rounds + 1):
                for name, server in servers.items():
                    rates[name].append(rate(server.owner_api(), f"{vectors}{turn}", vectors))
            report(rates, f"metadata, suggestion{' and vector' if vectors else ''}")


@contextmanager
def running(stock: bool) -> Iterator[EmbeddedServer]:
    """A separate server; `stock` disables the optimizations."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "server"
        os.environ["WINNOW_SERVER_PATCHES"] = "off" if stock else "on"
        try:
            server, process = start_server(home, host="127.0.0.1", port=0, note=lambda _: None)
        finally:
            del os.environ["WINNOW_SERVER_PATCHES"]
        try:
            annotator_accounts(server.owner_api())  # creates the workspace
            yield server
        finally:
            stop_server(home)
            assert process is not None
            process.wait(10)


def report(rates: dict[str, list[float]], held: str) -> None:
    """Medians without the first round, which is a warm-up."""
    median = {name: statistics.median(found[1:]) for name, found in rates.items()}
    least = {name: min(found[1:]) for name, found in rates.items()}
    print(
        f"bulks of {AT_ONCE}, {held}: " + ", ".join(f"{name} {median[name]:,.0f} per second" for name in rates), end=""
    )
    print(f" (minimum {least['stock']:,.0f} and {least['ours']:,.0f}); {median['ours'] / median['stock']:.1f} times")


def rate(api: ArgillaApi, name: str, vectors: bool, bulks: int = 2) -> float:
    """Records per second of several bulks into a new dataset. The payload is prepared beforehand."""
    dataset = make(api, name)
    question = api.get(f"datasets/{dataset}/questions")["items"][0]["id"]
    sent = [json.dumps({"items": items(question, vectors, turn)}).encode() for turn in range(bulks)]
    begun = time.perf_counter()
    for body in sent:
        headers = {"Content-Type": "application/json", "X-Argilla-Api-Key": api.key}
        where = f"{api.url}/api/v1/datasets/{dataset}/records/bulk"
        with DIRECT_OPENER.open(urllib.request.Request(where, data=body, headers=headers), timeout=120) as answer:
            answer.read()
    seconds = time.perf_counter() - begun
    assert api.get(f"datasets/{dataset}/progress")["total"] == bulks * AT_ONCE
    return bulks * AT_ONCE / seconds


def items(question: str, vectors: bool, seed: int) -> list[dict[str, Any]]:
    """Records of random words."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(AT_ONCE):
        label = WORDS[number % len(WORDS)]
        item: dict[str, Any] = {
            "fields": {"text": " ".join(random.choice(WORDS, 8))},
            "metadata": {"topic": label, "size": number % 97},
            "suggestions": [{"question_id": question, "value": label, "score": 0.5, "agent": "model"}],
        }
        if vectors:
            item["vectors"] = {"meaning": np.round(random.normal(size=DIMENSIONS), 4).tolist()}
        made.append(item)
    return made


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
