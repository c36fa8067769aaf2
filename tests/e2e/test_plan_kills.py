"""A plan whose command is killed again and again is filled once: no answer is bought, and no record added, twice."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.fakes.claude import outcomes as o
from tests.fakes.claude.price_table import Price
from tests.fakes.claude.scripts import always
from tests.fakes.claude.server import Claude
from tests.fakes.claude_answers import careful
from tests.support.commands import WINNOW_SCRIPT
from tests.support.workspaces import new_workspace
from winnow.generators.llm.spend.spend_database import SpendDatabase

QUOTAS = {"per_label": {"it_wifi": 8}, "ambiguous": 12, "negatives": 8}

MORE = "fallback: other\nconfusable: [[it_wifi, it_vpn]]\nvariations_per_seed: 2\ngenerate: {per_request: 2}\n"

KILLS = 4

RECEIVED_TWICE = "SELECT request_id FROM attempt WHERE state = 'received' GROUP BY request_id HAVING count(*) > 1"


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claude]:
    prices = {"claude-sonnet-5-5": Price(2.0, 10.0, cache_read_share=0.05)}
    with Claude(writer=careful, prices=prices, script=always(o.slow(0.3))) as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server


def begin(root: Path) -> subprocess.Popen[str]:
    command = [str(WINNOW_SCRIPT), "generate", "--plan", "plan.json", "--budget", "50", "--json"]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_kills_lose_and_double_nothing(tmp_path: Path, claude: Claude) -> None:
    workspace = new_workspace(tmp_path / "ws", "it_wifi", "it_vpn", "other", more=MORE)
    root = workspace.folder.root
    rows = [
        {"text": f"{label} does not work in place {place}", "label": label, "split": "train"}
        for label in ("it_wifi", "it_vpn", "other")
        for place in ("attic", "cellar", "lobby", "garden")
    ]
    workspace.add(pd.DataFrame(rows), license="own")
    (root / "plan.json").write_text(json.dumps({"id": "p1", "quotas": QUOTAS}))
    for _ in range(KILLS):
        process, before, deadline = begin(root), len(claude.bodies), time.monotonic() + 120
        while len(claude.bodies) < before + 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        process.kill()
        process.communicate()
    done, errors = begin(root).communicate(timeout=300)
    result = json.loads(done)
    assert {quota["missing"] for quota in result["quotas"]} == {0}, errors
    with SpendDatabase(workspace.folder.spend_database).reading() as connection:
        assert connection.exec_driver_sql(RECEIVED_TWICE).fetchall() == []
    records = workspace.records()
    made = records[records["origin"] == "synthetic"]
    assert made["text"].is_unique
    again = json.loads(begin(root).communicate(timeout=300)[0])
    assert again["steps"] == []
    assert len(workspace.records()) == len(records)
