"""Columns are recognized by names in several languages, else by their values; what is a guess is said."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.column_profile import profile
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.guess_columns import guess_label, guess_split, guess_text, guess_time
from winnow.curation.io.readers.source_rows import SourceRows, read_table

TEXTS = [f"my order number {n} has not arrived since {n} days" for n in range(12)]
SHORT = [f"about {n}" for n in range(12)]
KINDS = [("delivery", "refund", "damage")[n % 3] for n in range(12)]
DATES = [f"2024-01-{n + 1:02d} 10:00" for n in range(12)]


def profiles(**columns: list[Any]) -> list[Any]:
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [profile(rows, name) for name in columns]


def read(known: list[str] | None, /, chosen: Columns | None = None, **columns: list[Any]) -> SourceRows:
    return read_table(pd.DataFrame(columns), columns=chosen, labels=known)


@pytest.mark.parametrize(
    ("text", "label", "time"),
    [
        ("Ticket Description", "Issue Type", "Created at"),
        ("Beschreibung", "Kategorie", "Erstellt"),
        ("Mensaje del cliente", "Categoría", "Fecha de creación"),
        ("Votre question", "Thème", "Date de création"),
        ("Descrição", "Tipo", "Criado"),
        ("Domanda", "Argomento", "Data"),
        ("Omschrijving", "Onderwerp", "Aangemaakt op"),
        ("Treść", "Kategoria", "Data utworzenia"),
        ("Açıklama", "Konu", "Tarih"),
        ("Текст обращения", "Тема", "Дата"),
        ("问题描述", "分类", "创建时间"),
        ("お問い合わせ内容", "カテゴリ", "作成日時"),
    ],
)
def test_names_of_several_languages(text: str, label: str, time: str) -> None:
    found = profiles(**{"Id": list(range(12)), label: KINDS, time: DATES, text: TEXTS, "Status": ["open"] * 12})
    guesses = [guess(found) for guess in (guess_text, guess_label, guess_time)]
    assert [one.column if one else None for one in guesses] == [text, label, time]


def test_a_column_without_a_known_name_is_recognized_by_its_values() -> None:
    found = profiles(A=DATES, B=TEXTS, C=KINDS, D=list(range(12)), status=["open", "closed"] * 6)
    text, label = guess_text(found), guess_label(found)
    assert (text and (text.column, text.is_sure)) == ("B", True)
    assert (label and (label.column, label.is_sure)) == ("C", True)
    assert guess_time(found) is None


def test_a_reply_is_no_query_however_long_it_is() -> None:
    found = guess_text(profiles(Antwort=[f"{text}, and we are sorry for it" for text in TEXTS], Anfrage=TEXTS))
    assert found
    assert (found.column, found.others) == ("Anfrage", ())
    found = guess_text(profiles(Reply=[f"{text}, and we are sorry for it" for text in TEXTS], What=TEXTS))
    assert found
    assert found.column == "What"


def test_the_body_goes_before_the_subject_which_is_named() -> None:
    subjects = [f"question about order {n}" for n in range(12)]
    found = guess_text(profiles(Subject=subjects, Body=TEXTS))
    assert found
    assert (found.column, found.others) == ("Body", ("Subject",))


def test_a_column_of_splits_is_recognized_by_its_values() -> None:
    rows = [{"fold": one, "part": "train"} for one in ("train", "dev", "test")]
    found = guess_split(rows, ["part", "fold"])
    assert found
    assert found.column == "fold"


def test_a_column_with_the_labels_of_the_task_is_taken() -> None:
    for name in ("labels", "whatever"):
        source = read(["delivery", "refund", "damage", "other"], text=TEXTS, **{name: KINDS})
        assert source.columns.label == name
        assert [row.label for row in source.rows] == KINDS
        assert any("which are labels of the task" in note for note in source.notes)


def test_labels_that_a_model_gave_are_named_and_not_taken() -> None:
    source = read(KINDS, text=TEXTS, predicted_intent=KINDS)
    assert source.columns.label is None
    assert any("'predicted_intent' are labels of the task; not used as labels" in note for note in source.notes)


def test_the_column_with_labels_wins_over_one_that_is_only_named_for_them() -> None:
    source = read(KINDS, text=TEXTS, category=SHORT, kind=KINDS)
    assert source.columns.label == "kind"
    assert read(KINDS, text=TEXTS, label=KINDS, kind=KINDS).columns.label == "label"
    assert read(KINDS, chosen=Columns(label="none"), text=TEXTS, kind=KINDS).columns.label == "none"


def test_a_known_name_and_a_choice_need_no_guess() -> None:
    assert read(KINDS, text=SHORT, body=TEXTS).columns.text == "text"
    assert read(KINDS, chosen=Columns(text="note"), note=SHORT, body=TEXTS).columns.text == "note"


def test_two_equal_columns_of_text_are_a_question_for_add_and_a_guess_for_init() -> None:
    longer = [f"{text}, please help me" for text in TEXTS]
    with pytest.raises(WinnowError, match=r"2 columns of free text .* 'B', 'A'; fix: name the text column"):
        read(KINDS, A=TEXTS, B=longer)
    source = read(None, A=TEXTS, B=longer)
    assert source.columns.text == "B"
    assert any("text = 'B', by being the longest free text, not 'A'" in note for note in source.notes)
