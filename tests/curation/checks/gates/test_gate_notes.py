"""Notes of gates: shown in check, report, card and manifest although the gate passes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.paths import EXAMPLE
from winnow.config.task import SplitsConfig
from winnow.curation.checks.gates.hold_out_integrity import small_split_notes


def rows(train: int, validation: int, test: int, synthetic: int = 0) -> pd.DataFrame:
    splits = ["train"] * (train + synthetic) + ["validation"] * validation + ["test"] * test
    return pd.DataFrame({"split": splits, "origin": ["synthetic"] * synthetic + ["human"] * (len(splits) - synthetic)})


@pytest.mark.parametrize("sizes", [(850, 75, 75), (15_000, 3_000, 4_500), (700, 150, 150, 3_000)])
def test_a_split_with_half_of_its_share_has_no_note(sizes: tuple[int, ...]) -> None:
    assert small_split_notes(rows(*sizes), SplitsConfig()) == []


def test_a_small_split_is_noted_with_both_shares() -> None:
    assert small_split_notes(rows(776, 150, 74), SplitsConfig()) == [
        "the test split has 74 of 1,000 rows that are not synthetic (7.4%), less than half of splits.test, which is 15%"
    ]
    assert len(small_split_notes(rows(980, 10, 10, 500), SplitsConfig())) == 2


def test_a_share_that_the_task_states_is_compared_with_the_rows() -> None:
    stated = SplitsConfig(validation=0.02, test=0.02, by="Ann", reason="little data")
    assert small_split_notes(rows(980, 10, 10), stated) == []
    assert len(small_split_notes(rows(990, 9, 1), stated)) == 2


def test_shares_that_were_smaller_at_add_are_shown_everywhere(tmp_path: Path) -> None:
    text = (EXAMPLE / "winnow.yaml").read_text()
    stated, small = "  validation: 0.15 ", "  by: Ann\n  reason: little data\n  validation: 0.05 "
    assert stated in text
    task_file = tmp_path / "winnow.yaml"
    task_file.write_text(text.replace(stated, small))
    workspace = winnow.open(tmp_path)
    workspace.add(EXAMPLE / "labeled.jsonl", license="Apache-2.0")
    task_file.write_text(text)
    checked = run_winnow("check", cwd=tmp_path)
    release = Path(workspace.freeze("first").path)
    manifest = json.loads((release / "manifest.json").read_text())
    (note,) = [one for gate in manifest["gates"] for one in gate["notes"] if gate["name"] == "hold_out_integrity"]
    assert note.startswith("the validation split has ")
    assert note.endswith("less than half of splits.validation, which is 15%")
    assert note in " ".join(checked.stdout.split())
    assert f"- **hold_out_integrity**: {note}." in (release / "README.md").read_text()
    assert note in workspace.coverage()[1].read_text()
    (gate,) = [one for one in workspace.report().report.facts(tmp_path).gates if one.name == "hold_out_integrity"]
    assert gate.notes == (note,)
