"""A file that says who labeled makes decisions of people, as if they had answered in Argilla."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.result import Measured
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.annotations.agreement import measure_agreement
from winnow.curation.annotations.consensus import find_consensus
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.decision_writer import DecisionWriter
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.store.decisions import DecisionKey
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]


def answered(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["text", "label", "annotator"])


THREE = answered(
    ("one", "a", "ann"), ("one", "b", "bob"), ("one", "a", "cat"), ("two", "b", "ann"), ("two", "a", "bob")
)


def states(ws: Workspace) -> dict[str, tuple[str, str, str]]:
    table = ws.records()
    return {row.text: (row.state, row.label, row.decided_by) for row in table.itertuples()}


def people(ws: Workspace, text: str) -> list[tuple[str, str, str]]:
    record = ws.records().set_index("text").loc[text, "id"]
    return [(one.who, one.kind, one.value) for one in ws.show(record).decisions]


def responses(ws: Workspace) -> pd.DataFrame:
    with ws.store.reading() as connection:
        return latest_responses(connection, ws.task)


def test_each_person_decides_once_per_text(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    result = ws.add(THREE)
    assert states(ws) == {"one": ("labeled", "a", "agreement"), "two": ("labeled", "a", "person")}
    assert people(ws, "one") == [("ann", "label", "a"), ("bob", "label", "b"), ("cat", "label", "a")]
    assert "5 answers of 3 annotators (ann, bob, cat) count as their decisions" in result.notes
    assert any("annotators disagree on 2 records of 2" in note for note in result.notes)
    assert ws.records()["origin"].unique().tolist() == ["human"]


def test_a_text_that_several_people_answered_occurred_once(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    twice = answered(("two", "a", "ann"), ("two", "a", "bob"), ("two", "a", "ann"))
    ws.add(pd.concat([THREE[:3], twice]))
    assert ws.records().set_index("text")["weight"].to_dict() == {"one": 1, "two": 2}


def test_adding_twice_changes_nothing_and_retract_takes_the_answers_back(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    source = ws.add(THREE).sources[0]
    before, decisions = ws.records(), people(ws, "one")
    ws.add(THREE)
    pd.testing.assert_frame_equal(ws.records(), before)
    assert people(ws, "one") == decisions
    ws.retract(source)
    assert {state for state, _, _ in states(ws).values()} == {"superseded"}
    assert len(responses(ws)) == 0
    ws.add(THREE)
    assert states(ws)["one"] == ("labeled", "a", "agreement")


def test_agreement_and_consensus_read_answers_in_files(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    ws.add(THREE)
    table = responses(ws)
    assert table["queue"].unique().tolist() == ["file"]
    assert set(zip(table["who"], table["label"], strict=True)) == {
        ("ann", "a"),
        ("ann", "b"),
        ("bob", "a"),
        ("bob", "b"),
        ("cat", "a"),
    }
    agreement = measure_agreement(table)
    assert [one.who for one in agreement.annotators] == ["ann", "bob", "cat"]
    assert isinstance(agreement.annotators[0].majority_agreement, Measured)
    assert {one.record for one in find_consensus(table).records} == set(ws.records()["id"])


def test_a_person_answers_a_text_once_per_file_and_the_latest_time_counts(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a", "b")
    rows: list[dict[str, object]] = [
        {
            "text": "one",
            "intent": label,
            "answer": "accept",
            "_annotator_id": "ann",
            "_timestamp": 1_700_000_000 + at,
            "_view_id": "",
        }
        for label, at in (("a", 60), ("b", 0))
    ]
    rows = [{**row, "label": row.pop("intent")} for row in rows]
    result = ws.add(write_jsonl(tmp_path / "answers.jsonl", rows))
    assert people(ws, "one") == [("ann", "label", "a")]
    assert any(note.startswith("1 further answer of the same people") for note in result.notes)


def test_the_same_answer_in_a_second_file_outlives_the_first(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    first = ws.add(answered(("one", "a", "ann"))).sources[0]
    ws.add(answered(("one", "a", "ann"), ("two", "a", "ann")))
    ws.retract(first)
    assert states(ws)["one"] == ("labeled", "a", "person")


def test_an_answer_in_a_queue_outlives_the_same_answer_in_a_file(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    source = ws.add(answered(("one", "a", "ann"))).sources[0]
    record = ws.records().iloc[0]["id"]
    decision = DecisionKey(record, Actor.PERSON, "ann", DecisionKind.LABEL, "a")
    with ws.store.writing() as connection:
        writer = DecisionWriter(connection, {record})
        assert writer.decide(decision, why="answered", at="2026-12-01T00:00:00+00:00")
        assert not writer.decide(decision, why="answered", at="2026-12-01T00:00:01+00:00")
    ws.retract(source)
    ws.add(pd.DataFrame({"text": ["one"]}))
    assert states(ws)["one"] == ("labeled", "a", "person")


def test_what_was_rejected_or_ignored_is_never_a_label(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a", "b")
    rows: list[dict[str, object]] = [
        {"text": "one", "label": "a", "answer": "reject", "_annotator_id": "ann"},
        {"text": "two", "label": "a", "answer": "ignore"},
        {"text": "three", "label": "a", "answer": "accept"},
    ]
    result = ws.add(write_jsonl(tmp_path / "prodigy.jsonl", rows))
    assert states(ws) == {
        "one": ("unlabeled", "", "nobody"),
        "two": ("unlabeled", "", "nobody"),
        "three": ("labeled", "a", "file"),
    }
    assert "prodigy.jsonl: 2 answers not taken as labels: 1 rejected, 1 skipped" in result.notes


def test_a_skipped_answer_is_an_abstention_of_its_person(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a", "b")
    row: dict[str, object] = {
        "text": "one",
        "label.responses": ["a", "a"],
        "label.responses.users": ["ann", "bob"],
        "label.responses.status": ["submitted", "discarded"],
        "label.suggestion": "b",
    }
    ws.add(write_jsonl(tmp_path / "argilla.jsonl", [row]))
    skipped = {"completed_by": 1, "result": [], "was_cancelled": True}
    task: dict[str, object] = {"data": {"text": "two"}, "annotations": [skipped]}
    ws.add(write_jsonl(tmp_path / "tasks.jsonl", [task]))
    assert people(ws, "two") == [("label-studio-1", "abstention", "discarded")]
    assert people(ws, "one") == [("ann", "label", "a"), ("bob", "abstention", "discarded")]
    assert states(ws)["one"] == ("labeled", "a", "person")


def test_an_unknown_label_of_one_person_drops_the_row_with_its_name(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    result = ws.add(answered(("one", "z", "ann"), ("two", "a", "ann")))
    assert result.reasons == {"unknown_label": 1}
    assert "'z'" in result.fixes["unknown_label"]


def test_answers_about_what_a_machine_wrote_do_not_accept_it(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    batch = GenerationBatch("b1", "examples", "v1", "claude")
    ws.add(pd.DataFrame({"text": ["one"], "label": ["a"]}), origin="synthetic", batch=batch)
    result = ws.add(answered(("One!", "b", "ann"), ("one", "b", "ann"), ("one", "b", "bob")))
    assert {state for state, _, _ in states(ws).values()} == {"proposed"}
    assert any(note.startswith("3 answers about texts that a machine wrote") for note in result.notes)


def test_a_name_that_is_private_data_is_a_pseudonym(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    ws.add(
        answered(
            ("one", "a", "ann@acme-corp.com"), ("two", "a", "ann@acme-corp.com"), ("two", "a", "bob@acme-corp.com")
        )
    )
    names = {who for who, _, _ in people(ws, "two")}
    assert len(names) == 2
    assert all(name.startswith("private-") for name in names)
    assert people(ws, "one")[0][0] in names


def test_the_column_of_annotators_can_be_named_or_refused(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    table = THREE.rename(columns={"annotator": "von"})
    ws.add(table, columns=Columns(annotator="von"))
    assert len(people(ws, "one")) == 3
    other = make_workspace("a", "b", name="other")
    other.add(THREE, columns=Columns(annotator="none", group="none"))
    assert states(other)["one"][0] == "disputed"


def test_a_tool_with_several_questions_is_asked_about(make_workspace: Make, tmp_path: Path) -> None:
    row: dict[str, Any] = {"text": "one", "topic.responses": ["a"], "tone.responses": ["b"]}
    more = {
        f"{name}.responses.{part}": ["submitted" if part == "status" else "ann"]
        for name in ("topic", "tone")
        for part in ("users", "status")
    }
    path = write_jsonl(tmp_path / "argilla.jsonl", [{**row, **more}])
    ws = make_workspace("a", "b")
    with pytest.raises(WinnowError, match=r"2 questions: 'tone', 'topic'"):
        ws.add(path)
    ws.add(path, columns=Columns(label="topic"))
    assert people(ws, "one") == [("ann", "label", "a")]


def test_forgetting_a_text_forgets_who_said_what_about_it(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    ws.add(THREE)
    record = ws.records().set_index("text").loc["one", "id"]
    ws.forget(record)
    assert set(responses(ws)["record"]) == {ws.records().iloc[0]["id"]}
    assert ws.add(THREE).reasons == {"forgotten": 3}


def test_several_labels_in_a_row_are_refused_and_the_row_is_named(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a", "b")
    cells: tuple[object, ...] = (["a"], [], ["a", "b"], "a|b", "a")
    rows: list[dict[str, object]] = [{"text": f"text {n}", "label": cell} for n, cell in enumerate(cells)]
    result = ws.add(write_jsonl(tmp_path / "rows.jsonl", rows))
    assert result.reasons == {"several_labels": 2}
    assert "split the query into several rows" in result.fixes["several_labels"]
    assert [states(ws)[f"text {n}"][1] for n in (0, 1, 4)] == ["a", "", "a"]
    assert result.disputed == 0
    several = ws.add(pd.DataFrame({"text": ["one", "one", "two", "two"], "label": ["a", "b", "b", "b"]}))
    assert several.disputed == 1


def test_a_column_for_each_annotator_is_read_as_people(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a", "b")
    path = tmp_path / "wide.csv"
    path.write_text("text,label,label\none,a,a\ntwo,a,b\nthree,,b\n", encoding="utf-8")
    result = ws.add(path)
    assert not any("not used" in note for note in result.notes)
    assert people(ws, "one") == [("label", "label", "a"), ("label.2", "label", "a")]
    assert people(ws, "three") == [("label.2", "label", "b")]
    assert states(ws)["one"] == ("labeled", "a", "agreement")


def test_columns_that_could_be_several_labels_are_asked_about(make_workspace: Make) -> None:
    table = pd.DataFrame({"text": ["one", "two"], "label_1": ["a", "b"], "label_2": ["b", "a"]})
    decided = table.rename(columns={"label_1": "rater_1", "label_2": "rater_2"}).assign(label=["a", "b"])
    ws = make_workspace("a", "b")
    for one, named in ((table, "label_1;label_2"), (decided, "rater_1;rater_2")):
        with pytest.raises(WinnowError, match=rf"whose labels they are.*annotator='{named}'.*annotator='none'"):
            ws.add(one)
    ws.add(table, columns=Columns(annotator="label_*"))
    assert people(ws, "one") == [("label_1", "label", "a"), ("label_2", "label", "b")]
    other = make_workspace("a", "b", name="other")
    other.add(decided, columns=Columns(annotator="none"))
    assert states(other)["one"] == ("labeled", "a", "file")


def test_numbered_columns_of_two_levels_are_not_people(make_workspace: Make) -> None:
    ws = make_workspace("a", "b")
    ws.add(pd.DataFrame({"text": ["one"], "category_1": ["a"], "category_2": ["refund of a bill"]}))
    assert states(ws)["one"] == ("labeled", "a", "file")
