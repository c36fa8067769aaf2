"""What the licenses gate notes about the models that wrote records."""

from __future__ import annotations

import pandas as pd

from winnow.curation.checks.model_terms_notes import terms_notes


def test_restricted_and_unknown_models_are_noted_most_records_first() -> None:
    models = [("gpt-4o",)] * 2 + [("our-model", "Mixtral-8x22B")] * 3 + [("llama-3.1-8b",), ("command-r",), (), (), ()]
    origins = ["public"] * 7 + ["synthetic", "synthetic", "human"]
    notes = terms_notes(pd.DataFrame({"origin_models": pd.Series(models, dtype=object), "origin": origins}))
    assert [note.partition(":")[0] for note in notes] == [
        "3 records written by our-model, whose terms are not known",
        "2 records written by gpt-4o",
        "1 record written by command-r",
        "1 record written by llama-3.1-8b",
        "2 synthetic records of a model that is not named",
    ]
    assert "OpenAI restricts" in notes[1]
    assert "as quoted by third parties (https://openai.com/policies/terms-of-use/)" in notes[1]
    assert "has terms that this table does not know" in notes[2]
    assert "under conditions" in notes[3]
    assert "quoted" not in notes[3]
    assert notes[3].endswith("LICENSE, text of 2024-07-23)")


def test_free_models_and_people_need_no_note() -> None:
    assert terms_notes(pd.DataFrame({"origin_models": [("Mixtral-8x22B",), ()], "origin": ["public", "human"]})) == []
