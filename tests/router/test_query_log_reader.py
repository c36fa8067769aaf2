"""The figures of a router are those of its log."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from winnow.core.errors import WinnowError
from winnow.core.result import Measured, NotMeasured
from winnow.generators.llm.spend.monthly_spend import MonthlySpend
from winnow.interaction_log.interaction_ids import new_interaction_id
from winnow.router.analytics import ConfidenceQuantiles, LatencyQuantiles, TimeSpan, measure_analytics, time_span
from winnow.router.query_log_reader import QueryLogReader, newest_queries

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = TimeSpan(since=NOON - timedelta(hours=12), until=NOON + timedelta(hours=12))


def line(minutes: float = 0, **changed: Any) -> bytes:
    fields = {
        "version": 1,
        "kind": "interaction",
        "id": new_interaction_id(),
        "timestamp": (NOON + timedelta(minutes=minutes)).isoformat(),
        "agent_role": "router",
        "model": "r1",
        "task": "my vpn drops",
        "output": "it_vpn",
        "result": {"status": "ok", "seconds": 0.01},
        "metadata": {"confidence": 0.9, "decided_by": "model", "route": "it"},
    }
    return json.dumps(fields | changed).encode() + b"\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "router.jsonl"


def day_file(log: Path, day: str = "2026-11-29") -> Path:
    return log.with_name(f"router-{day}.jsonl")


def test_new_lines_are_read_once_and_a_cut_off_one_when_it_is_whole(log: Path) -> None:
    reader = QueryLogReader(log)
    assert len(reader.read(DAY.since, DAY.until)) == 0
    whole = line(1, output="hr_leave", metadata={"confidence": 0.2, "decided_by": "fallback"})
    day_file(log).write_bytes(line() + whole[:50])
    assert len(reader.read(DAY.since, DAY.until)) == 1
    with day_file(log).open("ab") as handle:
        handle.write(whole[50:])
    for _ in range(2):
        found = reader.read(DAY.since, DAY.until)
        assert found.counts("label") == {"hr_leave": 1, "it_vpn": 1}
        assert found.counts("route") == {"": 1, "it": 1}
    day_file(log).write_bytes(line())  # another file, which is shorter
    assert reader.read(DAY.since, DAY.until).counts("label") == {"it_vpn": 1}
    day_file(log).unlink()
    assert len(reader.read(DAY.since, DAY.until)) == 0


def test_lines_that_are_no_queries_are_not_counted(log: Path) -> None:
    cut = line()[:40] + b"\n"
    update = {"kind": "update", "about": "x", "timestamp": NOON.isoformat(), "feedback": {"rating": 5}}
    others = [b"\n", b"[1]\n", b"7\n", b"\xff\n", b"[" * 100_000 + b"\n"]
    odd = line(metadata=[], result="x", output={"a": 1}, model=None)
    huge = line(metadata={"confidence": 10**400}, result={"seconds": float("inf")}, output=None)
    no_queries = [line(timestamp="yesterday"), line(timestamp=None), line(id="7"), line(id=7)]
    content = [line(), cut, json.dumps(update).encode() + b"\n", line(agent_role="other"), *others, odd]
    day_file(log).write_bytes(b"".join([*content, huge, *no_queries]))
    found = QueryLogReader(log).read(DAY.since, DAY.until)
    assert found.counts("label") == {"": 2, "it_vpn": 1}
    assert np.isnan(found.confidence).tolist() == np.isnan(found.seconds).tolist() == [False, True, True]
    assert found.unreadable == 5
    assert newest_queries(log, most=2) == ["my vpn drops", "my vpn drops"]


def test_a_query_is_counted_in_the_span_in_which_it_arrived(log: Path) -> None:
    day_file(log).write_bytes(line(-721) + line(-720) + line(719))
    day_file(log, "2026-11-30").write_bytes(line(719.99) + line(720))  # written in the file of the next day
    reader = QueryLogReader(log)
    assert len(reader.read(DAY.since, DAY.until)) == 3
    assert len(reader.read(DAY.since + timedelta(minutes=1), DAY.until)) == 2
    assert len(reader.read(DAY.since, DAY.until + timedelta(minutes=1))) == 4
    assert len(reader.read(DAY.until + timedelta(days=5), DAY.until + timedelta(days=6))) == 0


def test_a_query_that_was_sent_again_under_its_id_counts_once(log: Path) -> None:
    first, again = (line(id="01936f1e-5c1a-7b3e-9f00-0a1b2c3d4e5f", output=label) for label in ("first", "again"))
    day_file(log).write_bytes(first + line() + again)
    day_file(log, "2026-11-30").write_bytes(again)
    found = QueryLogReader(log).read(DAY.since, DAY.until)
    assert found.counts("label") == {"first": 1, "it_vpn": 1}


def test_figures_that_are_asked_for_at_once_agree(log: Path) -> None:
    lines = [line(i / 100) for i in range(2_000)]
    reader = QueryLogReader(log)

    def read(upto: int) -> int:
        with day_file(log).open("ab") as handle:
            handle.write(b"".join(lines[upto - 100 : upto]))
        return sum(reader.read(DAY.since, DAY.until).counts("label").values())

    with ThreadPoolExecutor(4) as threads:
        assert max(threads.map(read, range(100, 2_001, 100))) == 2_000


def test_the_name_of_a_log_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "[a]-2026-11-29.jsonl").write_bytes(line(task="mine"))
    (tmp_path / "a-2026-11-29.jsonl").write_bytes(line(task="of another log"))
    assert newest_queries(tmp_path / "[a].jsonl") == ["mine"]


def test_the_newest_queries_come_first_and_from_several_days(log: Path) -> None:
    day_file(log).write_bytes(line(task="a") + line(task="b"))
    day_file(log, "2026-11-30").write_bytes(line(task="c") + line(task={"no": "text"}) + line(task="d") + b'{"kind": ')
    assert newest_queries(log, most=3) == ["d", "c", "b"]
    assert newest_queries(log.with_name("other.jsonl")) == []


def test_the_figures_of_a_span(log: Path) -> None:
    confident = [line(i, result={"seconds": (i + 1) / 1000}) for i in range(90)]
    unsure = [line(output="oos", metadata={"confidence": 0.25, "decided_by": "fallback"}, result={}) for _ in range(10)]
    withheld = line(agent_role="", task=None, output=None, model=None, metadata=None, result={"seconds": 0.5})
    day_file(log).write_bytes(b"".join([*confident, *unsure, withheld]))
    found = QueryLogReader(log).read(DAY.since, DAY.until)
    spend = [MonthlySpend("2026-11", 3, 0.5)]
    figures = measure_analytics(found, DAY, uncovered=NotMeasured("x"), spend=spend)
    assert figures.queries == 101
    assert [(one.name, one.queries) for one in figures.by_label] == [("it_vpn", 90), ("oos", 10), ("", 1)]
    assert [(one.name, one.queries) for one in figures.by_decision] == [("model", 90), ("fallback", 10), ("", 1)]
    assert sum(one.share for one in figures.by_route) == pytest.approx(1)
    assert isinstance(figures.fallback, Measured)
    assert (figures.fallback.value, figures.fallback.rows) == (10 / 101, 101)
    assert figures.fallback.low < 10 / 101 < figures.fallback.high
    assert isinstance(figures.confidence, ConfidenceQuantiles)
    assert figures.confidence.histogram == [0, 0, 10, 0, 0, 0, 0, 0, 0, 90]
    assert (figures.confidence.p5, figures.confidence.p50) == (0.25, 0.9)
    assert isinstance(figures.latency_ms, LatencyQuantiles)
    assert (figures.latency_ms.queries, figures.latency_ms.p50, figures.latency_ms.p99) == (91, 46.0, 131.0)
    assert figures.spend == spend
    nothing = measure_analytics(
        QueryLogReader(log).read(NOON + timedelta(days=3), NOON + timedelta(days=4)),
        DAY, uncovered=NotMeasured("x"), spend=[],
    )  # fmt: skip
    assert (nothing.queries, nothing.by_label, type(nothing.fallback)) == (0, [], NotMeasured)
    assert type(nothing.confidence) is type(nothing.latency_ms) is NotMeasured


def test_a_span_is_a_month_at_most_and_not_empty() -> None:
    assert time_span(NOON, NOON + timedelta(days=31)).since == NOON
    naive = datetime(2026, 11, 29, 12)
    assert (
        time_span(naive, None if naive.astimezone(UTC) > datetime.now(UTC) else naive + timedelta(hours=1)).since
        == NOON
    )
    assert time_span(None, NOON).since == NOON - timedelta(days=1)
    wrong = [(NOON, NOON), (NOON, NOON - timedelta(days=1)), (NOON, NOON + timedelta(days=32))]
    years = [(datetime(1, 1, 1), None), (datetime(9999, 12, 31), None), (None, datetime(9999, 12, 31))]
    for since, until in [*wrong, *years]:
        with pytest.raises(WinnowError, match=r"since|until"):
            time_span(since, until)
