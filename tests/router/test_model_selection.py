"""Which run answers: at the start, after a selection, and after a restart."""

from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.router.conftest import TwoRuns
from tests.support.router_requests import RouterClient, client_of
from winnow.core.errors import WinnowError
from winnow.core.routing_vocabulary import RoutedBy
from winnow.curation.releases.select_for_router import select_for_router
from winnow.curation.store.router_selections import last_selection
from winnow.operations._context import WorkspaceContext
from winnow.router.active_model import ActiveModel, load_router
from winnow.router.routable_runs import starting_run, why_not_routed
from winnow.training import linear
from winnow.training.routing.router import Router
from winnow.training.run_facts import RunFile
from winnow.training.runs import RUN_FILE

STATED = {"by": "Ann", "reason": "staging"}


def context_of(two_runs: TwoRuns) -> WorkspaceContext:
    return two_runs.workspace._context


def test_the_newest_decision_counts_and_else_the_last_run(two_runs: TwoRuns) -> None:
    workspace, first, second = two_runs
    context = context_of(two_runs)
    assert starting_run(context).run == second
    workspace.deploy(first, **STATED)
    found = starting_run(context)
    assert (found.run, "deployed" in found.why, "Ann: staging" in found.why) == (first, True, True)
    select_for_router(context.store, context.folder, second, **STATED)
    assert (starting_run(context).run, "selected" in starting_run(context).why) == (second, True)
    set_back(context, "router_selection")
    assert starting_run(context).run == first
    shutil.rmtree(context.folder.runs / first)
    left = starting_run(context)
    assert left.run == second
    assert f"{first}, deployed" in left.why
    assert "cannot be used: its folder is missing or damaged" in left.why
    shutil.rmtree(context.folder.runs / second)
    with pytest.raises(WinnowError, match="no run that labels texts"):
        starting_run(context)


def set_back(context: WorkspaceContext, table: str) -> None:
    """Make a decision as old as it may be, which only a test may."""
    with context.store.writing() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
        connection.exec_driver_sql(f"UPDATE {table} SET at = '2020-01-01T00:00:00+00:00'")


def test_a_selection_loads_first_and_is_recorded_once(client: RouterClient, two_runs: TwoRuns) -> None:
    _, first, second = two_runs
    assert client.route("my vpn drops")["run"] == second
    done = client.send("POST", "/v1/models/select", json={"run": first, **STATED}).json()
    assert (done["run"], done["before"], done["by"], done["new"]) == (first, second, "Ann", True)
    assert client.route("my vpn drops")["run"] == first
    assert [one["id"] for one in client.send("GET", "/v1/models").json()["models"] if one["active"]] == [first]
    again = client.send("POST", "/v1/models/select", json={"run": first, **STATED}).json()
    assert (again["new"], again["at"], again["before"]) == (False, done["at"], first)
    assert two_runs.workspace.deployments() == []
    with client_of(two_runs.workspace.folder.root) as restarted:
        assert restarted.route("my vpn drops")["run"] == first
    with client_of(two_runs.workspace.folder.root, run=second) as named:
        assert named.route("my vpn drops")["run"] == second


WRONG: list[tuple[dict[str, object], str]] = [
    ({"run": "nothing"}, "no such run"),
    ({"by": " "}, "by: empty"),
    ({"reason": "\u200b"}, "reason: empty"),
    ({"reason": ""}, "reason"),
    ({"run": 7}, "run"),
    ({"more": 1}, "more"),
]


def test_a_wrong_selection_changes_nothing(shared_client: RouterClient) -> None:
    before = shared_client.started.router.run.id
    for change, shown in WRONG:
        refused = shared_client.send("POST", "/v1/models/select", json={"run": before, **STATED, **change})
        assert refused.status_code == 422
        assert shown in refused.text.replace('", "found": "', ": ")
    assert shared_client.route("my vpn drops")["run"] == before
    with shared_client.context.store.reading() as connection:
        assert last_selection(connection) is None


def test_a_run_that_was_changed_or_cannot_answer_is_refused(client: RouterClient, two_runs: TwoRuns) -> None:
    _, first, second = two_runs
    folder = client.context.folder.runs / first
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + b"\x00")
    refused = client.send("POST", "/v1/models/select", json={"run": first, **STATED})
    assert (refused.status_code, "missing or changed" in refused.text) == (409, True)
    weights.write_bytes(content)
    facts = json.loads((folder / RUN_FILE).read_text())
    (folder / RUN_FILE).write_text(json.dumps(facts | {"seconds": 1.0}))
    changed = client.send("POST", "/v1/models/select", json={"run": first, **STATED})
    assert (changed.status_code, "as recorded" in changed.text) == (409, True)
    assert client.route("my vpn drops")["run"] == second
    assert starting_run(client.context).run == second


def test_a_model_answers_until_another_one_is_loaded(two_runs: TwoRuns) -> None:
    context = context_of(two_runs)
    routers = {run: load_router(context, run) for run in (two_runs.first, two_runs.second)}
    loads = linear._load_model.cache_info().misses
    ready = threading.Event()

    def load(run: str | Path) -> Router:
        assert ready.wait(30)
        return routers[str(run)]

    model = ActiveModel(context, routers[two_runs.first], load)
    with ThreadPoolExecutor(1) as thread:
        selected = thread.submit(model.select, two_runs.second, **STATED)
        assert [one.run for one in model.answers(["my vpn drops"])] == [two_runs.first]
        ready.set()
        assert selected.result().before == two_runs.first
    assert [one.run for one in model.answers(["my vpn drops"])] == [two_runs.second]
    assert [one.run for one in routers[two_runs.first].answers(["my vpn drops"])] == [two_runs.first]
    assert linear._load_model.cache_info().misses == loads  # two runs that answer in turn are loaded once each


def test_what_the_run_does_not_answer_is_decided_by_rules(two_runs: TwoRuns, tmp_path: Path) -> None:
    texts = list(two_runs.workspace.release("first").rows("validation")["text"])
    answers = load_router(context_of(two_runs), two_runs.second).answers(texts)
    unsure = [text for text, one in zip(texts, answers, strict=True) if one.decided_by == RoutedBy.FALLBACK][:2]
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([{"label": "it_vpn", "contains": unsure[0]}]))
    with client_of(two_runs.workspace.folder.root, fallback=rules) as client:
        ruled = client.route(unsure[0])
        assert (ruled["label"], ruled["decided_by"]) == ("it_vpn", "rules")
        assert client.new_lines()[0]["metadata"]["decided_by"] == "rules"
        assert client.route(unsure[1])["decided_by"] == "fallback"
    with pytest.raises(WinnowError, match="the run itself"):
        load_router(context_of(two_runs), two_runs.first, fallback=two_runs.first)


def test_runs_that_label_no_texts_here_say_why() -> None:
    common = {
        "run": "r", "release": {"name": "first", "sha256": "0", "path": "."}, "settings": {}, "seed": 0, "versions": {},
        "trained_at": "2026-11-29T12:00:00+00:00", "routes": {}, "seconds": 1.0, "train_rows": 1,
        "embedder": {"model": None, "backend": "openvino", "identity": "x"},
    }  # fmt: skip
    prompted = {
        **common, "method": "prompt", "left_out": 0, "prompts": "1", "prompt": {"tokens": 1, "counted": "x"},
        "peak_memory": {"process_bytes": 1, "cuda_bytes": 1},
    }  # fmt: skip
    local = {"base": {"model": "m", "weights_hash": "0"}}
    reasons = {
        "paid request to claude-x": {**prompted, "model": "claude-x"},
        "answers in dialogues": {**prompted, **local, "call_format": "json"},
        "": {**prompted, **local},
    }
    for shown, facts in reasons.items():
        found = why_not_routed(RunFile.model_validate(facts).root)
        assert bool(found) == bool(shown)
        assert shown in found
    assert why_not_routed(None) == "its folder is missing or damaged"


def test_models_are_listed_with_their_figures_and_places(client: RouterClient, two_runs: TwoRuns) -> None:
    workspace, first, second = two_runs
    workspace.deploy(first, **STATED)
    named = {"run": second, "target": "vllm", "remote_id": " router-2 ", **STATED}
    assert client.send("POST", "/v1/models/remote", json=named).json() == {
        "run": second, "target": "vllm", "remote_id": "router-2", "new": True,
    }  # fmt: skip
    assert client.send("POST", "/v1/models/remote", json=named).json()["new"] is False
    taken = client.send("POST", "/v1/models/remote", json={**named, "run": first})
    assert (taken.status_code, f"'router-2' is run {second} in vllm" in taken.text) == (422, True)
    for wrong in ({"target": "moon"}, {"run": "nothing"}, {"remote_id": "\t"}, {"by": "!"}, {"by": "Ann\x1b[2J"}):
        assert client.send("POST", "/v1/models/remote", json={**named, **wrong}).status_code == 422
    with client.context.store.reading() as connection:
        stored = connection.exec_driver_sql("SELECT run, target, name, by, reason FROM remote_name").fetchall()
    assert [tuple(row) for row in stored] == [(second, "vllm", "router-2", "Ann", "staging")]
    shutil.rmtree(client.context.folder.runs / first)
    listed = client.send("GET", "/v1/models").json()
    newest, oldest = listed["models"]
    assert (listed["active"], newest["id"], newest["active"], newest["deployed"]) == (second, second, True, False)
    assert newest["remote"] == [{"target": "vllm", "remote_id": "router-2"}]
    assert (newest["state"], newest["base_model"]) == ("tuned", "all-MiniLM-L6-v2 (bundled)")
    assert newest["accuracy"]["status"] == "not_measured"
    assert (oldest["deployed"], oldest["why_not"]) == (True, "its folder is missing or damaged")


def test_measured_figures_have_their_interval(shared_client: RouterClient) -> None:
    first = shared_client.send("GET", "/v1/models").json()["models"][-1]
    accuracy = first["accuracy"]
    assert accuracy["low"] < accuracy["value"] < accuracy["high"]
    assert accuracy["rows"] == shared_client.context.release("first").counts["validation"]
    assert 0 < first["macro_f1"] <= 1
