"""Suspected label errors without a server: a table, a person who corrects it, and `add` that takes it back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.workbooks import write_xlsx
from tests.support.workspaces import new_workspace, waive_failing
from winnow.cli.render.check_view import print_check
from winnow.cli.render.label_error_view import print_label_errors
from winnow.core.errors import WinnowError
from winnow.curation.annotations.suspected_labels import LabelErrorSummary
from winnow.workspace import Workspace

PAY = [f"{verb} the {word} bill" for verb in ("pay", "settle") for word in "gas water phone rent power".split()]
FLY = [f"book a flight to {city}" for city in "Rome Oslo Lima Cairo Delhi Porto Kyoto Quito".split()]
WRONG = "book a flight to Paris"
IN_TEST = "reserve a seat on the plane to Berlin"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one wrong label in train and one in test, and the table of its suspected label errors."""
    workspace = new_workspace(tmp_path_factory.mktemp("corrections") / "w", "pay", "fly")
    folder = workspace.folder.root
    frame = pd.DataFrame({"text": [*PAY, *FLY, WRONG], "label": ["pay"] * 10 + ["fly"] * 8 + ["pay"], "split": "train"})
    held = pd.DataFrame({"text": ["clear the invoice", IN_TEST], "label": "pay", "split": ["validation", "test"]})
    pd.concat([frame, held]).to_csv(folder / "queries.csv", index=False)
    workspace.add(folder / "queries.csv", license="own")
    workspace.label_errors(output=folder / "label_errors.csv")
    return folder


@pytest.fixture
def desk(base: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(base, tmp_path / "w")
    return winnow.open(tmp_path / "w")


def edited(workspace: Workspace, name: str = "label_errors.csv", **changes: str) -> Path:
    """The table with some cells of the row of WRONG changed, under another name."""
    table = pd.read_csv(workspace.folder.root / "label_errors.csv", dtype=str, keep_default_na=False)
    row = table["text"] == WRONG
    for column, value in changes.items():
        table.loc[row, column] = value
    path = workspace.folder.root / f"edited_{name}"
    if name.endswith(".csv"):
        table.to_csv(path, index=False)
        return path
    return write_xlsx(path, {"label_errors": [[*table.columns], *table.to_numpy().tolist()]})


def record(workspace: Workspace, text: str) -> pd.Series:
    return workspace.records().set_index("text").loc[text]


def test_the_table_says_where_the_record_stands_and_what_both_labels_have(base: Path) -> None:
    first = pd.read_csv(base / "label_errors.csv").iloc[0]
    assert (first["rank"], first["text"], first["source"], first["row"]) == (1, WRONG, "queries.csv", 20)
    assert (first["given_label"], first["suggested_label"], first["label"]) == ("pay", "fly", "pay")
    assert first["suggested_probability"] > 0.5 > first["given_probability"]


@pytest.mark.parametrize("name", ["label_errors.csv", "label_errors.xlsx"])
def test_a_corrected_label_is_in_the_next_release_and_the_old_one_in_the_history(desk: Workspace, name: str) -> None:
    before, path = record(desk, WRONG), edited(desk, name, label="fly")
    result = desk.add(path, by="Ann Lee")
    rows = len(pd.read_csv(desk.folder.root / "label_errors.csv"))
    assert (result.given, result.added, result.known, result.dropped) == (rows, 0, rows, 0)
    assert "1 label corrected, 0 confirmed by Ann Lee" in result.notes[0]
    after = record(desk, WRONG)
    assert (after["label"], after["decided_by"], after["state"]) == ("fly", "person", "labeled")
    same = ["weight", "origin", "assigned_split", "group", "licenses", "sources"]
    assert after[same].tolist() == before[same].tolist()
    decided = desk.show(WRONG).decisions
    assert [one.value for one in decided] == ["pay", "fly"]
    assert decided[1].who == "Ann Lee"
    if name.endswith(".csv"):
        waive_failing(desk)
        desk.freeze("one")
        released = desk.release("one").rows("train")
        assert dict(zip(released["text"], released["label"], strict=True))[WRONG] == "fly"


def test_adding_twice_changes_nothing_and_retracting_takes_it_back(desk: Workspace) -> None:
    path = edited(desk, label="fly")
    desk.add(path, by="Ann")
    once = desk.show(WRONG)
    again = desk.add(path, by="Ann")
    assert "added before, and nothing changed" in again.notes[0]
    assert desk.show(WRONG) == once
    desk.retract(path.name)
    assert record(desk, WRONG)["label"] == "pay"
    desk.add(path, by="Ann")
    assert record(desk, WRONG)["label"] == "fly"


def test_an_unchanged_row_is_untouched_and_a_confirmed_one_is_not_suspected_again(desk: Workspace) -> None:
    suspected = [one.text for one in desk.label_errors().suspected]
    assert suspected[0] == WRONG
    desk.add(edited(desk), by="Ann")
    assert record(desk, WRONG)["decided_by"] == "file"
    assert [one.text for one in desk.label_errors().suspected] == suspected
    desk.add(edited(desk, confirmed="x"), by="Ann")
    assert record(desk, WRONG)["decided_by"] == "person"
    found = desk.label_errors()
    assert [one.text for one in found.suspected] == suspected[1:]
    assert found.confirmed == 1


def test_a_person_corrects_a_hold_out_record_by_a_row_of_their_own(desk: Workspace) -> None:
    assert IN_TEST not in [one.text for one in desk.label_errors().suspected]
    columns = {"id": "", "text": IN_TEST, "label": "fly", "given_label": "", "suggested_label": ""}
    desk.add(pd.DataFrame([columns]), by="Ann")
    after = record(desk, IN_TEST)
    assert (after["label"], after["assigned_split"], after["decided_by"]) == ("fly", "test", "person")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "flyy"}, r"edited_label_errors.csv, row 2: label 'flyy' is not in the task; the closest label is"),
        ({"label": "fly", "text": "book a train"}, r"row 2: the text is not that of record"),
        ({"label": "fly", "text": "never added", "id": "f" * 20}, r"row 2: no record 'ffff"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number_and_nothing_is_stored(
    desk: Workspace, changes: dict[str, str], message: str
) -> None:
    before = desk.records()
    with pytest.raises(WinnowError, match=message):
        desk.add(edited(desk, **changes), by="Ann")
    pd.testing.assert_frame_equal(desk.records(), before)
    assert len(desk.status().json()["sources"]) == 1


def test_corrections_that_were_not_added_are_not_overwritten(desk: Workspace) -> None:
    path = edited(desk, label="fly")
    with pytest.raises(WinnowError, match=r"it holds corrected labels that were not added yet"):
        desk.label_errors(output=path)
    desk.add(path, by="Ann")
    desk.label_errors(output=path)
    assert WRONG not in path.read_text(encoding="utf-8-sig")


def test_a_record_has_one_label(desk: Workspace) -> None:
    table = pd.read_csv(edited(desk, label="fly"), dtype=str, keep_default_na=False)
    other = table.iloc[:1].assign(label="pay", confirmed="yes")
    with pytest.raises(WinnowError, match=r"'pay' for a record that is 'fly' in row 1"):
        desk.add(pd.concat([table, other]), by="Ann")


def test_the_person_is_asked_for_and_other_options_are_refused(desk: Workspace) -> None:
    path = edited(desk, label="fly")
    with pytest.raises(WinnowError, match=r"nobody is named.*ws.add\('.*edited_label_errors.csv', by='NAME'\)"):
        desk.add(path)
    with pytest.raises(WinnowError, match=r"origin: 'human' for corrected labels"):
        desk.add(path, by="Ann", origin="human")
    with pytest.raises(WinnowError, match=r"corrected labels next to rows of another file"):
        desk.add([path, desk.folder.root / "queries.csv"], by="Ann")
    with pytest.raises(WinnowError, match=r"by: 'Ann'; expected: a file that `label-errors` wrote"):
        desk.add(desk.folder.root / "queries.csv", by="Ann")
    assert record(desk, WRONG)["decided_by"] == "file"


def test_check_counts_the_errors_and_names_the_way_to_correct_them(
    desk: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    found, check = desk.label_errors(), desk.check()
    summary = check.label_error_summary
    assert isinstance(summary, LabelErrorSummary)
    assert summary.suspected == len(found.suspected) >= 1
    assert (summary.scored, summary.strongest[0].text) == (found.scored, WRONG)
    print_check(check)
    printed = capsys.readouterr().out
    assert f"suspected label errors: {len(found.suspected)} " in printed
    assert WRONG in printed
    assert "winnow label-errors --output label_errors.csv" in printed
    assert "winnow add label_errors.csv --by NAME" in printed
    print_label_errors(found)
    assert WRONG in capsys.readouterr().out


def test_private_data_is_not_in_the_table_and_its_row_comes_back(tmp_path: Path) -> None:
    """It was allowed when the record was added, and is not any more."""
    allowed = "private: {policy: {EMAIL_ADDRESS: allow}}\n"
    workspace, address = new_workspace(tmp_path / "w", "pay", "fly", more=allowed), "ann.lee@acme-travel.com"
    texts = [*PAY, *FLY, f"{WRONG} for {address}"]
    labels = ["pay"] * 10 + ["fly"] * 8 + ["pay"]
    workspace.add(pd.DataFrame({"text": texts, "label": labels, "split": "train"}), license="own")
    task_file = workspace.folder.task_file
    task_file.write_text(task_file.read_text().replace(allowed, ""))
    path = tmp_path / "label_errors.csv"
    workspace.label_errors(output=path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert table["text"].str.startswith(WRONG).any()
    assert address not in path.read_text(encoding="utf-8")
    table.loc[table["text"].str.startswith(WRONG), "label"] = "fly"
    workspace.add(table, by="Ann")
    assert record(workspace, texts[-1])["label"] == "fly"
