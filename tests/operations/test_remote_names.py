"""Where a deployed run answers, and that its id there is never that of another run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tests.support.commands import run_winnow
from winnow.core.errors import WinnowError
from winnow.curation.store.remote_names import RemotePlace, store_remote_name, used_names
from winnow.workspace import Workspace


@pytest.fixture
def trained(trained_example: tuple[Workspace, str], tmp_path: Path) -> tuple[Workspace, str]:
    """A copy of the frozen example with its run."""
    shutil.copytree(trained_example[0].folder.root, tmp_path / "ws")
    return Workspace.find(tmp_path / "ws"), trained_example[1]


def test_an_id_in_a_runtime_is_never_that_of_two_runs(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    other = workspace.train("first", settings={"inverse_penalty": 0.01})[0].id
    made, new = workspace.deploy(run, by="Ann", reason="x", target="cloudflare", remote_id=" a-1 ")
    assert (made.target, made.remote_id, new) == ("cloudflare", "a-1", True)
    again = workspace.deploy(run, by="Ann", reason="x", target="cloudflare", remote_id="a-1")
    assert again == (made, False)
    assert workspace.deploy(run, by="Ann", reason="x", target="cloudflare", remote_id="a-2").new
    with pytest.raises(WinnowError, match=f"'a-1' is run {run} in cloudflare"):
        workspace.deploy(other, by="Bo", reason="y", target="cloudflare", remote_id="a-1")
    assert workspace.deploy(other, by="Bo", reason="y", target="vllm", remote_id="a-1").new
    assert workspace.deployments()[-1].target == "vllm"
    assert [entry["places"] for entry in workspace.runs()] == [
        [{"target": "cloudflare", "name": "a-1"}, {"target": "cloudflare", "name": "a-2"}],
        [{"target": "vllm", "name": "a-1"}],
    ]
    assert workspace.status().json()["deployed"]["remote_id"] == "a-1"


def test_names_are_written_once(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    other = workspace.train("first", settings={"inverse_penalty": 0.01})[0].id
    with workspace.store.writing() as connection:
        for _ in range(2):
            store_remote_name(connection, RemotePlace("ollama", "desk"), run)
        assert used_names(connection, "ollama") == {"desk": run}
        assert used_names(connection, "vllm") == {}
    with pytest.raises(IntegrityError), workspace.store.writing() as connection:
        store_remote_name(connection, RemotePlace("ollama", "desk"), other)
    for statement in ("UPDATE remote_name SET run = ''", "DELETE FROM remote_name"):
        with pytest.raises(IntegrityError), workspace.store.writing() as connection:
            connection.exec_driver_sql(statement)


def test_a_place_has_a_runtime_and_an_id(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    for target, remote_id, expected in (
        ("cloudflare", None, r"remote_id: missing"),
        (None, "a", r"target: missing"),
        ("heroku", "a", r"cloudflare"),
        ("cloudflare", " ", r"remote_id: ''"),
        ("cloudflare", "a\nb", r"remote_id: "),
    ):
        with pytest.raises(WinnowError, match=expected):
            workspace.deploy(run, by="Ann", reason="x", target=target, remote_id=remote_id)
    assert workspace.deployments() == []


def test_the_commands_show_where_a_run_answers(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    root = workspace.folder.root
    given = ("--by", "Ann", "--reason", "x", "--target", "cloudflare", "--remote-id", "a-1")
    told = run_winnow("deploy", run, *given, cwd=root)
    assert f"{run} deployed in cloudflare as a-1 since" in told.stdout
    assert f"{run} in cloudflare as a-1" in run_winnow("status", cwd=root).stdout.replace("\n", " ")
    assert "cloudflare a-1" in run_winnow("runs", cwd=root).stdout
    assert "in cloudflare as a-1" in run_winnow("deploy", "--history", cwd=root).stdout
    _, page = workspace.report()
    assert f"<b>{run}</b> in cloudflare as a-1, since" in page.read_text()
    listed = json.loads(run_winnow("deploy", "--history", "--json", cwd=root).stdout)["deployments"]
    assert [one["remote_id"] for one in listed] == ["a-1"]
