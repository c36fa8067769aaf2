from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from tests.support.files import edit_dropped, read_dropped, write_jsonl
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.curation.ingest import add as add_rows
from winnow.curation.ingest.language import detect_other_language
from winnow.curation.io.readers.columns import Columns
from winnow.curation.review.lot_facts import UndrawnLotFacts
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

BATCH = GenerationBatch("b1", "examples", "v1", "claude")


def rows(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["text", "label"])


def test_given_is_added_and_known_and_dropped(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    first = ws.add(rows(("one", "a"), ("one", "a"), ("two", "b"), ("three", "c"), ("", "a")))
    assert (first.given, first.added, first.known, first.dropped) == (5, 2, 1, 2)
    assert first.reasons == {"unknown_label": 1, "empty": 1}
    assert sum(first.assigned_splits.values()) == first.added


def test_adding_again_changes_nothing(tmp_path: Path) -> None:
    ws = add_example(tmp_path / "ws")
    before = ws.records()
    again = ws.add(EXAMPLE / "labeled.jsonl", license="Apache-2.0")
    assert (again.added, again.known) == (0, 765)
    pd.testing.assert_frame_equal(ws.records(), before)


def test_the_language_of_known_records_is_not_detected_again_and_their_flags_are_still_counted(
    make_workspace: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    detected: list[str] = []

    def recorded(texts: Sequence[str], language: str) -> dict[int, str]:
        detected.extend(texts)
        return detect_other_language(texts, language)

    monkeypatch.setattr(add_rows, "detect_other_language", recorded)
    german = "Mein Passwort funktioniert seit gestern Abend leider nicht mehr"
    ws = make_workspace("a", "b")
    assert ws.add(rows((german, "a"), ("one", "a"))).flagged == {"language": 1}
    assert ws.add(rows((german, "a"), ("two", "b"))).flagged == {"language": 1}
    assert ws.add(rows(("two", "b"), ("three", "b"))).flagged == {}
    assert detected == [german, "one", "two", "three"]


def test_a_text_under_two_labels_is_one_disputed_record(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    ws.add(rows(("same", "a"), ("same", "b")))
    record = ws.records().iloc[0]
    assert (record["state"], record["candidates"], record["weight"]) == ("disputed", ("a", "b"), 2)
    assert len(ws.show(record["id"]).decisions) == 2


def test_two_files_that_agree_add_weight_and_not_records(make_workspace: Make) -> None:
    ws = make_workspace("a")
    ws.add(rows(("same", "a")))
    second = ws.add(pd.DataFrame({"text": ["same", "other"]}), origin="log")
    assert (second.added, second.known) == (1, 1)
    table = ws.records().set_index("text")
    assert table.loc["same", ["weight", "origin", "label"]].tolist() == [2, "human", "a"]
    assert table.loc["other", ["state", "origin"]].tolist() == ["unlabeled", "log"]


def test_dropped_rows_can_be_fixed_and_added_again(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("it_vpn")
    result = ws.add(rows(("good", "it_vpn"), ("fix me", "it_vnp")))
    (line,) = read_dropped(result.dropped_file)
    assert line["row"] == {"text": "fix me", "label": "it_vnp"}
    assert (line["reason"], line["number"]) == ("unknown_label", 2)
    fixed = ws.add(edit_dropped(result.dropped_file, tmp_path / "fixed.jsonl", label="it_vpn"))
    assert (fixed.added, fixed.dropped) == (1, 0)


def test_fixed_rows_keep_their_session_split_origin_and_license(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    given = [{"text": f"text {i}", "label": "a" if i % 2 else "aa", "user": f"u{i // 2}"} for i in range(60)]
    first = ws.add(write_jsonl(tmp_path / "q.jsonl", given), columns=Columns(group="user"), license="MIT")
    assert ws.add(edit_dropped(first.dropped_file, tmp_path / "fixed.jsonl", label="a")).added == 30
    table = ws.records()
    assert (table.groupby("group").size() == 2).all()
    assert set(table["licenses"]) == {("MIT",)}
    official = make_workspace("a", name="official")
    rows = [{"text": f"t{i}", "label": "aa" if i else "a", "split": "train"} for i in range(40)]
    more = [{"text": f"v{i}", "label": "a", "split": "dev"} for i in range(10)]
    dropped = official.add(write_jsonl(tmp_path / "o.jsonl", rows + more), origin="public").dropped_file
    official.add(edit_dropped(dropped, tmp_path / "again.jsonl", label="a"))
    counts = official.records().groupby("assigned_split").size().to_dict()
    assert counts == {"train": 40, "validation": 10}  # mended train rows are not drawn for validation once more
    assert set(official.records()["origin"]) == {"public"}


def test_a_file_that_someone_fixes_is_never_overwritten(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    path = tmp_path / "q.csv"
    path.write_text("text,label\nhello, my friend,a\n")
    fallen = Path(str(ws.add(path).dropped_file))
    assert read_dropped(fallen)[0]["raw"] == "text,label\nhello, my friend,a"  # the row as it stood
    assert ws.add(path).dropped_file == str(fallen)
    fallen.write_text("half mended")
    again = Path(str(ws.add(path).dropped_file))
    assert fallen.read_text() == "half mended"
    assert again.name == fallen.name.replace(".jsonl", "-2.jsonl")


def test_a_text_that_a_generator_wrote_first_waits_for_a_person_wherever_it_is_seen(make_workspace: Make) -> None:
    texts = [f"query {i}" for i in range(20)]
    traffic, made, people = (
        pd.DataFrame({"text": texts}),
        pd.DataFrame({"text": texts, "label": "a"}),
        pd.DataFrame({"text": texts, "label": "b"}),
    )
    add = {
        "traffic": lambda ws: ws.add(traffic, origin="log"),
        "made": lambda ws: ws.add(made, origin="synthetic", batch=BATCH),
        "people": lambda ws: ws.add(people, origin="human"),
    }
    for n, order in enumerate(itertools.permutations(add)):
        ws = make_workspace("a", "b", name=f"ws{n}")
        for step in order:
            add[step](ws)
            table = ws.records()
            done = order[: order.index(step) + 1]
            expected = "proposed" if order[0] == "made" else "labeled" if "people" in done else "unlabeled"
            assert set(table["state"]) == {expected}, done
            if expected == "labeled":
                assert set(table["label"]) == {"b"}


def test_retracted_rows_fill_no_quota(make_workspace: Make) -> None:
    ws = make_workspace("a")
    ws.add(pd.DataFrame({"text": [f"wrong {i}" for i in range(200)], "label": "a"}), split="test")
    ws.retract(ws.status().sources[0].id)
    right = ws.add(pd.DataFrame({"text": [f"right {i}" for i in range(100)], "label": "a"}))
    assert right.assigned_splits == {"train": 70, "validation": 15, "test": 15}


def test_retract_takes_back_only_what_it_names(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    path = write_jsonl(tmp_path / "q.jsonl", [{"text": "x", "label": "a"}])
    ws.add(path)
    first = ws.status().sources[0].id
    for word in ("", first[:3], "other.csv"):
        with pytest.raises(WinnowError, match="no source"):
            ws.retract(word)
    ws.retract(first)
    ws.add(path)
    assert ws.retract(first).already  # the same command again: the new source stays
    assert ws.records()["state"].tolist() == ["labeled"]


def test_rasa_rows_of_any_style_are_all_kept(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("greet", "bye")
    path = tmp_path / "nlu.yml"
    path.write_text(
        'nlu:\n- intent: greet\n  examples: ["first one", "second one", "third one"]\n'
        '- intent: bye\n  examples: "- see you\\n- so long"\n'
    )
    assert ws.add(path).added == 5
    assert set(ws.records()["state"]) == {"labeled"}


def test_a_sqlite_file_in_use_is_refused(make_workspace: Make, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("CREATE TABLE q (text)")
        connection.execute("INSERT INTO q VALUES ('newest')")
    ws = make_workspace("a")
    with pytest.raises(WinnowError, match="a database without pending writes"):
        ws.add(tmp_path / "a.db")
    connection.close()
    assert ws.add(tmp_path / "a.db").added == 1


def test_a_label_that_the_task_learns_lets_its_rows_in(make_workspace: Make) -> None:
    ws = make_workspace("a")
    data = rows(("one", "a"), ("two", "b"))
    assert ws.add(data).dropped == 1
    ws.folder.task_file.write_text("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")
    again = ws.add(data)
    assert (again.added, again.known, again.dropped) == (1, 1, 0)


def test_case_and_white_space_make_records_of_their_own_that_fold_together(make_workspace: Make) -> None:
    ws = make_workspace("a")
    ws.add(rows(("My VPN", "a"), ("my  vpn", "a"), (" my vpn", "a"), ("cafe\u0301", "a"), ("caf\u00e9", "a")))
    table = ws.records()
    assert len(table) == 4  # the two cafés are one text: identity is NFC
    assert (table["fold_key"] == "my vpn").sum() == 3


def test_sessions_become_groups_and_never_span_two_assigned_splits(make_workspace: Make) -> None:
    ws = make_workspace("a")
    frame = pd.DataFrame({"text": [f"text {i}" for i in range(200)], "user": [f"u{i % 40}" for i in range(200)]})
    ws.add(frame, columns=Columns(group="user"))
    table = ws.records()
    assert table["group"].nunique() == 40
    assert (table.groupby("group")["assigned_split"].nunique() == 1).all()
    assert set(table["assigned_split"]) == {"train", "validation", "test"}


def test_more_records_move_no_record_between_assigned_splits(tmp_path: Path) -> None:
    ws = add_example(tmp_path / "ws")
    before = ws.records().set_index("id")["assigned_split"]
    more = pd.DataFrame({"text": [f"a new question number {i}" for i in range(1000)], "label": "it_vpn"})
    assert ws.add(more).added == 1000
    pd.testing.assert_series_equal(ws.records().set_index("id")["assigned_split"].loc[before.index], before)


def test_an_official_split_wins_over_the_draw_and_test_over_train(make_workspace: Make) -> None:
    ws = make_workspace("a")
    frame = pd.DataFrame({"text": ["x", "y", "x"], "label": "a", "split": ["train", "dev", "test"]})
    ws.add(frame)
    assert ws.records().set_index("text")["assigned_split"].to_dict() == {"x": "test", "y": "validation"}


def test_synthetic_rows_are_train_only_and_wait_for_review(make_workspace: Make) -> None:
    ws = make_workspace("a")
    frame = rows(*((f"made {i}", "a") for i in range(30)))
    with pytest.raises(WinnowError, match=r"^origin: synthetic without a batch; expected: the batch"):
        ws.add(frame, origin="synthetic")
    ws.add(frame, origin="synthetic", batch=BATCH)
    table = ws.records()
    assert set(table["assigned_split"]) == {"train"}
    assert set(table["state"]) == {"proposed"}
    made = UndrawnLotFacts(generator="examples", prompt_version="v1", model="claude", records=30)
    assert ws.status().lots == [made]


def test_a_batch_name_stands_for_one_run(make_workspace: Make) -> None:
    ws = make_workspace("a")
    ws.add(rows(("x", "a")), origin="synthetic", batch=BATCH)
    with pytest.raises(WinnowError, match="other values"):
        ws.add(rows(("y", "a")), origin="synthetic", batch=GenerationBatch("b1", "examples", "v2", "claude"))


def test_a_retracted_source_stops_counting_and_leaves_its_trace(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    right, wrong = rows(("shared", "a"), ("mine", "a")), rows(("shared", "b"), ("theirs", "b"))
    ws.add(right)
    ws.add(wrong)
    before = ws.records().set_index("text")
    assert before.loc["shared", "state"] == "disputed"
    source = ws.status().sources[1].id
    result = ws.retract(source, reason="wrong export")
    assert (result.superseded, result.already) == (1, False)
    after = ws.records().set_index("text")
    assert after["state"].to_dict() == {"shared": "labeled", "mine": "labeled", "theirs": "superseded"}
    assert after.loc["shared", "weight"] == 1
    trace = ws.show("theirs")
    assert trace.occurrences[0].retracted_at is not None
    assert len(trace.decisions) == 1
    assert ws.retract(source).already
    back = ws.add(wrong)
    assert (back.added, back.known) == (1, 1)  # what was superseded lives again, in the reserve that it had
    pd.testing.assert_frame_equal(
        ws.records().set_index("text").drop(columns="sources"), before.drop(columns="sources")
    )


def test_a_known_record_keeps_its_assigned_split_and_add_says_so(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    path = write_jsonl(tmp_path / "test.jsonl", [{"text": f"t{i}", "label": "a"} for i in range(100)])
    assert any("set the split test" in note for note in ws.add(path).notes)
    ws.retract("test.jsonl")
    notes = ws.add(path, split="test").notes
    kept = "85 known records keep an assigned split other than the official split"
    assert any(note.startswith(kept) for note in notes), notes


def test_the_same_file_under_other_settings_is_refused_until_retracted(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    path = write_jsonl(tmp_path / "q.jsonl", [{"text": "x", "label": "a"}])
    ws.add(path, origin="public")
    with pytest.raises(WinnowError, match=r"ws\.retract"):
        ws.add(path, origin="human")
    ws.retract("q.jsonl")
    ws.add(path, origin="human")
    assert ws.records()["origin"].tolist() == ["human"]


def test_one_unreadable_file_keeps_all_out(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    good = write_jsonl(tmp_path / "good.jsonl", [{"text": "x", "label": "a"}])
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(WinnowError) as caught:
        ws.add([good, tmp_path / "bad.parquet", tmp_path / "missing.csv"])
    assert len(caught.value.problems) == 2
    assert len(ws.records()) == 0


def test_an_unknown_kind_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_text("name: t\nkind: images\nlabels: [{name: a}, {name: b}]\n")
    ws = Workspace.find(tmp_path)
    with pytest.raises(WinnowError, match=r"kind: images; expected: a kind that this version handles: intents, tools"):
        ws.add(rows(("x", "a")))
    with pytest.raises(WinnowError, match=r"kind: images; expected: a kind that this version handles: intents, tools"):
        ws.check()


def test_a_session_that_is_named_too_late_is_reported(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    rows = [{"query": f"number {word}", "label": "a", "user": "u1"} for word in ("one", "two", "three")]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    workspace.add(path, columns=Columns(group="none"))
    workspace.retract("rows.jsonl")
    late = workspace.add(path, columns=Columns(group="user"))
    assert any("3 known records keep a group other than the session" in note for note in late.notes)


def test_a_refused_addition_leaves_no_file_of_refused_rows(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "rows.jsonl", [{"text": "one", "label": "a"}, {"text": "", "label": "a"}])
    workspace.add(path)
    before = sorted(workspace.folder.dropped.iterdir())
    before[0].write_text("fixed")
    with pytest.raises(WinnowError, match="the same settings"):
        workspace.add(path, license="MIT")
    assert sorted(workspace.folder.dropped.iterdir()) == before


def test_the_order_of_the_files_decides_neither_groups_nor_splits(make_workspace: Make, tmp_path: Path) -> None:
    shared = [{"text": f"question {n} of many", "label": "a", "customer": f"x{n // 2}"} for n in range(60)]
    other = [{**row, "customer": f"y{n // 3}"} for n, row in enumerate(shared)]
    undeclared = [{**row, "customer": None} for row in shared[:30]]
    files = [write_jsonl(tmp_path / f"{n}.jsonl", rows) for n, rows in enumerate((shared, other, undeclared))]
    tables = []
    for order in itertools.permutations(files):
        ws = make_workspace("a", name="-".join(file.stem for file in order))
        ws.add(list(order), columns=Columns(group="customer"))
        tables.append(ws.records().set_index("id")[["group", "assigned_split"]].sort_index())
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])
