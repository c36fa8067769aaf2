"""An evaluation says on how many rows of an official split it stands, why others are missing, and weighs repeats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from tests.support.workspaces import waive_failing
from winnow.workspace import Workspace

ASKED = ("my invoice is wrong", "the bill has an error", "charge on my card twice", "refund the second payment")
FORGOT = ("password is forgotten", "the login page rejects me", "locked out since monday", "reset link never arrives")


def rows(split: str, times: dict[str, int], **more: Any) -> list[dict[str, Any]]:
    labeled = [(text, label) for label, texts in (("a", ASKED), ("b", FORGOT)) for text in texts]
    return [
        {"text": f"{split}: {text}", "label": label, "split": split} | more
        for text, label in labeled
        for _ in range(times.get(text, 1))
    ]


def test_repeats_and_disputed_rows_are_named_and_a_repeated_error_weighs_more(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    workspace = make_workspace("a", "b")
    disputed = [{"text": "test: is it the bill", "label": label, "split": "test"} for label in "ab"]
    test = rows("test", {ASKED[0]: 5, FORGOT[0]: 2})
    given = rows("train", {}) + rows("validation", {}) + test + disputed
    workspace.add(write_jsonl(tmp_path / "official.jsonl", given), license="own")
    waive_failing(workspace)
    workspace.freeze("first")
    release = workspace.release("first")
    assert release.left_out("test") == {"disputed": 2}
    answers = [
        {"id": row["id"], "label": "b" if row["text"] == f"test: {ASKED[0]}" else row["label"]}
        for split in ("validation", "test")
        for row in release.rows(split).to_dict("records")
    ]
    file = write_jsonl(tmp_path / "answers.jsonl", answers)
    measures = workspace.evaluate("first", predictions=file, name="rules", split="test").evaluation.measures
    assert measures.population == "8 rows of 15; without 5 repeats, 2 disputed"
    assert measures.accuracy == 7 / 8
    weighted = measures.accuracy_by_occurrences
    assert weighted is not None
    assert (weighted.value, weighted.rows) == (pytest.approx(8 / 13), 13)
    assert weighted.low < 0.33  # five wrong occurrences of one text are one error
