"""A dry run says what the run then does, and changes no byte of the workspace."""

from __future__ import annotations

import hashlib
import html
import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import winnow
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.database import has_current_schema
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return add_example(tmp_path_factory.mktemp("example") / "ws").folder.root


def contents(root: Path) -> dict[str, str]:
    """Every file and folder below a workspace with its hash; databases by their rows as well."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        if path.suffix == ".db":
            plain = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            found[f"{name} rows"] = hashlib.sha256("\n".join(plain.iterdump()).encode()).hexdigest()
            plain.close()
    return {name: value for name, value in found.items() if not name.endswith(("-wal", "-shm"))}


def tried_then_done(workspace: Workspace, call: Callable[..., Any]) -> Any:
    """The result of a call, after its dry run gave the same and changed nothing."""
    before = contents(workspace.folder.root)
    tried = call(dry_run=True)
    assert contents(workspace.folder.root) == before
    assert tried.dry_run
    done = call(dry_run=False)
    assert not done.dry_run
    assert replace(tried, dry_run=False) == done
    return done


TEXTS = st.sampled_from(
    ["my vpn drops", "the printer is on fire", "", "call +49 30 901820", "My VPN is not connecting"]
)
LABELS = st.sampled_from(["it_vpn", "it_wifi", "no such label", ""])
TABLES = st.lists(st.tuples(TEXTS, LABELS), min_size=1, max_size=8)
NAMES = st.sampled_from(["it_vpn", "it_wifi", "it_remote", "it_vnp"])
STEPS = st.one_of(
    st.tuples(st.just("add"), TABLES),
    st.tuples(st.just("rename"), st.tuples(NAMES, NAMES)),
    st.tuples(st.just("retract"), st.integers(0, 3)),
)


def refusal_of(call: Callable[[], Any]) -> str | None:
    """The message of the error that a call raises, or None."""
    try:
        call()
    except WinnowError as error:
        return str(error)
    return None


def call_of(workspace: Workspace, verb: str, given_values: Any) -> Callable[..., Any]:
    """The call of one random step."""
    if verb == "add":
        table = pd.DataFrame(given_values, columns=["text", "label"])
        return lambda **more: workspace.add(table, license="MIT", **more)
    if verb == "rename":
        return lambda **more: workspace.rename(*given_values, yes=True, **more)
    sources = workspace.status().sources
    return lambda **more: workspace.retract(sources[given_values % len(sources)].id, **more)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=5))
def test_a_dry_run_says_what_the_run_then_does_and_changes_nothing(
    example: Path, tmp_path: Path, steps: list[tuple[str, Any]]
) -> None:
    root = tmp_path / "ws"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(example, root)
    workspace = winnow.open(root)
    for verb, given_values in steps:
        call = call_of(workspace, verb, given_values)
        refusal = refusal_of(lambda call=call: call(dry_run=True))
        if refusal is None:
            tried_then_done(workspace, call)
        else:
            before = contents(root)
            assert refusal_of(lambda call=call: call(dry_run=False)) == refusal
            assert contents(root) == before


def test_a_dry_run_of_add_names_the_dropped_file_and_does_not_write_it(example: Path, tmp_path: Path) -> None:
    workspace = winnow.open(shutil.copytree(example, tmp_path / "ws"))
    rows = pd.DataFrame({"text": ["new one", "second"], "label": ["it_vpn", "no such label"]})
    done = tried_then_done(workspace, lambda **more: workspace.add(rows, license="MIT", **more))
    assert (done.added, done.dropped) == (1, 1)
    assert Path(done.dropped_file).exists()


@pytest.mark.parametrize("measured", [True, False])
def test_a_dry_run_of_freeze_gives_the_hash_of_the_release(
    frozen_example: Workspace, tmp_path: Path, *, measured: bool
) -> None:
    workspace = winnow.open(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))
    if not measured:  # the caches are cold: the dry run must not fill them
        shutil.rmtree(workspace.folder.vectors)
        shutil.rmtree(workspace.folder.near_pairs)
    done = tried_then_done(workspace, lambda **more: workspace.freeze("second", **more))
    assert done.sha256 == workspace.release("second").sha256
    assert not list(workspace.folder.state.rglob("*.part"))


def test_a_dry_run_of_freeze_is_refused_like_the_freeze(frozen_example: Workspace, tmp_path: Path) -> None:
    workspace = winnow.open(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))
    before = contents(workspace.folder.root)
    assert "never reused" in str(refusal_of(lambda: workspace.freeze("first", dry_run=True)))
    assert contents(workspace.folder.root) == before


def test_a_dry_run_of_forget_names_the_same_files_releases_and_exports(
    frozen_example: Workspace, tmp_path: Path
) -> None:
    workspace = winnow.open(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))
    row = workspace.release("first").rows("train").iloc[0]
    workspace.add(pd.DataFrame({"text": [row["text"]], "label": ["no such label"]}), license="MIT")
    workspace.export("first", "jsonl", out=workspace.folder.root / "exports" / "first")
    answer = workspace.folder.answers / "a.json"
    answer.parent.mkdir()
    answer.write_text(json.dumps({"examples": [row["text"]]}))
    page = workspace.folder.reports / "page.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"<p>{html.escape(row['text'])}</p>")
    done = tried_then_done(workspace, lambda **more: workspace.forget(row["id"], **more))
    assert done.releases == ["first"]
    state = workspace.folder.state.name
    assert {f"{state}/answers/a.json", f"{state}/reports/page.html"} <= set(done.files)
    assert any(name.startswith(f"{state}/dropped/") for name in done.files)
    assert not page.exists()
    assert done.exports
    again = tried_then_done(workspace, lambda **more: workspace.forget(row["id"], **more))
    assert again.already


def test_what_a_killed_dry_run_leaves_is_removed_by_the_next(frozen_example: Workspace, tmp_path: Path) -> None:
    workspace = winnow.open(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = workspace.folder.state / f".scratch-abc.{ended.pid}.part"
    left.mkdir()
    workspace.freeze("second", dry_run=True)
    assert not left.exists()


def test_a_dry_run_in_a_new_workspace_creates_nothing(example: Path, tmp_path: Path) -> None:
    shutil.copy(example / "winnow.yaml", tmp_path)
    rows = pd.DataFrame({"text": ["new one"], "label": ["it_vpn"]})
    done = tried_then_done(winnow.open(tmp_path), lambda **more: winnow.open(tmp_path).add(rows, license="MIT", **more))
    assert done.added == 1


def make_older(database: Path) -> None:
    """Take back the last change of the schema, so that the database is one of an older version."""
    plain = sqlite3.connect(database)
    names = plain.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_no_replace'").fetchall()
    assert names
    for (name,) in names:
        plain.execute(f"DROP TRIGGER {name}")
    later = "source_form supersession interaction origin_model label_proposal remote_name router_selection"
    for table in later.split():
        plain.execute(f"DROP TABLE {table}")
    for column in ("target", "remote_id"):
        plain.execute(f"ALTER TABLE deployment DROP COLUMN {column}")
    plain.execute("UPDATE alembic_version SET version_num = '0007'")
    plain.commit()
    plain.close()


def test_a_dry_run_does_not_migrate_the_database_of_an_older_version(frozen_example: Workspace, tmp_path: Path) -> None:
    root = shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    record = str(frozen_example.records()["id"].iloc[0])
    database = frozen_example.folder.database.relative_to(frozen_example.folder.root)
    make_older(root / database)
    before = contents(root)
    rows = pd.DataFrame({"text": ["new one"], "label": ["it_vpn"]})
    assert winnow.open(root).add(rows, license="MIT", dry_run=True).added == 1
    assert winnow.open(root).retract("labeled.jsonl", dry_run=True).dry_run
    assert winnow.open(root).rename("it_vpn", "it_remote", dry_run=True).records
    assert winnow.open(root).forget(record, dry_run=True).dry_run
    assert winnow.open(root).freeze("second", dry_run=True).dry_run
    assert contents(root) == before
    assert not has_current_schema(root / database)
    assert winnow.open(root).add(rows, license="MIT").added == 1
    assert has_current_schema(root / database)


def test_a_dry_run_remembers_no_answer_about_the_group_column(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    shutil.copy(example / "winnow.yaml", root)
    rows = [{"text": f"my vpn is gone {i}", "label": "it_vpn", "user_id": f"u{i // 3}"} for i in range(60)]
    file = write_jsonl(tmp_path / "a.jsonl", rows)
    before = contents(root)
    workspace = winnow.open(root)
    assert "user_id" in str(refusal_of(lambda: workspace.add(file, license="MIT", dry_run=True)))
    assert workspace.add(file, license="MIT", columns=Columns(group="user_id"), dry_run=True).added == 60
    assert "user_id" in str(refusal_of(lambda: workspace.add(file, license="MIT", dry_run=True)))
    assert contents(root) == before


def test_the_command_shows_the_dry_run_and_the_command_without_it(example: Path, tmp_path: Path) -> None:
    root = shutil.copytree(example, tmp_path / "ws")
    (tmp_path / "new rows.csv").write_text("text,label\nnew one,it_vpn\nsecond,no such label\n")
    for arguments, shown in (
        (("add", "../new rows.csv", "--license", "MIT"), "given 2 = added 1 + known 0 + dropped 1"),
        (("rename", "it_vpn", "it_remote", "--reason", "a clearer name"), "would rename it_vpn to it_remote"),
        (("retract", "labeled.jsonl"), "would withdraw"),
    ):
        before = contents(root)
        told = run_winnow(*arguments, "--dry-run", cwd=root)
        assert told.returncode == 0, told.stderr
        assert shown in told.stdout
        assert "dry run: nothing was changed" in told.stdout
        assert contents(root) == before
        printed = told.stdout.split("next: winnow ", 1)[1].strip()
        assert "--dry-run" not in printed
        assert shlex.split(printed) == list(arguments)
        assert json.loads(run_winnow(*arguments, "--dry-run", "--json", cwd=root).stdout)["dry_run"] is True
        assert contents(root) == before
