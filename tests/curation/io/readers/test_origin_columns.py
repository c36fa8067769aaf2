"""Which columns say that a machine wrote some rows, and which do not."""

from __future__ import annotations

import pytest

from tests.support.public_data import public_data
from winnow.curation.io.readers.origin_columns import SyntheticColumn, synthetic_columns


def found(column: str, values: list[object]) -> list[SyntheticColumn]:
    return synthetic_columns([{column: value} for value in values], [column])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("origin", ["human", "synthetic", "synthetic", ""]),
        ("Origin", ["Synthetic", " SYNTHETIC ", "crowd", None]),
        ("source", ["log", "synthetic", "public", "synthetic"]),
        ("kind", ["log", "synthetic", "log", "synthetic"]),
        ("data_source", ["support", "llm-generated", "LLM generated", ""]),
        ("Herkunft", ["Kunde", "generiert", "generiert", "Kunde"]),
        ("is_synthetic", [True, False, True, False]),
        ("isGenerated", ["yes", "no", "yes", "no"]),
        ("synthetic", [1.0, 0.0, 1.0, float("nan")]),
    ],
)
def test_a_column_that_says_it_is_found_with_its_count(column: str, values: list[object]) -> None:
    (one,) = found(column, values)
    assert (one.column, one.synthetic) == (column, 2)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("origin", ["human", "log", "public"]),
        ("origin", ["Berlin", "Paris"]),
        ("source", ["user-generated", "web"]),
        ("material", ["synthetic", "wool"]),
        ("synthetic", ["false", "false"]),
        ("generated_at", ["2024-01-02", "2024-01-03"]),
        ("user_generated", ["yes", "no"]),
        ("source", []),
    ],
)
def test_another_column_is_not_found(column: str, values: list[object]) -> None:
    assert not found(column, values)


@pytest.mark.parametrize("name", ["clinc150", "banking77", "rasa_nlu"])
def test_no_question_about_public_data(name: str) -> None:
    from winnow.curation.io.readers.raw_rows import read_rows
    from winnow.validators.text import Drop

    rows = [fields for _, fields in read_rows(public_data(f"{name}/{name}.jsonl")).rows if not isinstance(fields, Drop)]
    assert not synthetic_columns(rows, list(rows[0]))
