"""A release that is added again restores what it states, from any of its files, in any order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.support.build_once import build_once
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.core.example import record_id
from winnow.core.hashing import file_sha256
from winnow.curation.review.lots import draw_lots
from winnow.curation.store.decisions import DecisionKey, insert_decision
from winnow.curation.store.lot_tables import insert_verdict, lot_members, lot_rows
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.working_view import working_rows
from winnow.validators.stats.acceptance_sampling import decide_lot
from winnow.workspace import Workspace

AT = "2026-01-01T00:00:00+00:00"

BATCH = GenerationBatch("b1", "examples", "v1", "claude")

STATED = ["id", "text", "label", "split", "origin", "group", "weight", "decided_by", "license", "origin_model"]
"""The columns of a release that adding it again restores."""


def decide(ws: Workspace, record: str, value: str, *, who: str = "ann", actor: str = "person") -> None:
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    with ws.store.writing() as connection:
        insert_decision(connection, DecisionKey(record, actor, who, "label", value), turn=0, why="", at=at)


def rule(ws: Workspace, verdict: str) -> None:
    """Draw the one lot and decide it."""
    review = ws.task.review
    bounds = {"target": review.defect_rate_target, "maximum": review.defect_rate_max, "confidence": review.confidence}
    with ws.store.writing() as connection:
        draw_lots(connection, working_rows(connection), key="k", review=review)
        (lot,) = lot_rows(connection)
        found = decide_lot(len(lot_members(connection)[lot.id]), (), share=review.share, **bounds)
        detail = {"lot_decision": asdict(found), "fully_inspected_labels": []}
        insert_verdict(connection, lot.id, verdict, detail, at=AT)


def build(folder: Path) -> None:
    """The example with public rows of another license, repeated traffic, decisions of people, and an accepted lot."""
    ws = add_example(folder)
    labeled = [json.loads(line) for line in (EXAMPLE / "labeled.jsonl").read_text().splitlines()]
    repeated = [{"text": row["query"], "label": row["intent"]} for row in labeled[:90] for _ in range(3)]
    ws.add(write_jsonl(folder.parent / "public.jsonl", repeated), origin="public", license="MIT")
    label = labeled[0]["intent"]
    made = [{"text": f"a generated query about item number {i} of {i * 7}", "label": label} for i in range(12)]
    ws.add(write_jsonl(folder.parent / "made.jsonl", made), origin="synthetic", batch=BATCH, license="own")
    rule(ws, "accepted")
    rows = ws.records()
    people = rows[(rows["state"] == "labeled") & (rows["decided_by"] == "file")]
    first, second, third = people["id"].iloc[:3]
    decide(ws, first, people["label"].iloc[0])
    for who in ("ann", "bob"):
        decide(ws, second, people["label"].iloc[1], who=who)
    decide(ws, third, people["label"].iloc[2], actor="adjudicator")
    decide(ws, rows.loc[rows["text"] == made[0]["text"], "id"].iloc[0], label)
    for gate in {gate.name for gate in ws.check().gates if gate.verdict == "fail"}:
        ws.waive(gate, by="test", reason="test", until=date(2099, 1, 1))
    ws.freeze("first")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "restored-release", build)


@pytest.fixture
def empty(original: Path, tmp_path: Path) -> Callable[[], Workspace]:
    """A workspace with the same task and no database; the release is next to it, not in it."""
    import winnow

    def make() -> Workspace:
        folder = tmp_path / "recovered"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(original / "winnow.yaml", folder)
        return winnow.open(folder)

    return make


def frozen(folder: Path, name: str = "first") -> pd.DataFrame:
    import winnow

    release = winnow.open(folder).release(name)
    return pd.concat([release.rows(split) for split in release.counts], ignore_index=True)[STATED]


def restored(ws: Workspace) -> pd.DataFrame:
    table = ws.records().rename(columns={"assigned_split": "split"})
    table = table.assign(license=["; ".join(licenses) for licenses in table["licenses"]])
    table = table.assign(origin_model=["; ".join(models) for models in table["origin_models"]])
    return table.sort_values(["split", "id"])[STATED].reset_index(drop=True).astype(object)


def expected(folder: Path) -> pd.DataFrame:
    return frozen(folder).sort_values(["split", "id"]).reset_index(drop=True).astype(object)


def test_the_release_has_every_kind_of_row(original: Path) -> None:
    rows = frozen(original)
    assert set(rows["decided_by"]) == {"adjudicator", "agreement", "person", "file", "lot"}
    assert {"human", "synthetic"} <= set(rows["origin"])
    assert rows["weight"].max() > 3
    assert "Apache-2.0; MIT" in set(rows["license"])


@pytest.mark.parametrize(
    "files",
    [
        ["."],
        ["jsonl/train.jsonl", "jsonl/validation.jsonl", "jsonl/test.jsonl"],
        ["data/test.parquet", "data/train.parquet", "data/validation.parquet"],
        ["jsonl/test.jsonl", "data/validation.parquet", "jsonl/train.jsonl", "data/test.parquet", "."],
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_any_files_of_a_release_restore_its_rows(
    original: Path, empty: Callable[[], Workspace], files: list[str], at_once: bool
) -> None:
    release = original / ".winnow" / "releases" / "first"
    paths = [release / file for file in files]
    ws = empty()
    for step in [paths] if at_once else [[path] for path in paths]:
        ws.add(step)
    pd.testing.assert_frame_equal(restored(ws), expected(original))
    ws.add(paths)
    pd.testing.assert_frame_equal(restored(ws), expected(original))


def test_renamed_shuffled_and_exported_files_are_recognized_by_their_rows(
    original: Path, empty: Callable[[], Workspace], tmp_path: Path
) -> None:
    import winnow

    exported = winnow.open(original).export("first", format="csv").folder
    ws = empty()
    shutil.copytree(original / ".winnow" / "releases", ws.folder.releases)
    lines = (original / ".winnow" / "releases" / "first" / "jsonl" / "train.jsonl").read_text().splitlines()
    (tmp_path / "rows.txt.jsonl").write_text("\n".join(reversed(lines)))
    ws.add([exported / "test.csv", tmp_path / "rows.txt.jsonl"])
    ws.add(exported / "validation.csv")
    pd.testing.assert_frame_equal(restored(ws), expected(original))


def test_changed_rows_are_told_apart_and_decide_nothing(
    original: Path, empty: Callable[[], Workspace], tmp_path: Path
) -> None:
    release = shutil.copytree(original / ".winnow" / "releases" / "first", tmp_path / "first")
    path = release / "jsonl" / "train.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    made = [row for row in rows if row["origin"] == "synthetic"]
    made[0]["text"] += " please"
    made[1]["decided_by"] = "person"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ws = empty()
    notes = ws.add(path).notes
    assert any(f"{len(rows) - 2} rows of release first" in note for note in notes)
    (note,) = [note for note in notes if "no release next to the file" in note]
    assert note.startswith("train.jsonl: 2 rows have the columns of a release")
    assert "(1 have a text that is not that of their id)" in note
    table = ws.records().set_index("text")
    assert set(table.loc[[made[0]["text"], made[1]["text"]], "state"]) == {"proposed"}
    (tmp_path / "alone.jsonl").write_text(path.read_text())
    alone = empty()
    alone.add(tmp_path / "alone.jsonl")
    counts = alone.records().groupby("origin")["state"].unique().map(set).to_dict()
    assert counts["synthetic"] == {"proposed"}
    assert counts["human"] == {"labeled"}


def test_a_refused_row_is_not_accepted_by_the_release_of_another_workspace(
    original: Path, empty: Callable[[], Workspace], tmp_path: Path
) -> None:
    rows = frozen(original)
    lot = rows[(rows["origin"] == "synthetic") & (rows["decided_by"] == "lot")]
    ws = empty()
    refused = [{"text": row.text.upper(), "label": row.label} for row in lot.itertuples()]
    ws.add(write_jsonl(tmp_path / "refused.jsonl", refused), origin="synthetic", batch=BATCH)
    rule(ws, "refused")
    ws.add(original / ".winnow" / "releases" / "first")
    table = ws.records().set_index("id")
    assert set(table.loc[lot["id"], "state"]) == {"rejected"}


def state_differently(release: Path, text: str, **facts: str) -> None:
    """Edit a row of a release, and the manifest with it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest = json.loads((release / "manifest.json").read_text())
    for path in sorted((release / "data").glob("*.parquet")):
        table = pq.read_table(path)
        rows = [{**row, **(facts if row["text"] == text else {})} for row in table.to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
        manifest["files"][f"data/{path.name}"]["sha256"] = file_sha256(path)
    (release / "manifest.json").write_text(json.dumps(manifest))


def test_a_release_that_contradicts_the_ledger_is_not_read_back(original: Path, tmp_path: Path) -> None:
    import winnow

    ws = winnow.open(shutil.copytree(original, tmp_path / "ws"))
    release = ws.folder.releases / "first"
    state_differently(release, frozen(original)["text"].iloc[0], decided_by="person")
    link = tmp_path / "link"
    link.symlink_to(release)
    for path in (release, release / "data" / "test.parquet", link):
        with pytest.raises(WinnowError, match="the ledger says"):
            ws.add(path)


@pytest.mark.parametrize("known", ["proposed", "rejected"])
def test_a_foreign_release_does_not_decide_rows_that_are_known_as_machine_written(
    original: Path, empty: Callable[[], Workspace], tmp_path: Path, known: str
) -> None:
    made = frozen(original).query("origin == 'synthetic' and decided_by == 'lot'")
    shown = [{"text": text, "label": label} for text, label in zip(made["text"], made["label"], strict=True)]
    shown[1]["text"] = shown[1]["text"].upper()
    ws = empty()
    ws.add(write_jsonl(tmp_path / "own.jsonl", shown), origin="synthetic", batch=BATCH)
    if known == "rejected":
        rule(ws, "refused")
    release = shutil.copytree(original / ".winnow" / "releases" / "first", tmp_path / "foreign")
    state_differently(release, made["text"].iloc[0], decided_by="person")
    state_differently(release, made["text"].iloc[1], decided_by="adjudicator", origin="human")
    notes = ws.add(sorted((release / "data").glob("*.parquet"))).notes
    assert any(f"{len(made)} rows keep the state that they have in this workspace" in note for note in notes)
    table = ws.records().set_index("id")
    assert set(table.loc[made["id"], "state"]) == {known}
    assert set(table.loc[made["id"], "origin"]) == {"synthetic"}


def test_a_release_that_names_an_unknown_decider_is_refused(
    original: Path, empty: Callable[[], Workspace], tmp_path: Path
) -> None:
    release = shutil.copytree(original / ".winnow" / "releases" / "first", tmp_path / "foreign")
    state_differently(release, frozen(original)["text"].iloc[0], decided_by="president")
    with pytest.raises(WinnowError, match="'president' decided its label"):
        empty().add(sorted((release / "data").glob("*.parquet")))


@pytest.mark.slow
def test_the_advice_for_a_damaged_database_recovers_the_same_rows(original: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(original, tmp_path / "ws")
    database = folder / ".winnow" / "winnow.db"
    content = database.read_bytes()
    database.write_bytes(content[:4096] + b"\0" * (len(content) - 4096))
    damaged = run_winnow("status", cwd=folder)
    assert damaged.returncode == 3
    advice = "winnow add .winnow/releases/NAME"
    assert advice in " ".join(damaged.stderr.split())
    for file in folder.glob(".winnow/winnow.db*"):
        file.unlink()
    done = run_winnow(*advice.replace("NAME", "first").split()[1:], cwd=folder)
    assert done.returncode == 0, done.stderr
    import winnow

    ws = winnow.open(folder)
    for gate in {gate.name for gate in ws.check().gates if gate.verdict == "fail"}:
        ws.waive(gate, by="test", reason="test", until=date(2099, 1, 1))
    ws.freeze("again")
    pd.testing.assert_frame_equal(frozen(folder, "again"), frozen(original))


def test_a_row_counts_once_if_no_release_here_has_it_unchanged(empty: Callable[[], Workspace], tmp_path: Path) -> None:
    text = "where is my parcel"
    identity = record_id("intents", text)
    ws = empty()
    label = ws.task.labels[0]
    row = {
        "id": identity, "text": text, "label": label.name, "route": label.route or "", "split": "train",
        "origin": "human", "group": identity, "facets": [], "weight": 1000, "decided_by": "file", "license": "own",
    }  # fmt: skip
    ws.add(write_jsonl(tmp_path / "rows.jsonl", [row]))
    assert ws.records()["weight"].tolist() == [1]
