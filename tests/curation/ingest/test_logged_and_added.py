"""What `winnow.log_interaction` writes is what `add` reads."""

from __future__ import annotations

from pathlib import Path

import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.dialogues import TOOLS, tools_workspace
from tests.support.logged_lines import call
from tests.support.workspaces import new_workspace
from winnow.cli.render.add_summary import interaction_line
from winnow.curation.ingest.log_rulings import InteractionCounts


def test_a_router_that_logs_its_calls_gives_labeled_queries(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "ws", "it_vpn", "it_wifi")
    log = workspace.folder.root / "router.jsonl"

    @winnow.log_interaction(log, agent_role="router")
    def route(query: str) -> str:
        if "?" in query:
            raise ValueError(f"no route for {query}")
        return "it_vpn"

    for query in ("my vpn drops", "the wifi drops"):
        assert route(query) == "it_vpn"
    with pytest.raises(ValueError, match=r"no route"):
        route("what now?")
    wrong = winnow.log_interaction(log, agent_role="router", task="no wifi today", output="it_vpn")
    first = workspace.add(log, license="own")
    assert first.interactions == InteractionCounts(0, {"unrated": 3}, 0, {"status error": 1})
    winnow.log_interaction(log, about=wrong, feedback={"rating": 1, "corrections": {"label": "it_wifi"}, "by": "u-7"})
    second = workspace.add(log, license="own")
    assert second.interactions == InteractionCounts(2, {}, 1, {"status error": 1})
    labeled = workspace.records().query("state == 'labeled'")
    assert labeled[["text", "label", "decided_by"]].to_numpy().tolist() == [["no wifi today", "it_wifi", "person"]]


def test_a_conversation_with_tools_is_logged_corrected_and_exported(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "ws")
    log = workspace.folder.root / "assistant.jsonl"
    messages = [{"role": "user", "content": "Weather in Paris?"}]
    good = winnow.log_interaction(
        log, agent_role="a", messages=messages, tools=TOOLS, output=call("Rome"), session="s", result={"status": "ok"}
    )
    workspace.add(log, license="own")
    winnow.log_interaction(log, about=good, feedback={"corrections": {"calls": [call("Paris")]}})
    result = workspace.add(log, license="own")
    assert (result.given, result.added, result.superseded) == (2, 1, 1)
    states = workspace.records()["state"].tolist()
    assert sorted(states) == ["labeled", "superseded"]


def test_the_command_says_what_became_of_the_interactions(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "ws")
    log = workspace.folder.root / "log.jsonl"
    winnow.log_interaction(log, agent_role="a", task="Weather?", output=call("Rome"), feedback={"rating": 1})
    winnow.log_interaction(log, agent_role="a", task="Weather in Rome?", output=call("Rome"), feedback={"rating": 5})
    done = run_winnow("add", "log.jsonl", "--license", "own", cwd=workspace.folder.root)
    assert done.returncode == 0, done.stderr
    assert "given 2 = added 1 + known 0 + dropped 1" in done.stdout
    assert "interactions: 0 known, 1 taken (good 1), 0 updated; 1 failed (rating 1)" in done.stdout


def test_counts_are_shown_by_judgment_and_reason() -> None:
    counts = InteractionCounts(12, {"unrated": 3, "good": 1_200}, 2, {"tests": 1, "rating": 4})
    shown = "interactions: 12 known, 1,203 taken (good 1,200, unrated 3), 2 updated; 5 failed (rating 4, tests 1)"
    assert interaction_line(counts) == shown
