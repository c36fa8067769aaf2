"""A corrected answer supersedes the old record: which rows may, what follows, and how it is undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, dialogue, tools_workspace
from tests.support.files import edit_dropped, read_dropped, write_jsonl
from tests.support.workspaces import new_workspace, waive_failing
from winnow.core.errors import WinnowError
from winnow.curation.ingest.add import AddResult
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

MADE = GenerationBatch("b1", "examples", "v1", "a model")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return tools_workspace(tmp_path / "ws")


def add(ws: Workspace, name: str, *rows: dict[str, object], **options: Any) -> AddResult:
    folder = ws.folder.root.parent
    return ws.add(write_jsonl(folder / f"{name}.jsonl", list(rows)), **options)


def ids(ws: Workspace) -> dict[str, str]:
    """The id of each record by the city of its call and its result."""
    return {name_of(content): record for record, content in zip(*columns(ws, "id", "content"), strict=True)}


def columns(ws: Workspace, *names: str) -> list[list[Any]]:
    table = ws.records()
    return [table[name].tolist() for name in names]


def name_of(content: str) -> str:
    turns = json.loads(json.loads(content)["messages"])
    return str(turns[1]["calls"][0]["arguments"]["city"])


def states(ws: Workspace) -> dict[str, str]:
    return {name_of(c): state for c, state in zip(*columns(ws, "content", "state"), strict=True)}


def wrong(ws: Workspace, **options: Any) -> str:
    """The id of an added record whose answer is wrong."""
    add(ws, "wrong", dialogue("Weather in Rome?", "Oslo"), **options)
    return ids(ws)["Oslo"]


def right(record: str, **changed: Any) -> dict[str, object]:
    return dialogue("Weather in Rome?", **({"city": "Rome", "supersedes": record} | changed))


def test_a_correction_supersedes_the_record_and_joins_its_group_and_split(ws: Workspace) -> None:
    record = wrong(ws, split="test")
    preview = add(ws, "right", right(record, session="another"), columns=Columns(group="session"), dry_run=True)
    assert (preview.superseded, states(ws)) == (1, {"Oslo": "labeled"})
    done = add(ws, "right", right(record, session="another"), columns=Columns(group="session"))
    assert (done.added, done.superseded) == (1, 1)
    assert states(ws) == {"Oslo": "superseded", "Rome": "labeled"}
    table = ws.records().set_index("id")
    assert table["group"].nunique() == 1
    assert set(table["assigned_split"]) == {"test"}
    new = ids(ws)["Rome"]
    assert table["origin"].to_dict() == {record: "log", new: "human"}
    assert (table["superseded_by"][record], table["supersedes"][new]) == ((new,), (record,))
    assert ws.status().corrected == 1
    again = add(ws, "right", right(record, session="another"), columns=Columns(group="session"))
    assert (again.known, again.superseded, states(ws)) == (1, 0, {"Oslo": "superseded", "Rome": "labeled"})


def test_a_superseded_record_is_not_selected_and_not_in_dispute(ws: Workspace) -> None:
    record = wrong(ws, split="train")
    add(ws, "other", right("", supersedes=None), split="train")
    disputed = next(gate for gate in ws.check().gates if gate.name == "disputed")
    assert disputed.verdict == "fail"
    add(ws, "right", right(record), split="train")
    checked = ws.check()
    assert next(gate for gate in checked.gates if gate.name == "disputed").verdict == "pass"
    assert checked.excluded == {"superseded": 1}
    assert checked.selected["id"].tolist() == [ids(ws)["Rome"]]


def test_show_names_both_directions_and_who_says_so(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "right", right(record))
    new = ids(ws)["Rome"]
    for shown in (ws.show(record), ws.show(new)):
        (one,) = shown.supersessions
        assert (one.record, one.superseded, one.name, one.why, one.retracted_at) == (
            new, record, "right.jsonl", "row 1", None,
        )  # fmt: skip
        assert one.who.startswith("file:")
        assert one.at


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"supersedes": "0" * 20}, "supersedes_unknown"),
        ({"supersedes": "ticket 7"}, "supersedes_unknown"),
        ({"city": "Oslo"}, "supersedes_itself"),
        ({"question": "Weather in Rome tomorrow?"}, "supersedes_other_request"),
        ({"tools": TOOLS[:1]}, "supersedes_other_request"),
    ],
)
def test_an_invalid_correction_is_dropped_with_what_to_do(ws: Workspace, changed: dict[str, Any], reason: str) -> None:
    record = wrong(ws)
    question = changed.pop("question", "Weather in Rome?")
    row = dialogue(question, **({"city": "Rome", "supersedes": record} | changed))
    result = add(ws, "right", row)
    assert (result.reasons, result.dropped, result.superseded) == ({reason: 1}, 1, 0)
    assert result.fixes[reason]
    assert states(ws) == {"Oslo": "labeled"}
    (line,) = read_dropped(result.dropped_file)
    assert line["row"]["supersedes"] == row["supersedes"]
    fixed = ws.add(edit_dropped(result.dropped_file, ws.folder.root.parent / "fixed.jsonl", supersedes=None))
    assert fixed.dropped == 0


def test_a_fixed_correction_supersedes(ws: Workspace) -> None:
    record = wrong(ws)
    dropped = add(ws, "right", right("0" * 20)).dropped_file
    fixed = ws.add(edit_dropped(dropped, ws.folder.root.parent / "fixed.jsonl", supersedes=record))
    assert (fixed.added, fixed.superseded) == (1, 1)


def test_another_call_and_another_result_correct_an_answer(ws: Workspace) -> None:
    record = wrong(ws)
    assert add(ws, "right", right(record, tool="traffic", result="slow")).superseded == 1


def test_corrections_that_go_round_in_a_circle_are_dropped(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "right", right(record))
    new = ids(ws)["Rome"]
    back = add(ws, "back", right(new, city="Oslo"))
    assert back.reasons == {"supersedes_in_cycle": 1}
    ws.retract("right.jsonl")
    assert add(ws, "back", right(new, city="Oslo")).dropped == 0
    assert add(ws, "right", right(record)).reasons == {"supersedes_in_cycle": 1}
    assert states(ws) == {"Oslo": "labeled", "Rome": "superseded"}


def test_of_rows_in_a_circle_none_is_added_whatever_their_order(ws: Workspace) -> None:
    rows = [right("", city=city, supersedes=None) for city in ("Oslo", "Rome", "Bonn")]
    add(ws, "known", *rows)
    known = ids(ws)
    circle = [
        right(known["Rome"], city="Oslo"),
        right(known["Bonn"], city="Rome"),
        right(known["Oslo"], city="Bonn"),
        right(known["Oslo"], city="Lima"),
    ]
    for name, given in (("one", circle), ("two", circle[::-1])):
        result = add(ws, name, *given, dry_run=True)
        assert result.reasons == {"supersedes_in_cycle": 3}
        assert (result.added, result.superseded) == (1, 1)


def test_rows_of_one_file_may_correct_each_other_in_any_order(ws: Workspace, tmp_path: Path) -> None:
    chain = [right("", city="Oslo", supersedes=None, split="test")]
    other = tools_workspace(tmp_path / "other")
    add(other, "ids", *[right("", city=city, supersedes=None) for city in ("Oslo", "Rome", "Bonn")])
    known = ids(other)
    chain += [right(known["Oslo"], city="Rome"), right(known["Rome"], city="Bonn")]
    groups = set()
    for name, given in (("one", chain), ("two", chain[::-1])):
        one = tools_workspace(tmp_path / name)
        result = add(one, name, *given)
        assert (result.added, result.superseded) == (3, 2)
        assert states(one) == {"Oslo": "superseded", "Rome": "superseded", "Bonn": "labeled"}
        assert set(one.records()["assigned_split"]) == {"test"}
        groups |= set(one.records()["group"])
    assert groups == {known["Oslo"]}


def test_a_correction_of_a_dropped_row_is_dropped_too(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "ids", right("", city="Bonn", supersedes=None))
    bonn = ids(ws)["Bonn"]
    ws.retract("ids.jsonl")
    other = tools_workspace(ws.folder.root.parent / "other")
    result = add(other, "both", right(record, city="Bonn"), right(bonn))
    assert result.reasons == {"supersedes_unknown": 2}


def test_a_synthetic_row_never_takes_the_place_of_hold_out(ws: Workspace) -> None:
    record = wrong(ws, split="test")
    result = add(ws, "made", right(record), origin="synthetic", batch=MADE)
    assert result.reasons == {"supersedes_hold_out": 1}


def test_a_record_of_train_never_takes_the_place_of_hold_out(ws: Workspace) -> None:
    record = wrong(ws, split="test")
    add(ws, "train", right("", supersedes=None), split="train")
    assert add(ws, "right", right(record)).reasons == {"supersedes_hold_out": 1}


def test_a_synthetic_correction_waits_for_people(ws: Workspace) -> None:
    record = wrong(ws, split="train")
    result = add(ws, "made", right(record, tool="traffic"), origin="synthetic", batch=MADE)
    assert (result.added, result.superseded) == (1, 0)
    assert any("1 correction without effect" in note for note in result.notes)
    assert states(ws) == {"Oslo": "labeled", "Rome": "proposed"}
    decide(ws, ids(ws)["Rome"], "label", "traffic")
    assert states(ws) == {"Oslo": "superseded", "Rome": "labeled"}
    decide(ws, ids(ws)["Rome"], "rejection", "")
    assert states(ws)["Oslo"] == "labeled"
    assert ws.show(record).record.superseded_by == ()


def test_a_correction_by_people_takes_a_synthetic_record_out_at_once(ws: Workspace) -> None:
    add(ws, "made", dialogue("Weather in Rome?", "Oslo"), origin="synthetic", batch=MADE)
    decide(ws, ids(ws)["Oslo"], "label", "weather")
    result = add(ws, "right", right(ids(ws)["Oslo"]), origin="human")
    assert result.superseded == 1
    assert states(ws) == {"Oslo": "superseded", "Rome": "proposed"}


def decide(ws: Workspace, record: str, kind: str, value: str) -> None:
    with ws.store.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO decision (record_id, actor, who, kind, value, why, at, turn) VALUES "
            f"('{record}', 'person', 'ann', '{kind}', '{value}', '', '2026-01-01T00:00:00Z', "
            "(SELECT count(*) FROM decision))"
        )


def test_the_newest_of_a_chain_wins_and_two_corrections_are_in_dispute(ws: Workspace) -> None:
    record = wrong(ws, split="train")
    add(ws, "one", right(record))
    add(ws, "two", right(ids(ws)["Rome"], city="Bonn", result="cold"))
    assert states(ws) == {"Oslo": "superseded", "Rome": "superseded", "Bonn": "labeled"}
    assert ws.check().conflicts.empty
    add(ws, "three", right(record, city="Lima", result="hot"))
    conflicts = ws.check().conflicts
    known = ids(ws)
    assert {*conflicts["left"], *conflicts["right"]} == {known["Bonn"], known["Lima"]}


def test_to_retract_the_source_of_a_correction_makes_the_old_record_count_again(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "right", right(record))
    before = ids(ws)
    preview = ws.retract("right.jsonl", dry_run=True)
    assert (preview.superseded, preview.count_again) == (1, 1)
    assert ws.retract("right.jsonl") == preview.__class__(**{**vars(preview), "dry_run": False})
    assert states(ws) == {"Oslo": "labeled", "Rome": "superseded"}
    assert ws.show(before["Rome"]).supersessions[0].retracted_at
    assert add(ws, "right", right(record)).superseded == 1
    assert states(ws) == {"Oslo": "superseded", "Rome": "labeled"}


def test_two_sources_of_a_correction_must_both_be_retracted(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "right", right(record))
    add(ws, "also", right(record), right("", city="Lima", supersedes=None))
    assert ws.retract("right.jsonl").count_again == 0
    assert states(ws)["Oslo"] == "superseded"
    assert ws.retract("also.jsonl").count_again == 1


def stored(ws: Workspace) -> list[tuple[str, str]]:
    with ws.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT record_id, superseded_id FROM supersession ORDER BY 1, 2")
        return [(one, other) for one, other in rows]


@pytest.mark.parametrize("city", ["Oslo", "Rome"])
def test_to_forget_either_record_leaves_no_reference(ws: Workspace, city: str) -> None:
    record = wrong(ws)
    add(ws, "right", right(record))
    known = ids(ws)
    other = known["Rome" if city == "Oslo" else "Oslo"]
    expected = [record] if city == "Rome" else []
    assert ws.forget(known[city], dry_run=True).count_again == expected
    assert stored(ws)
    assert ws.forget(known[city]).count_again == expected
    assert stored(ws) == []
    assert (states(ws), ws.show(other).supersessions) == ({name_of_other(city): "labeled"}, [])
    again = add(ws, "right", right(record))
    assert (again.known, again.dropped) == ((1, 0) if city == "Oslo" else (0, 1))
    assert (stored(ws), ids(ws)) == ([], {name_of_other(city): other})


def name_of_other(city: str) -> str:
    return "Rome" if city == "Oslo" else "Oslo"


def test_a_correction_of_a_forgotten_record_is_not_added(ws: Workspace) -> None:
    record = wrong(ws)
    ws.forget(record)
    result = add(ws, "right", right(record))
    assert result.reasons == {"forgotten": 1}
    assert "Weather in Rome" not in Path(str(result.dropped_file)).read_text()


def test_to_forget_the_middle_of_a_chain_keeps_the_newest_in_place_of_the_oldest(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "one", right(record))
    known = ids(ws)
    add(ws, "two", right(known["Rome"], city="Bonn"))
    assert ws.forget(known["Rome"]).count_again == []
    assert stored(ws) == [(ids(ws)["Bonn"], record)]
    assert states(ws) == {"Oslo": "superseded", "Bonn": "labeled"}
    ws.retract("two.jsonl")
    assert states(ws) == {"Oslo": "labeled", "Bonn": "superseded"}


def test_what_was_retracted_in_the_middle_of_a_chain_is_not_joined(ws: Workspace) -> None:
    record = wrong(ws)
    add(ws, "one", right(record))
    known = ids(ws)
    add(ws, "two", right(known["Rome"], city="Bonn"))
    ws.retract("one.jsonl")
    assert states(ws) == {"Oslo": "labeled", "Rome": "superseded", "Bonn": "labeled"}
    ws.forget(known["Rome"])
    assert (stored(ws), states(ws)) == ([], {"Oslo": "labeled", "Bonn": "labeled"})


def test_the_database_deletes_only_what_names_a_forgotten_record(ws: Workspace) -> None:
    add(ws, "right", right(wrong(ws)))
    for statement in ("DELETE FROM supersession", "UPDATE supersession SET why = ''"):
        with pytest.raises(Exception, match="written once"), ws.store.writing() as connection:
            connection.exec_driver_sql(statement)


def test_a_release_without_the_old_record_is_restored_and_the_same_state_has_the_same_bytes(
    ws: Workspace, tmp_path: Path
) -> None:
    record = wrong(ws, split="train")
    for city, split in (("Lima", "validation"), ("Bonn", "test")):
        add(ws, split, dialogue(f"Is the road to {city} free?", city, tool="traffic"), split=split)
    waive_failing(ws)
    ws.freeze("before")
    add(ws, "right", right(record), split="train")
    waive_failing(ws)
    first, second = ws.freeze("after"), ws.freeze("again")
    assert first.sha256 == second.sha256
    assert ws.verify("before") == ws.verify("after") == []
    known = ids(ws)
    assert record in set(ws.release("before").rows("train")["id"])
    assert ws.release("after").rows("train")["id"].tolist() == [known["Rome"]]
    restored = tools_workspace(tmp_path / "restored")
    restored.add(ws.folder.releases / "after")
    assert states(restored) == {"Rome": "labeled", "Lima": "labeled", "Bonn": "labeled"}
    groups = ws.records().set_index("id")["group"]
    assert restored.records().set_index("id")["group"].to_dict() == groups.drop(record).to_dict()


def test_a_task_of_intents_has_no_corrected_answers(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path / "intents", "a", "b")
    rows: list[dict[str, object]] = [{"text": "one query", "label": "a", "supersedes": "0" * 20}]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    with pytest.raises(WinnowError, match=r"Columns\(supersedes|supersedes") as caught:
        ws.add(path, columns=Columns(supersedes="supersedes"))
    assert "kind intents" in str(caught.value)
    assert any("not used: supersedes" in note for note in ws.add(path).notes)


def test_another_column_may_name_the_record_and_none_ignores_it(ws: Workspace) -> None:
    record = wrong(ws)
    row = right("", supersedes=None, corrects=record)
    assert add(ws, "none", right(record), columns=Columns(supersedes="none"), dry_run=True).superseded == 0
    assert add(ws, "right", row, columns=Columns(supersedes="corrects")).superseded == 1


def test_a_column_that_means_something_else_is_ignored_as_the_reason_says(ws: Workspace) -> None:
    dropped = add(ws, "notes", right("an older policy"))
    assert dropped.fixes["supersedes_unknown"].endswith("`winnow add FILE --supersedes-column none`")
    source = dropped.sources[0]
    ws.retract(source)
    assert add(ws, "notes", right("an older policy"), columns=Columns(supersedes="none")).added == 1
