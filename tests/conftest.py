"""What tests share: a cache for the converted model, the shipped example, and the public data where it is at hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes.claude import Claude

import winnow
from winnow.core.errors import ServiceError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.server.accounts import add_annotator
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server
from winnow.curation.labeling.server.server_environment import server_python
from winnow.workspace import Workspace

if TYPE_CHECKING:
    import anthropic


ROOT = Path(__file__).resolve().parent.parent


EXAMPLE = ROOT / "examples" / "helpdesk"


SHARED = Path(os.environ.get("WINNOW_TEST_DATA", ROOT.parent / "shared" / "data"))


WINNOW = Path(sys.executable).parent / "winnow"


@pytest.fixture(scope="session", autouse=True)
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache for the converted model, so that each session converts once and leaves the user's own alone.

    WINNOW_TEST_CACHE names one that is kept from session to session.
    """
    folder = Path(os.environ.get("WINNOW_TEST_CACHE") or tmp_path_factory.mktemp("cache"))
    os.environ["WINNOW_CACHE"] = str(folder)
    yield folder
    del os.environ["WINNOW_CACHE"]


@pytest.fixture
def make_workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Workspaces with the labels named: `make_workspace("a", "b")`."""

    def make(*labels: str, name: str = "ws", more: str = "") -> Workspace:
        folder = tmp_path / name
        folder.mkdir()
        entries = "".join(f"  - name: {json.dumps(label)}\n" for label in labels)
        licenses = "" if "licenses:" in more else "licenses: {allow: [unknown]}\n"
        (folder / "winnow.yaml").write_text(f"name: test\nkind: intents\nlabels:\n{entries}{licenses}{more}")
        return winnow.open(folder)

    return make


def add_example(folder: Path, license: str = "Apache-2.0") -> Workspace:
    """A workspace with the shipped example added."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "winnow.yaml", folder)
    workspace = winnow.open(folder)
    workspace.add(EXAMPLE / "labeled.jsonl", license=license)
    return workspace


@pytest.fixture(scope="session")
def frozen_example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example, added and frozen as `first`; tests must not change it."""
    workspace = add_example(tmp_path_factory.mktemp("example") / "ws")
    workspace.freeze("first")
    return workspace


@pytest.fixture(scope="session")
def trained_example(frozen_example: Workspace) -> tuple[Workspace, str]:
    """The frozen example and the id of a run trained on it."""
    run, _ = frozen_example.train("first")
    return frozen_example, run.id


def public_data(name: str) -> Path:
    """A public dataset's file; the test skips, saying so, where it is not at hand."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"public data not at hand: {path} (set WINNOW_TEST_DATA)")
    return path


def command(*arguments: object, cwd: Path, **kwargs: object) -> subprocess.CompletedProcess[str]:
    """Run the installed `winnow` as a user would."""
    return subprocess.run(
        [str(WINNOW), *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=300, **kwargs
    )


def write_jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def environment(model_cache: Path) -> Path:
    """The server's own environment, made by pip as a user's is."""
    try:
        return server_python(print)
    except ServiceError as error:
        probe = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--quiet",
            "--dest",
            str(model_cache),
            "aiosqlite",
        ]
        if subprocess.run(probe, capture_output=True, timeout=120).returncode:
            pytest.skip(f"pip reaches no package index: {error}")
        raise


@pytest.fixture(scope="session")
def server(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    # what a path may hold and a URL may not
    home = tmp_path_factory.mktemp("labeling 100% ?#") / "server"
    running, process = start_server(home, host="127.0.0.1", port=0, note=print)
    yield running
    assert process is not None
    stop_server(home)
    process.wait(10)


def sign_in(server: EmbeddedServer, name: str, password: str) -> str:
    form = f"username={name}&password={password}".encode()
    with urllib.request.urlopen(f"{server.url}/api/v1/token", data=form, timeout=30) as answer:
        return str(json.load(answer)["access_token"])


def person(api: ArgillaApi, name: str) -> ArgillaApi:
    add_annotator(api, name)
    return ArgillaApi(api.url, next(user["api_key"] for user in api.get("users")["items"] if user["username"] == name))


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """The example with its traffic, to copy."""
    workspace = add_example(tmp_path_factory.mktemp("labeling") / "ws")
    source = EXAMPLE / "traffic.jsonl"
    workspace.add(source, license="Apache-2.0", columns=Columns(group="session"))
    workspace.check()  # embeds
    return workspace.folder.root


@dataclass
class Place:
    """A workspace, and the Argilla that it is pointed at."""

    workspace: Workspace
    api: ArgillaApi
    argilla_workspace: str

    def dataset(self, name: str, suffix: str = "") -> dict[str, Any]:
        spaces = {one["id"]: one["name"] for one in self.api.get("me/workspaces")["items"]}
        wanted = (name, self.argilla_workspace + suffix)
        found = self.api.get("me/datasets")["items"]
        return next(one for one in found if (one["name"], spaces[one["workspace_id"]]) == wanted)

    def records(self, name: str, suffix: str = "", *, bare: bool = False) -> list[dict[str, Any]]:
        include = () if bare else ("responses", "suggestions", "vectors")
        path = f"datasets/{self.dataset(name, suffix)['id']}/records?limit=1000"
        told = self.api.get(f"{path}{''.join(f'&include={one}' for one in include)}")
        return sorted(told["items"], key=lambda one: one["external_id"])

    def answer(
        self, who: ArgillaApi, record: dict[str, Any], label: str, status: str = "submitted", **more: Any
    ) -> None:
        values = {"label": {"value": label}, **{name: {"value": value} for name, value in more.items()}}
        who.send("POST", f"records/{record['id']}/responses", {"values": values, "status": status})


@pytest.fixture
def place(
    server: EmbeddedServer,
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Place:
    """A copy of the example, pointed at the server of the session as at a team's own Argilla."""
    shutil.copytree(example, tmp_path / "ws")
    owner_api = server.owner_api()
    name = f"t-{abs(hash(request.node.nodeid)):x}"
    monkeypatch.setenv("WINNOW_ARGILLA_URL", owner_api.url)
    monkeypatch.setenv("WINNOW_ARGILLA_API_KEY", owner_api.key)
    monkeypatch.setenv("WINNOW_ARGILLA_WORKSPACE", name)
    return Place(winnow.open(tmp_path / "ws"), owner_api, name)


def people_of(place: Place, *names: str) -> list[ArgillaApi]:
    made = []
    for name in names:
        full = f"{name}-{place.argilla_workspace}"
        add_annotator(place.api, full, place.argilla_workspace)
        key = next(user["api_key"] for user in place.api.get("users")["items"] if user["username"] == full)
        made.append(ArgillaApi(place.api.url, key))
    return made


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium; tests that need one skip, saying so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the package `chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claude]:
    """A local server for the Anthropic SDK; nothing goes through a proxy to it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Claude() as server:
        yield server


@pytest.fixture
def sdk(claude: Claude) -> Iterator[anthropic.Anthropic]:
    """The unchanged SDK, connected to the local server."""
    from fakes.claude.sdk_client import connect

    with connect(claude) as client:
        yield client
