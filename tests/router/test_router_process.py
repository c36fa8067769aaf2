"""The service as a process: killed amid queries, started again, and told to stop."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.router.conftest import TwoRuns
from tests.support.router_load import LoadResult, load
from tests.support.router_processes import TOKEN, RouterProcess, running_router
from winnow.interaction_log.append_block import append_block
from winnow.workspace import Workspace

TEXTS = ["my vpn drops every hour", "when do I get paid", "how do I book leave", "what is the meaning of life"]


def logged_ids(folder: Path) -> Counter[str]:
    """How often each id is in the log; a line that a kill cut off has none."""
    found: Counter[str] = Counter()
    for path in (folder / "logs").glob("router-*.jsonl"):
        for line in path.read_bytes().split(b"\n"):
            if line.endswith(b"}") and "id" in (fields := json.loads(line)):
                found[fields["id"]] += 1
    return found


def test_every_answered_query_is_in_the_log_once_after_a_kill_and_a_stop(two_runs: TwoRuns) -> None:
    workspace, first, second = two_runs
    folder = workspace.folder.root
    with running_router(folder) as router:
        assert router.started["run"] == second
        killed = load(router.url, TOKEN, TEXTS, rate=200, seconds=60, connections=8, on_answer=killed_after(router, 40))
        assert killed.lost
    log = next((folder / "logs").glob("router-*.jsonl"))
    with log.open("ab") as handle:
        handle.write(b'{"version":1,"kind":"interaction","id":"cut off by a k')
    before = logged_ids(folder).keys()
    with running_router(folder) as router:
        selected = router.call("/v1/models/select", {"run": first, "by": "Ann", "reason": "staging"})
        assert (selected.status, selected.content["before"]) == (200, second)
        with ThreadPoolExecutor(4) as threads:
            other = b'{"version":1,"kind":"update"}\n'  # another process writes to the log meanwhile
            writing = threads.submit(lambda: [append_block(log, other) for _ in range(50)])
            sending = [threads.submit(router.call, "/v1/route", {"texts": TEXTS * 20}) for _ in range(3)]
            while not logged_ids(folder).keys() - before:
                time.sleep(0.01)
            router.process.terminate()
            replies = [one.result() for one in sending]
            writing.result()
        assert router.process.wait(30) == 0
        assert "Traceback" not in router.process.communicate()[1]
    answers = [one for reply in replies for one in reply.content["answers"]]
    assert {one["run"] for one in answers} == {first}
    logged = logged_ids(folder)
    assert len(killed.ids) >= 40
    assert set(killed.ids) | {one["id"] for one in answers} <= logged.keys()
    assert max(logged.values()) == 1
    assert "cut off by a k\n" in log.read_text()
    assert workspace.add(log, license="own").given >= len(logged)


def killed_after(router: RouterProcess, answers: int) -> Callable[[LoadResult], None]:
    """Kill the service once so many queries were answered."""

    def on_answer(found: LoadResult) -> None:
        if len(found.ids) >= answers:
            router.process.kill()

    return on_answer


@pytest.mark.slow
def test_a_load_with_kills_and_a_selection_loses_no_query_and_feeds_coverage_and_drift(two_runs: TwoRuns) -> None:
    workspace, first, second = two_runs
    folder = workspace.folder.root
    answered: list[str] = []
    texts = [f"{text} {number}" for number in range(500) for text in TEXTS]
    with ThreadPoolExecutor(1) as thread:
        with running_router(folder) as router:
            change = {"run": first, "by": "Ann", "reason": "amid a load"}
            selected = thread.submit(router.call, "/v1/models/select", change)

            def on_answer(found: LoadResult) -> None:
                if len(found.ids) >= 400 and found.runs[-1] == first:
                    router.process.kill()

            found = load(router.url, TOKEN, texts, rate=200, seconds=120, on_answer=on_answer)
            assert selected.result().status == 200
        answered += found.ids
        assert set(found.runs) == {first, second}
    for answers in (1, 300, 500):
        with running_router(folder) as router:
            found = load(router.url, TOKEN, texts, rate=200, seconds=120, on_answer=killed_after(router, answers))
        assert set(found.runs) == {first}
        answered += found.ids
    logged = logged_ids(folder)
    assert len(answered) > 1_200
    assert set(answered) <= logged.keys()
    assert max(logged.values()) == 1
    check_loop(workspace, folder)


def check_loop(workspace: Workspace, folder: Path) -> None:
    """The log feeds coverage and drift without further steps."""
    added = workspace.add(sorted((folder / "logs").glob("router-*.jsonl")), license="own")
    assert added.added >= 400
    coverage = workspace.coverage().coverage
    assert coverage.queries >= 1_000
    assert coverage.share is not None
    workspace.deploy(workspace.runs()[0]["name"], by="Ann", reason="in production")
    drift = workspace.decide().facts().drift
    assert drift.newer >= 1_000  # type: ignore[union-attr]
