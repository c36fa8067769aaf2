"""The labeling server: start-up, memory, bulk logging, and search at several sizes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from winnow.curation.labeling.server.accounts import add_annotator
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server

SIZES = (10_000, 50_000)

DIMENSIONS = 384

ROUNDS = 20

WORDS = ("card", "transfer", "balance", "password", "reset", "account", "mortgage", "rate", "travel", "alert", "lost")


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print one line per measure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "server"
        begun = time.perf_counter()
        server, process = start_server(home, host="127.0.0.1", port=0, note=lambda _: None)
        print(f"first start, with the environment installed: {time.perf_counter() - begun:.1f} s until it responds")
        try:
            print(f"memory: {memory(server)}")
            for size in sizes:
                measure(server, size)
            print(f"memory at the end: {memory(server)}")
        finally:
            stop_server(home)
            assert process is not None
            process.wait(10)


def memory(server: EmbeddedServer) -> str:
    """Resident memory of each part."""
    lines = subprocess.run(["ps", "-eo", "pgid,rss,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()[1:]]
    mine = [(int(rss) // 1024, args) for group, rss, args in rows if int(group) == server.pid]
    return ", ".join(f"{rss} MB {'redis' if 'redis' in args else 'python'}" for rss, args in sorted(mine))


def measure(server: EmbeddedServer, size: int) -> None:
    """Log records in bulk, answer a tenth, then time each kind of search."""
    api = server.owner_api()
    add_annotator(api, f"reader{size}")
    key = next(user["api_key"] for user in api.get("users")["items"] if user["username"] == f"reader{size}")
    reader = ArgillaApi(server.url, key)
    dataset = make(api, f"size{size}")
    begun = time.perf_counter()
    fill(api, dataset, size)
    seconds = time.perf_counter() - begun
    print(f"{size:,} records with metadata, suggestion and vector logged: {size / seconds:,.0f} per second")
    pending = {"scope": {"entity": "response", "property": "status"}, "type": "terms", "values": ["pending"]}
    topic = {"scope": {"entity": "metadata", "metadata_property": "topic"}, "type": "terms", "values": ["card"]}
    size_order = {"scope": {"entity": "metadata", "metadata_property": "size"}, "order": "asc"}
    vector = {"name": "meaning", "value": np.random.default_rng(1).normal(size=DIMENSIONS).tolist()}
    asked: dict[str, dict[str, Any]] = {
        "default page": {"filters": {"and": [pending]}},
        "word": {"query": {"text": {"q": "mortgage"}}, "filters": {"and": [pending]}},
        "phrase": {"query": {"text": {"q": '"card transfer"'}}, "filters": {"and": [pending]}},
        "prefix": {"query": {"text": {"q": "mort*"}}, "filters": {"and": [pending]}},
        "filter": {"filters": {"and": [pending, topic]}},
        "sort": {"filters": {"and": [pending]}, "sort": [size_order]},
        "similar": {"query": {"vector": vector}, "filters": {"and": [pending]}},
    }
    for name, body in asked.items():
        path = f"me/datasets/{dataset}/records/search?limit=10&include=responses,suggestions"
        report(name, lambda body=body, path=path: reader.send("POST", path, body))
    report("progress", lambda: api.get(f"datasets/{dataset}/progress"))


def report(name: str, send: Callable[[], Any]) -> None:
    """Report the first query separately: it may load vectors."""
    times = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        send()
        times.append((time.perf_counter() - begun) * 1000)
    rest = sorted(times[1:])
    print(f"  {name:<13} p50 {statistics.median(rest):4.0f} ms  p95 {rest[-2]:4.0f} ms  first {times[0]:4.0f} ms")


def make(api: ArgillaApi, name: str) -> str:
    """A dataset with one question."""
    workspace = next(space["id"] for space in api.get("me/workspaces")["items"] if space["name"] == "winnow")
    told = {"name": name, "workspace_id": workspace, "distribution": {"strategy": "overlap", "min_submitted": 1}}
    dataset = str(api.send("POST", "datasets", told)["id"])

    def settle(part: str, name: str, **more: Any) -> None:
        api.send("POST", f"datasets/{dataset}/{part}", {"name": name, "title": name, **more})

    settle("fields", "text", required=True, settings={"type": "text"})
    options = [{"value": word, "text": word} for word in WORDS]
    settle("questions", "label", required=True, settings={"type": "label_selection", "options": options})
    settle("metadata-properties", "topic", settings={"type": "terms"}, visible_for_annotators=True)
    settle("metadata-properties", "size", settings={"type": "integer"}, visible_for_annotators=True)
    settle("vectors-settings", "meaning", dimensions=DIMENSIONS)
    api.send("PUT", f"datasets/{dataset}/publish", None)
    return dataset


def fill(api: ArgillaApi, dataset: str, size: int, at_once: int = 500) -> None:
    """Random queries of 3 to 12 words; every tenth is answered by the owner."""
    random = np.random.default_rng(size)
    me = api.get("me")["id"]
    question = api.get(f"datasets/{dataset}/questions")["items"][0]["id"]
    for start_at in range(0, size, at_once):
        items = []
        for number in range(start_at, min(size, start_at + at_once)):
            words = [
                WORDS[at] if at < len(WORDS) else f"w{at}" for at in random.zipf(1.3, random.integers(3, 13)) % 5000
            ]
            label = WORDS[number % len(WORDS)]
            answer = {"user_id": me, "status": "submitted", "values": {"label": {"value": label}}}
            items.append(
                {
                    "fields": {"text": " ".join(words)},
                    "metadata": {"topic": label, "size": number % 97},
                    "suggestions": [{"question_id": question, "value": label, "score": 0.5, "agent": "model"}],
                    "vectors": {"meaning": np.round(random.normal(size=DIMENSIONS), 4).tolist()},
                    "responses": [answer] if number % 10 == 0 else [],
                }
            )
        api.send("POST", f"datasets/{dataset}/records/bulk", {"items": items})


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
