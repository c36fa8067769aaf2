"""How many queries a second the router answers, how long they take, and what is in its log after a kill.

Run by `python -m benchmarks.router_load [SECONDS]`, not by `make bench`: it has no alternative to compare with. Uses
the linear run of CLINC150 and the test rows of CLINC150 and BANKING77 in turn if the public data is there, else the
shipped example and its traffic. The load generator runs on the
same machine, in this process, and takes its share of the processor. Queries are sent at a steady rate, each at its own
time; a latency is counted from that time, so a service that falls behind shows it.

Then the service is killed while it answers, started again on the same log, loaded again, and stopped by SIGTERM. Every
answered id must be in the log once. The log is added, and coverage and drift are drawn from it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

import winnow
from benchmarks.texts import PUBLIC
from tests.support.router_load import LoadResult, load
from tests.support.router_processes import TOKEN, RouterProcess, running_router
from tests.support.workspaces import add_example_with_traffic, waive_failing
from winnow.validators.stats.quantiles import quantile
from winnow.workspace import Workspace

RATES = (50, 100, 200, 250, 300, 400)
SECONDS = 20.0
KILLED_RATE = 200


def workspace_with_run(folder: Path) -> tuple[Workspace, list[str]]:
    """A workspace with a frozen release and a linear run, and queries that are not in train."""
    if (PUBLIC / "clinc150").is_dir() and (PUBLIC / "banking77").is_dir():
        workspace, texts = _clinc150(folder)
    else:
        workspace = add_example_with_traffic(folder)
        texts = list(workspace.records().query("origin == 'log'")["text"])
    workspace.freeze("first")
    run = workspace.train("first").run
    print(f"{run.id}: {len(run.facts.routes)} labels; {len(texts):,} queries", flush=True)
    return workspace, texts


def _clinc150(folder: Path) -> tuple[Workspace, list[str]]:
    """CLINC150 as the dataset; its test rows, and those of BANKING77 that it does not cover, as queries."""
    path = PUBLIC / "clinc150" / "clinc150.jsonl"
    workspace = winnow.init(folder, from_file=path)
    workspace.add(path, origin="public", license="unknown")
    waive_failing(workspace)
    own, other = _test_texts("clinc150"), _test_texts("banking77")
    return workspace, [text for pair in zip(own, other, strict=False) for text in pair]


def _test_texts(name: str) -> list[str]:
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row["text"] for row in map(json.loads, lines) if row["split"] == "test"]


def print_rates(router: RouterProcess, texts: list[str], seconds: float) -> None:
    """Print the latency at each rate."""
    load(router.url, TOKEN, texts, rate=50, seconds=5)  # warms up
    own = psutil.Process(router.process.pid)
    print("| rate | answered/s | p50 ms | p95 ms | p99 ms | max ms | refused | processor of the service |")
    print("|---|---|---|---|---|---|---|---|")
    for rate in RATES:
        before, start = sum(own.cpu_times()[:2]), time.perf_counter()
        found = load(router.url, TOKEN, texts, rate=rate, seconds=seconds)
        used = (sum(own.cpu_times()[:2]) - before) / (time.perf_counter() - start)
        shown = " | ".join(f"{1000 * quantile(found.seconds, share):.1f}" for share in (0.5, 0.95, 0.99, 1.0))
        print(f"| {rate} | {found.rate:.0f} | {shown} | {found.refused} | {used:.2f} cores |", flush=True)
    print(f"memory of the service: {own.memory_info().rss / 1e6:.0f} MB")


def logged_ids(workspace: Workspace) -> Counter[str]:
    """How often each id is in the log."""
    lines = [line for path in logs_of(workspace) for line in path.read_bytes().split(b"\n") if line]
    found: Counter[str] = Counter()
    for line in lines:
        try:
            found[json.loads(line)["id"]] += 1
        except ValueError:
            print(f"a line that was cut off: {len(line)} bytes")
    return found


def logs_of(workspace: Workspace) -> list[Path]:
    """The files of the router's log."""
    return sorted((workspace.folder.root / "logs").glob("router-*.jsonl"))


def loaded_until_killed(router: RouterProcess, texts: list[str], seconds: float) -> LoadResult:
    """Answers until the service is killed."""
    timer = threading.Timer(seconds / 2, router.process.kill)
    timer.start()
    return load(router.url, TOKEN, texts, rate=KILLED_RATE, seconds=seconds)


def check_kill(workspace: Workspace, texts: list[str], seconds: float) -> None:
    """Kill the service amid a load, start it again on the same log, and compare the answers with the log."""
    folder = workspace.folder.root
    with running_router(folder) as router:
        killed = loaded_until_killed(router, texts, seconds)
    with running_router(folder) as router:
        again = load(router.url, TOKEN, texts, rate=KILLED_RATE, seconds=seconds / 2)
        router.process.terminate()
        code = router.process.wait(60)
    logged = logged_ids(workspace)
    answered = [*killed.ids, *again.ids]
    missing = [one for one in answered if one not in logged]
    print(
        f"killed after {len(killed.ids):,} answers ({killed.lost} connections were cut), then {len(again.ids):,} more; "
        f"SIGTERM: exit code {code}\nin the log: {len(logged):,} ids; answered and not in the log: {len(missing)}; "
        f"in the log twice: {sum(count > 1 for count in logged.values())}"
    )


def add_log(workspace: Workspace) -> None:
    """Add the log as a user does, and draw coverage and drift from it."""
    added = workspace.add(logs_of(workspace), license="own")
    print(f"add: given {added.given:,} = added {added.added:,} + known {added.known:,} + dropped {added.dropped:,}")
    covered = workspace.coverage().coverage
    print(
        f"coverage: {covered.share:.1%} of {covered.queries:,} queries" if covered.share else "coverage: not measured"
    )
    run = workspace.runs()[-1]["name"]
    workspace.deploy(run, by="the benchmark", reason="to measure drift")
    print(f"drift: {workspace.decide().facts().drift}")


def main(seconds: float = SECONDS) -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, texts = workspace_with_run(Path(folder) / "ws")
        with running_router(workspace.folder.root, "--log", Path(folder) / "rates" / "router.jsonl") as router:
            print_rates(router, texts, seconds)
        check_kill(workspace, texts, seconds)
        add_log(workspace)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
