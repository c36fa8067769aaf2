"""Runs that come home and leave home: bound to their release by hash, found by name or path, never trusted blindly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import winnow
from tests.support.commands import run_winnow
from winnow.cli.main import app
from winnow.core.errors import GateError, WinnowError
from winnow.operations._context import FolderContext
from winnow.operations.list_runs import find_runs
from winnow.training.run_release import release_of
from winnow.training.runs import RUN_FILE, Run, open_run
from winnow.workspace import Workspace


@pytest.fixture
def home(trained_example: tuple[Workspace, str], tmp_path: Path) -> tuple[Workspace, str]:
    """A copy of a workspace with a release and a run."""
    workspace, run = trained_example
    shutil.copytree(workspace.folder.root, tmp_path / "home")
    return winnow.open(tmp_path / "home"), run


def trained_elsewhere(workspace: Workspace, folder: Path, *, name: str = "first", seed: int = 7) -> Run:
    """A run that was trained in another folder on a copy of the release, whose folder there has this name."""
    from winnow.operations.train import train

    shutil.copytree(workspace.folder.releases / "first", folder / name)
    context = FolderContext()
    context.runs_folder = folder / "models"
    return train(context, folder / name, seed=seed).run


def rewrite(folder: Path, **changes: Any) -> None:
    facts = json.loads((folder / RUN_FILE).read_text())
    (folder / RUN_FILE).write_text(json.dumps(facts | changes))


def names(workspace: Workspace) -> list[str]:
    return [entry["name"] for entry in workspace.runs()]


def test_a_run_that_comes_home_is_used_like_one_of_the_workspace(home: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, own = home
    run = trained_elsewhere(workspace, tmp_path / "gpu", name="copy")
    shutil.move(run.path, workspace.folder.runs / "from-the-gpu")
    shutil.rmtree(tmp_path / "gpu")
    assert names(workspace) == [own, run.id]
    entry = workspace.runs()[-1]
    assert (entry["available"], entry["deployed"], entry["detail"]["release"]) == (True, False, "first")
    assert (workspace.folder.runs / run.id / RUN_FILE).is_file()
    evaluated = workspace.evaluate(run.id)
    assert evaluated.evaluation.release.path == workspace.folder.releases / "first"
    assert {one.id for one in workspace.compare([own, run.id]).comparison.runs} == {own, run.id}
    assert workspace.feedback(run.id).plan.exists()
    assert workspace.decide(run.id).facts().candidate == run.id
    assert workspace.deploy(run.id, by="Ann", reason="better").deployment.run == run.id
    assert [entry["deployed"] for entry in workspace.runs()] == [False, True]
    assert workspace.decide().facts().baseline.name == run.id


def test_a_run_given_by_its_path_is_decided_on_and_brought_home_when_it_is_deployed(
    home: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, own = home
    run = trained_elsewhere(workspace, tmp_path / "gpu")
    shutil.rmtree(tmp_path / "gpu" / "first")
    workspace.evaluate(run.path)
    assert workspace.decide(run.path).facts().candidate == run.id
    assert names(workspace) == [own]
    assert workspace.deploy(run.path, by="Ann", reason="better").new
    assert not workspace.deploy(run.path, by="Ann", reason="better").new
    assert names(workspace) == [own, run.id]
    shutil.rmtree(run.path)
    assert workspace.decide().facts().baseline.name == run.id


def test_a_run_that_leaves_home_finds_its_release_beside_it(home: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, own = home
    away = tmp_path / "away"
    shutil.copytree(workspace.folder.runs / own, away / "models" / "mine")
    decoy = shutil.copytree(workspace.folder.releases / "first", away / "first")
    (decoy / "manifest.json").write_text((decoy / "manifest.json").read_text() + "\n")
    with pytest.raises(WinnowError, match="its release is not here") as caught:
        release_of(open_run(away / "models" / "mine"))
    assert workspace.release("first").sha256 in str(caught.value)
    for place in (away / "models" / "data", away / "releases" / "other-name", away / "models" / "releases" / "x"):
        shutil.copytree(workspace.folder.releases / "first", place)
        assert release_of(open_run(away / "models" / "mine")).path == place.resolve()
        shutil.rmtree(place)


def test_a_run_of_a_release_that_is_not_here_names_the_hash(home: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, own = home
    run = trained_elsewhere(workspace, tmp_path / "gpu")
    shutil.rmtree(tmp_path / "gpu" / "first")
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    shutil.copy(workspace.folder.task_file, stranger)
    other = winnow.open(stranger)
    shutil.copytree(run.path, other.folder.runs / run.id)
    found = find_runs(other._context)
    assert found.entries == []
    (problem,) = found.problems
    assert f"its release is not here: SHA-256 {run.facts.release.sha256}, frozen as first" in problem.found
    assert str(other.folder.releases) in problem.fix
    for use in (
        lambda: other.evaluate(run.id),
        lambda: other.deploy(other.folder.runs / run.id, by="Ann", reason="x"),
        lambda: other.compare([run.id, workspace.folder.runs / own]),
    ):
        with pytest.raises(WinnowError, match=run.facts.release.sha256):
            use()
    shutil.copytree(workspace.folder.releases / "first", other.folder.releases / "renamed")
    assert names(other) == [run.id]
    assert other.evaluate(run.id).evaluation.release.name == "renamed"


@pytest.mark.parametrize(
    "change",
    [
        {"release": {"name": "second", "sha256": "", "path": "../first"}},
        {"seed": 99},
        {"settings": {"inverse_penalty": 123.0}},
        {"versions": {"python": "2.7"}},
        {"run": "first-linear-00000000"},
    ],
)
def test_facts_that_do_not_belong_to_the_id_are_refused(
    home: tuple[Workspace, str], tmp_path: Path, change: dict[str, Any]
) -> None:
    workspace, own = home
    shutil.copytree(workspace.folder.runs / own, tmp_path / own)
    if "release" in change:
        change = {"release": change["release"] | {"sha256": workspace.release("first").sha256}}
    rewrite(tmp_path / own, **change)
    with pytest.raises(GateError, match="are not those of run"):
        workspace.evaluate(tmp_path / own)
    shutil.move(tmp_path / own, workspace.folder.runs / "changed")
    found = find_runs(workspace._context)
    assert [entry["name"] for entry in found.entries] == [own]
    assert "are not those of run" in found.problems[0].found


def test_an_id_that_is_no_name_of_a_folder_is_refused(home: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, own = home
    shutil.copytree(workspace.folder.runs / own, workspace.folder.runs / "copy")
    facts = open_run(workspace.folder.runs / own).facts
    for name in ("../../out", ".hidden", "a/b", "/tmp/x"):
        rewrite(
            workspace.folder.runs / "copy",
            run=own.replace("first", name, 1),
            release={"name": name, "sha256": facts.release.sha256, "path": facts.release.path},
        )
        found = find_runs(workspace._context)
        assert [entry["name"] for entry in found.entries] == [own]
        assert "are not those of run" in found.problems[0].found


def test_another_run_under_the_same_id_is_told_and_never_deployed(home: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, own = home
    shutil.copytree(workspace.folder.runs / own, tmp_path / own)
    assert workspace.deploy(tmp_path / own, by="Ann", reason="the same run").deployment.run == own
    rewrite(tmp_path / own, trained_at="2020-01-01T00:00:00Z")
    for use in (lambda: workspace.deploy(tmp_path / own, by="A", reason="x"), lambda: workspace.decide(tmp_path / own)):
        with pytest.raises(GateError, match="another run of the same id"):
            use()
    shutil.copytree(tmp_path / own, workspace.folder.runs / "copy")
    found = find_runs(workspace._context)
    assert [entry["name"] for entry in found.entries] == [own]
    assert "another run of the same id" in found.problems[0].found


def test_a_damaged_run_is_told_and_hides_no_other(home: tuple[Workspace, str]) -> None:
    workspace, own = home
    (workspace.folder.runs / "broken").mkdir()
    (workspace.folder.runs / "unreadable").mkdir()
    (workspace.folder.runs / "unreadable" / RUN_FILE).write_text('{"run": ')
    found = find_runs(workspace._context)
    assert [entry["name"] for entry in found.entries] == [own]
    assert ["not a readable run" in one.found for one in found.problems] == [True, True]
    listed = run_winnow("runs", cwd=workspace.folder.root)
    assert listed.returncode == 0
    assert "unreadable: not a readable run" in " ".join((listed.stdout + listed.stderr).split())
    assert workspace.decide().facts().candidate == own


@pytest.mark.parametrize("content", [None, b"", b"junk"])
def test_a_run_with_damaged_weights_is_told_and_never_used(home: tuple[Workspace, str], content: bytes | None) -> None:
    workspace, own = home
    weights = workspace.folder.runs / own / "model.safetensors"
    assert list(open_run(weights.parent).facts.weights) == ["model.safetensors"]
    if content is None:
        weights.unlink()
    else:
        weights.write_bytes(content)
    for use in (
        lambda: workspace.evaluate(own),
        lambda: workspace.predict(own, ["my vpn drops"]),
        lambda: workspace.deploy(weights.parent, by="Ann", reason="x"),
        lambda: workspace.deploy(own, by="Ann", reason="x"),
    ):
        with pytest.raises(GateError, match=r"model\.safetensors: missing or changed"):
            use()
    (problem,) = find_runs(workspace._context).problems
    assert problem.where.endswith("model.safetensors")


def test_a_name_that_no_run_has_is_an_error_with_the_nearest(home: tuple[Workspace, str]) -> None:
    workspace, own = home
    with pytest.raises(WinnowError, match=f"no such run.*did you mean '{own}'"):
        workspace.evaluate(own[:-1])


@pytest.fixture
def elsewhere(home: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str, Run]:
    """A folder without a workspace, which is the current one: a copy of a release, and two runs on it."""
    workspace, own = home
    other = trained_elsewhere(workspace, tmp_path / "gpu")
    place = tmp_path / "elsewhere"
    shutil.copytree(workspace.folder.runs / own, place / "runs" / own)
    shutil.copytree(workspace.folder.releases / "first", place / "releases" / "first")
    shutil.copytree(workspace.folder.releases / "first", tmp_path / "apart")
    monkeypatch.chdir(place)
    return place, own, other


def printed(*arguments: object) -> Any:
    """What a command prints with --json."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return json.loads(done.stdout)


def test_commands_on_releases_take_names_and_paths_where_there_is_no_workspace(
    elsewhere: tuple[Path, str, Run], tmp_path: Path
) -> None:
    place, _, _ = elsewhere
    release = place / "releases" / "first"
    for one in ("first", release, "releases/first", tmp_path / "apart"):
        assert printed("verify", one)["ok"]
        assert printed("export", one, "--format", "csv")["files"]["test.csv"] > 0
    assert (place / "exports" / "first-csv" / "test.csv").exists()
    assert printed("diff", "first", tmp_path / "apart")["report"] == "reports/diff-first-apart.html"
    assert printed("verify", "first")["ok"]
    for folder in ([], ["releases"], [release], [tmp_path / "home"]):
        assert [entry["name"] for entry in printed("releases", *folder)["releases"]] == ["first"]


def test_commands_on_runs_take_ids_and_paths_where_there_is_no_workspace(
    elsewhere: tuple[Path, str, Run], tmp_path: Path
) -> None:
    place, own, other = elsewhere
    for one in (own, place / "runs" / own, f"runs/{own}"):
        assert printed("evaluate", one)["rows"] > 0
    assert len(printed("compare", own, other.path)["runs"]) == 2
    for folder in ([], ["runs"], [place / "runs" / own], [tmp_path / "home"]):
        assert [entry["name"] for entry in printed("runs", *folder)["runs"]] == [own]
    assert [entry["name"] for entry in printed("runs", other.path.parent)["runs"]] == [other.id]
    assert "no readable release" in run_winnow("verify", "secnd", cwd=place).stderr


def test_a_damaged_release_in_a_folder_is_named_and_the_others_are_listed(
    home: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, _ = home
    shutil.copytree(workspace.folder.releases / "first", tmp_path / "all" / "good")
    shutil.copytree(workspace.folder.releases / "first", tmp_path / "all" / "bad")
    (tmp_path / "all" / "bad" / "manifest.json").write_text('{"format": 1}')
    listed = json.loads(run_winnow("releases", "all", "--json", cwd=tmp_path).stdout)
    assert [entry["name"] for entry in listed["releases"]] == ["good"]
    assert all("bad" in one for one in listed["problems"])
    shown = run_winnow("releases", "all", cwd=tmp_path)
    assert shown.returncode == 0
    assert "next: winnow verify RELEASE" in shown.stdout + shown.stderr  # there is nothing to freeze
