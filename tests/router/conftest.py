"""A workspace with two linear runs, and the service over it in this process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.build_once import build_once
from tests.support.router_requests import RouterClient, client_of
from winnow.workspace import Workspace


class TwoRuns(NamedTuple):
    """A workspace and its runs."""

    workspace: Workspace
    first: str
    second: str


@pytest.fixture(scope="session")
def two_runs_to_copy(trained_example: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with two linear runs, the first one measured, to copy."""

    def build(folder: Path) -> None:
        shutil.copytree(trained_example[0].folder.root, folder, symlinks=True)
        workspace = Workspace.find(folder)
        workspace.evaluate(trained_example[1])
        workspace.train("first", settings={"inverse_penalty": 0.5})

    return build_once(tmp_path_factory, "two-runs", build)


def runs_in(folder: Path) -> TwoRuns:
    """The workspace in a folder, and its runs."""
    workspace = Workspace.find(folder)
    first, second = (entry["name"] for entry in workspace.runs())
    return TwoRuns(workspace, first, second)


@pytest.fixture
def two_runs(two_runs_to_copy: Path, tmp_path: Path) -> TwoRuns:
    """A copy of its own."""
    return runs_in(Path(shutil.copytree(two_runs_to_copy, tmp_path / "ws", symlinks=True)))


@pytest.fixture
def client(two_runs: TwoRuns) -> Iterator[RouterClient]:
    """A service of its own, which answers with the second run."""
    with client_of(two_runs.workspace.folder.root) as client:
        yield client


@pytest.fixture(scope="module")
def shared_client(two_runs_to_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RouterClient]:
    """A service for tests that change nothing but its log; it answers with the second run."""
    with client_of(
        shutil.copytree(two_runs_to_copy, tmp_path_factory.mktemp("shared") / "ws", symlinks=True)
    ) as client:
        yield client
