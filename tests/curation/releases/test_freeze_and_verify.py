from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.errors import GateError, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import ExclusionReason
from winnow.curation.checks import check
from winnow.curation.releases.manifest import read_manifest
from winnow.curation.releases.membership import ReleaseMembership
from winnow.curation.releases.release import open_release
from winnow.curation.releases.release_lines import ExclusionLine, ReleaseRow
from winnow.workspace import Workspace


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_release_loads_in_hugging_face_datasets_offline(frozen_example: Workspace, tmp_path: Path) -> None:
    from datasets import ClassLabel, load_dataset

    release = frozen_example.release("first")
    loaded = load_dataset(str(release.path), cache_dir=str(tmp_path))
    assert {split: len(rows) for split, rows in loaded.items()} == release.counts
    assert isinstance(loaded["train"].features["label"], ClassLabel)
    assert loaded["train"].features["label"].names == release.labels == frozen_example.task.label_names
    row = loaded["test"][0]
    assert set(row) == set(release.columns)
    assert (row["decided_by"], row["license"]) == ("file", "Apache-2.0")
    stored = release.rows("test").iloc[0]
    assert (row["text"], release.labels[row["label"]]) == (stored["text"], stored["label"])


def test_rows_are_sorted_distinct_and_no_group_spans_two_splits(frozen_example: Workspace) -> None:
    release = frozen_example.release("first")
    rows = pd.concat([release.rows(split) for split in ("train", "validation", "test")])
    assert all(release.rows(split)["id"].is_monotonic_increasing for split in release.counts)
    assert rows["id"].is_unique
    assert (rows.groupby("group")["split"].nunique() == 1).all()
    assert rows["weight"].sum() >= len(rows)
    conflict = "at home everything online goes dead about a minute after i log on for work"
    assert conflict not in set(rows["text"])
    assert release.manifest.excluded["disputed"] == 1


def test_jsonl_and_parquet_hold_the_same_rows(frozen_example: Workspace) -> None:
    release = frozen_example.release("first")
    for split in release.counts:
        lines = [json.loads(line) for line in (release.path / "jsonl" / f"{split}.jsonl").read_text().splitlines()]
        rows = release.rows(split).drop(columns="class_id")
        assert lines == [{**row, "facets": list(row["facets"])} for row in rows.to_dict("records")]


def test_the_same_state_frozen_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.freeze("one")
    shutil.rmtree(workspace.folder.vectors)
    shutil.rmtree(workspace.folder.near_pairs)
    workspace.freeze("two")
    assert files(workspace.folder.releases / "one") == files(workspace.folder.releases / "two")
    # the same rows added in another order, in another workspace
    lines = (EXAMPLE / "labeled.jsonl").read_text().splitlines(keepends=True)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(EXAMPLE / "winnow.yaml", other)
    (tmp_path / "labeled.jsonl").write_text("".join(reversed(lines)))
    reversed_workspace = Workspace.find(other)
    reversed_workspace.add(tmp_path / "labeled.jsonl", license="Apache-2.0")
    reversed_workspace.freeze("one")
    mine, theirs = (files(w.folder.releases / "one") for w in (workspace, reversed_workspace))
    assert {name for name in mine if mine[name] != theirs[name]} == {"manifest.json", "README.md"}  # the source's hash


def test_a_failing_gate_is_named_and_nothing_is_written(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b")
    workspace.add(pd.DataFrame({"text": ["x", "y"], "label": ["a", "b"]}))
    with pytest.raises(GateError, match="minimum_per_label") as caught:
        workspace.freeze("r")
    assert "hold_out_integrity" in str(caught.value)
    assert not workspace.folder.releases.exists()
    assert workspace.releases() == []


def test_a_name_is_never_reused(frozen_example: Workspace) -> None:
    with pytest.raises(WinnowError, match="never reused"):
        frozen_example.freeze("first")
    for bad in ("", "a/b", "..", ".hidden", "x" * 101):
        with pytest.raises(WinnowError, match="letters, digits"):
            frozen_example.freeze(bad)


@pytest.fixture
def copied(frozen_example: Workspace, tmp_path: Path) -> tuple[Workspace, Path]:
    """A copy of the frozen workspace that a test may damage."""
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    return workspace, workspace.folder.releases / "first"


def test_verify_accepts_what_was_frozen(copied: tuple[Workspace, Path]) -> None:
    assert copied[0].verify("first") == []


@pytest.mark.parametrize("name", ["data/train.parquet", "jsonl/test.jsonl", "README.md", "task.yaml", "manifest.json"])
def test_verify_finds_any_changed_byte(copied: tuple[Workspace, Path], name: str) -> None:
    workspace, release = copied
    data = bytearray((release / name).read_bytes())
    place = data.index(b" ") if b" " in data else len(data) // 2
    data[place] = ord("\n") if name == "manifest.json" else data[place] ^ 1
    (release / name).write_bytes(bytes(data))
    assert any(name in problem for problem in workspace.verify("first"))


def test_verify_finds_missing_and_added_files(copied: tuple[Workspace, Path]) -> None:
    workspace, release = copied
    (release / "jsonl" / "train.jsonl").unlink()
    (release / "data" / "extra.parquet").write_bytes(b"x")
    problems = workspace.verify("first")
    assert "jsonl/train.jsonl: missing" in problems
    assert "data/extra.parquet: added after the freeze" in problems
    with pytest.raises(GateError):
        workspace.train("first")


def add_folder(path: Path) -> None:
    path.mkdir()


def add_link(path: Path) -> None:
    path.symlink_to(path.parent / "README.md")


@pytest.mark.parametrize("add", [add_folder, add_link, os.mkfifo])
def test_verify_finds_entries_that_are_no_files(copied: tuple[Workspace, Path], add: Callable[[Path], None]) -> None:
    workspace, release = copied
    add(release / "more")
    assert workspace.verify("first") == ["more: added after the freeze"]
    (release / "README.md").unlink()
    add(release / "README.md")
    assert any(problem.startswith("README.md: a ") for problem in workspace.verify("first"))


def edit_consistently(release: Path) -> None:
    """Change a file of a release and the manifest with it."""
    target = release / "jsonl" / "train.jsonl"
    target.write_text(target.read_text().replace("vpn", "VPN"))
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["files"]["jsonl/train.jsonl"] = {"sha256": file_sha256(target), "bytes": target.stat().st_size}
    (release / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def test_verify_does_not_take_a_link_to_another_release_for_the_one_that_was_named(
    copied: tuple[Workspace, Path],
) -> None:
    workspace, release = copied
    row = {"text": "the secure tunnel of my manager wants a new certificate", "label": workspace.task.label_names[0]}
    workspace.add(write_jsonl(release.parent.parent.parent / "more.jsonl", [row]), license="own")
    for gate in [gate.name for gate in workspace.check().gates if gate.verdict == "fail"]:
        workspace.waive(gate, by="test", reason="test", until="2099-01-01")
    workspace.freeze("second")
    shutil.move(release, release.with_name("moved"))
    release.symlink_to(release.with_name("second"))
    assert any("the ledger says" in problem for problem in workspace.verify("first"))
    with pytest.raises(GateError, match="the ledger says"):
        workspace.release("first")
    assert workspace.verify("second") == workspace.verify("moved") == []


def test_a_release_that_contradicts_the_ledger_is_neither_exported_nor_trained_on(
    copied: tuple[Workspace, Path],
) -> None:
    workspace, release = copied
    edit_consistently(release)
    (release.parent.parent.parent / "link").symlink_to(release)
    for name in ("first", release, release.parent.parent.parent / "link"):
        with pytest.raises(GateError, match="the ledger says"):
            workspace.export(name, format="csv")
        with pytest.raises(GateError, match="the ledger says"):
            workspace.train(name)


def test_verify_finds_a_change_when_the_manifest_was_edited_with_it(copied: tuple[Workspace, Path]) -> None:
    workspace, release = copied
    edit_consistently(release)
    assert open_release(release)  # the folder agrees with itself
    assert any("ledger" in problem for problem in workspace.verify("first"))
    elsewhere = release.parent.parent.parent / "renamed"
    shutil.copytree(release, elsewhere)
    assert any("not in the ledger" in problem for problem in workspace.verify(elsewhere))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": {"a": {}}}', "not json"])
def test_verify_reports_a_manifest_that_cannot_be_read(copied: tuple[Workspace, Path], content: str) -> None:
    workspace, release = copied
    (release / "manifest.json").write_text(content)
    problems = workspace.verify("first")
    assert any("manifest.json" in problem for problem in problems)
    assert any("the ledger says" in problem for problem in problems)
    with pytest.raises(WinnowError, match="the manifest of a release"):
        workspace.release("first")


def test_a_command_inside_a_release_folder_does_not_change_it(copied: tuple[Workspace, Path]) -> None:
    workspace, release = copied
    run_winnow("status", cwd=release)
    run_winnow("train", ".", cwd=release)
    assert workspace.verify("first") == []


def test_two_freezes_of_one_name_make_one_release(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.check()
    both = [
        subprocess.Popen(
            [WINNOW_SCRIPT, "freeze", "same"], cwd=workspace.folder.root, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outcomes = [(process.communicate(timeout=120)[1], process.returncode) for process in both]
    assert sorted(code for _, code in outcomes) == [0, 2]
    assert all("Traceback" not in errors for errors, _ in outcomes)
    assert workspace.verify("same") == []


def test_the_task_that_was_checked_is_the_task_that_is_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = add_example(tmp_path / "ws")
    judge = check.apply_gates

    def edited_meanwhile(*arguments: object) -> object:
        workspace.folder.task_file.write_text(workspace.folder.task_file.read_text().replace("helpdesk", "other"))
        return judge(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(check, "apply_gates", edited_meanwhile)
    workspace.freeze("first")
    release = workspace.release("first")
    assert release.task().name == release.manifest.task.name == "helpdesk-router"


def test_export_writes_every_row_in_each_format(frozen_example: Workspace, tmp_path: Path) -> None:
    release = frozen_example.release("first")
    for form in ("jsonl", "csv", "chat"):
        folder, written, _ = frozen_example.export("first", form, out=tmp_path / form)
        assert list(written.values()) == list(release.counts.values())
        assert {path.name for path in folder.iterdir()} == set(written)
    csv = pd.read_csv(tmp_path / "csv" / "train.csv")
    assert csv["text"].tolist() == release.rows("train")["text"].tolist()
    turn = json.loads((tmp_path / "chat" / "test.jsonl").read_text().splitlines()[0])["messages"]
    first = release.rows("test").iloc[0]
    assert turn == [{"role": "user", "content": first["text"]}, {"role": "assistant", "content": first["label"]}]
    with pytest.raises(WinnowError, match="format"):
        frozen_example.export("first", "xml")


def test_the_card_says_what_a_stranger_must_know(frozen_example: Workspace) -> None:
    card = (frozen_example.release("first").path / "README.md").read_text()
    for word in ("## Splits", "## Sources", "Apache-2.0", "## Gates", "No gate is waived", "## Labels", "not measured"):
        assert word in card


def test_show_knows_the_releases_that_hold_a_record(frozen_example: Workspace) -> None:
    row = frozen_example.release("first").rows("validation").iloc[0]
    shown = frozen_example.show(row["id"][:12])
    assert shown.releases == [ReleaseMembership("first", "validation")]
    assert shown.neighbors
    assert shown.record.text == row["text"]
    assert frozen_example.show(row["text"]).record.id == row["id"]
    with pytest.raises(WinnowError, match="no record"):
        frozen_example.show("zzz")


def test_the_lines_of_a_release_follow_their_schemas(frozen_example: Workspace) -> None:
    release = frozen_example.release("first")
    rows = [ReleaseRow.model_validate_json(one) for one in lines_of(release.path / "jsonl" / "train.jsonl")]
    assert [row.id for row in rows] == list(release.rows("train")["id"])
    excluded = [ExclusionLine.model_validate_json(one) for one in lines_of(release.path / "excluded.jsonl")]
    assert Counter(one.reason for one in excluded) == release.manifest.excluded
    repeated = [one for one in excluded if one.reason in (ExclusionReason.LEAKAGE, ExclusionReason.DUPLICATE)]
    assert repeated
    assert all(one.kept_id and one.similarity for one in repeated)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_the_manifest_says_why_a_gate_was_not_measured(copied: tuple[Workspace, Path]) -> None:
    _, release = copied
    manifest = json.loads((release / "manifest.json").read_text())
    traffic = next(gate for gate in manifest["gates"] if gate["name"] == "traffic_coverage")
    assert traffic["measured"] == {"status": "not_measured", "why": "no unlabeled log query"}
    traffic["measured"] = None  # as Winnow 0.2.0 wrote it
    (release / "manifest.json").write_text(json.dumps(manifest))
    read = {gate.name: gate.measured for gate in read_manifest(release).gates}
    assert read["traffic_coverage"] == NotMeasured("not stated")
    assert read["schema"] == 0


def test_a_share_in_the_form_of_an_earlier_version_is_read(copied: tuple[Workspace, Path]) -> None:
    _, release = copied
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["single_answers_confirmed"] = {"value": 0.9, "interval": [0.8, 0.95], "count": 40}  # of Winnow 0.2.0
    (release / "manifest.json").write_text(json.dumps(manifest))
    assert read_manifest(release).single_answers_confirmed == Measured(0.9, 0.8, 0.95, 40)


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (lambda manifest: manifest["task"].pop("labels"), "task.labels"),
        (lambda manifest: manifest["counts"].update(train="many"), "counts.train"),
        (lambda manifest: manifest["gates"][0].update(verdict="perhaps"), "gates.0.verdict"),
        (lambda manifest: manifest["files"]["task.yaml"].pop("sha256"), "files.task.yaml.sha256"),
        (lambda manifest: manifest["counts"].pop("test"), "counts: no rows stated for test"),
        (lambda manifest: manifest.update(unknown=1), "unknown"),
    ],
)
def test_a_malformed_manifest_names_the_field(
    copied: tuple[Workspace, Path], edit: Callable[[dict[str, Any]], object], field: str
) -> None:
    _, release = copied
    manifest = json.loads((release / "manifest.json").read_text())
    edit(manifest)
    (release / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WinnowError, match=re.escape(field)):
        open_release(release)
