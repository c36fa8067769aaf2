"""Twenty annotators at once, and the application killed under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.labeling import fill, make
from benchmarks.labeling_people import hire, label, report
from curation.serving.people import annotators
from curation.serving.server import start, stop


def hold(home: Path, people: int, records: int, seconds: float) -> int:
    """Let people label while the application is killed once; how many answers were acknowledged, all of them kept."""
    server, process = start(home, host="127.0.0.1", port=0, note=print)
    try:
        annotators(server.owner())  # makes the workspace
        queue = make(server.owner(), "people")
        fill(server.owner(), queue, records)
        works, taken = label(server, queue, hire(server, people, "p"), seconds, think=0.0, kill=True)
        report(works, taken, f"{people} people on {records:,} records, killed once")
        assert "server ended with -9: restarting it" in server.log.read_text()
        assert sum(one.retries for one in works)
        return sum(len(one.acknowledged) for one in works)
    finally:
        stop(home)
        assert process is not None
        process.wait(10)


def test_a_kill_loses_no_acknowledged_answer_of_four(environment: Path, tmp_path: Path) -> None:
    assert hold(tmp_path / "server", people=4, records=500, seconds=8) > 10


@pytest.mark.slow
def test_a_kill_loses_no_acknowledged_answer_of_twenty(environment: Path, tmp_path: Path) -> None:
    assert hold(tmp_path / "server", people=20, records=50_000, seconds=60) > 100
