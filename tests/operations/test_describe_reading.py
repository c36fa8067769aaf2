"""`init --from` says how a file was read: its encoding, who labeled, and what the embedder does not read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import winnow
from winnow.core.errors import WinnowError
from winnow.curation.engine.unread_texts import MULTILINGUAL_MODEL
from winnow.curation.io.readers.columns import Columns

LABELS = ("Lieferung", "Rechnung")


def table(path: Path, rows: Sequence[Sequence[str]], *, separator: str = ",", encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(separator.join(row) + "\n" for row in rows).encode(encoding))
    return path


def queries(count: int = 12) -> list[str]:
    return [f"Wo bleibt denn die Lieferung Nummer {n} für Frau Müller" for n in range(count)]


@pytest.mark.parametrize(
    ("separator", "encoding", "stated"),
    [(";", "cp1252", "cp1252"), ("\t", "utf-8-sig", "utf-8-sig"), (",", "utf-16", "utf-16"), ("|", "utf-8", "utf-8")],
)
def test_the_separator_and_the_encoding_are_named(tmp_path: Path, separator: str, encoding: str, stated: str) -> None:
    rows = [("text", "label"), *((text, LABELS[n % 2]) for n, text in enumerate(queries()))]
    found = winnow.describe_file(table(tmp_path / "t.csv", rows, separator=separator, encoding=encoding))
    assert (found.separator, found.encoding) == (separator, stated)
    assert winnow.describe_file(tmp_path / "t.csv", encoding=encoding).encoding == encoding


def test_a_table_of_one_column_has_no_separator(tmp_path: Path) -> None:
    found = winnow.describe_file(table(tmp_path / "t.csv", [("text",), *((text,) for text in queries())]))
    assert (found.separator, found.encoding) == ("", "utf-8")


def test_a_column_of_annotators_is_named_with_what_becomes_of_it(tmp_path: Path) -> None:
    people = ("ann", "bob", "cem")
    rows = [("text", "label", "rater"), *((t, LABELS[n % 2], people[n % 3]) for n, t in enumerate(queries()))]
    file = table(tmp_path / "t.csv", rows)
    found = winnow.describe_file(file)
    assert (found.people, found.section.annotator) == (3, "rater")
    what = [one.what for one in found.decisions if one.parameter == "annotator_column"]
    assert what == ["annotator = 'rater': labels are decisions of 3 annotators; none if they are labels of the file"]
    left_out = winnow.describe_file(file, columns=Columns(annotator="none"))
    assert (left_out.people, left_out.section.annotator) == (0, "none")
    assert "annotator_column" not in [one.parameter for one in left_out.decisions]


@pytest.mark.parametrize("names", [("Label Anna", "Label Ben"), ("anna_intent", "ben_intent")])
def test_columns_with_a_word_for_labels_and_a_name_are_those_of_annotators(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    rows = [("text", *names), *((t, LABELS[n % 2], LABELS[n % 5 % 2]) for n, t in enumerate(queries()))]
    found = winnow.describe_file(table(tmp_path / "t.csv", rows))
    assert (found.people, found.section.annotator) == (2, ";".join(names))
    workspace = winnow.init(tmp_path / "ws", from_file=tmp_path / "t.csv")
    assert not any("label = " in note for note in workspace.add(tmp_path / "t.csv", license="own").notes)


def test_a_second_column_with_such_a_name_changes_nothing_where_one_has_the_labels(tmp_path: Path) -> None:
    rows = [("text", "label", "predicted_label"), *((t, LABELS[n % 2], LABELS[n % 2]) for n, t in enumerate(queries()))]
    found = winnow.describe_file(table(tmp_path / "t.csv", rows))
    assert (found.people, found.section.label, found.section.annotator) == (0, "label", None)


def test_columns_of_several_annotators_are_taken_as_such(tmp_path: Path) -> None:
    rows = [("text", "rater_1", "rater_2"), *((t, LABELS[n % 2], LABELS[n % 5 % 2]) for n, t in enumerate(queries()))]
    file = table(tmp_path / "t.csv", rows)
    found = winnow.describe_file(file)
    assert (found.people, found.section.annotator, found.section.label) == (2, "rater_1;rater_2", None)
    assert [one.role for one in found.columns] == ["text", "labels of one annotator", "labels of one annotator"]
    assert [one.parameter for one in found.decisions] == ["annotator_column"]
    added = winnow.init(tmp_path / "w", from_file=file).add(file)
    assert (added.added, "24 answers of 2 annotators (rater_1, rater_2) count as their decisions") == (
        12,
        next(note for note in added.notes if "answers" in note),
    )


def test_columns_that_may_be_several_labels_are_not_asked_again_by_add(tmp_path: Path) -> None:
    rows = [("text", "label", "label.2"), *((t, LABELS[n % 2], LABELS[1 - n % 2]) for n, t in enumerate(queries()))]
    file = table(tmp_path / "t.csv", rows)
    found = winnow.describe_file(file)
    assert (found.section.label, found.section.annotator) == ("label", "none")
    [open_question] = [one.what for one in found.decisions if one.parameter == "annotator_column"]
    assert "only 'label' counts" in open_question
    assert "'label;label.2' if each is one annotator" in open_question
    assert winnow.init(tmp_path / "w", from_file=file).add(file).added == 12


def test_texts_that_the_embedder_does_not_read_are_named_before_they_are_stored(tmp_path: Path) -> None:
    rows = [("text", "label"), *((f"请打开第{n}个房间的灯", LABELS[n % 2]) for n in range(4)), ("lights on", LABELS[0])]
    found = winnow.describe_file(table(tmp_path / "t.csv", rows))
    assert found.embedder
    assert (found.embedder.unreadable, found.embedder.texts, found.embedder.share) == (4, 5, 0.8)
    stated = found.json_form()["embedder"]
    assert stated["example"] == "请打开第0个房间的灯"
    assert f"`embedder: {{model: {MULTILINGUAL_MODEL}}}`" in stated["notes"][0]
    json.dumps(found.json_form())


def test_texts_that_the_embedder_reads_need_no_word(tmp_path: Path) -> None:
    rows = [("text", "label"), *((f"where is parcel {n} – the café one", LABELS[n % 2]) for n in range(4))]
    found = winnow.describe_file(table(tmp_path / "t.csv", rows))
    assert (found.embedder, found.json_form()["embedder"]) == (None, None)


def test_a_column_that_says_a_machine_wrote_rows_is_named_as_the_question_that_add_asks(tmp_path: Path) -> None:
    made = ("human", "llm-generated")
    rows = [("text", "label", "source"), *((t, LABELS[n // 2 % 2], made[n % 2]) for n, t in enumerate(queries()))]
    file = table(tmp_path / "t.csv", rows)
    found = winnow.describe_file(file)
    [stated] = [one.what for one in found.decisions if one.what.startswith("origin: open")]
    assert "'source' says that a machine wrote 6 of 12 rows" in stated
    with pytest.raises(WinnowError, match=r"a machine wrote 6 of 12 rows"):
        winnow.init(tmp_path / "w", from_file=file).add(file)
