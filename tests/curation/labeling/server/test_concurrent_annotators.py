"""Annotators at work on a pushed queue, and the application killed under them: Argilla and `pull` have every answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from wordfreq import top_n_list

from benchmarks.concurrent_annotators import hire, label, report
from tests.support.files import write_jsonl
from winnow.curation.store import tables
from winnow.workspace import Workspace


def hold(workspace: Workspace, tmp_path: Path, *, people: int, records: int, seconds: float) -> int:
    """Let people label while the application is killed once; how many answers were acknowledged, all of them pulled."""
    words, chance = top_n_list("en", 5000), random.Random(1)
    rows: list[dict[str, object]] = [{"text": " ".join(chance.sample(words, 9))} for _ in range(records)]
    workspace.add(write_jsonl(tmp_path / "traffic.jsonl", rows), origin="log")
    server = workspace.serve()
    try:
        pushed = workspace.push("label", count=records, second_reviewer_share=0)
        assert pushed.records > 0.9 * records
        keys = hire(server, people, "p")
        queue = server.owner_api().get("me/datasets")["items"][0]["id"]
        works, taken = label(server, queue, keys, seconds, think=0.0, kill=True, value="b")
        report(works, taken, f"{people} people on {pushed.records:,} records, killed once")
        assert "server ended with -9: restarting it" in server.log.read_text()
        pulled = workspace.pull()
        acknowledged = {one.names[record] for one in works for record in one.acknowledged}
        with workspace.store.reading() as connection:
            decision = tables.decision.c
            by_people = select(decision.record_id, decision.who).where(decision.actor == "person")
            decided = [tuple(row) for row in connection.execute(by_people)]
        assert acknowledged <= {record for record, _ in decided}
        assert len(decided) == len(set(decided)) == pulled.imported.decisions
        return sum(len(one.acknowledged) for one in works)
    finally:
        assert workspace.stop_serving()


def test_a_kill_loses_no_acknowledged_answer_of_four(
    environment: Path, make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    assert hold(make_workspace("a", "b"), tmp_path, people=4, records=500, seconds=8) > 10


@pytest.mark.slow
def test_a_kill_loses_no_acknowledged_answer_of_twenty(
    environment: Path, make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    assert hold(make_workspace("a", "b"), tmp_path, people=20, records=50_000, seconds=60) > 100
