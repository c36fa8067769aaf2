"""Generated dialogues go through add and check, and every planted one ends as it must."""

from __future__ import annotations

from collections import Counter

import pytest

import winnow
from benchmarks.dialogues_large import identities, planted_fates
from benchmarks.generated_dialogues import GeneratedDialogues, Planting, generate, write_task
from tests.support.files import write_jsonl
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.ingest.add import AddResult
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

COUNT = 600

EACH = 6
"""Pairs that are planted in each way, at one in a hundred."""


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, GeneratedDialogues, AddResult, CheckResult]:
    folder = tmp_path_factory.mktemp("many")
    write_task(folder)
    made = generate(COUNT)
    path = write_jsonl(folder / "dialogues.jsonl", made.rows)
    workspace = winnow.open(folder)
    result = workspace.add(path, columns=Columns(group="group"), license="own")
    return workspace, made, result, workspace.check()


Added = tuple[Workspace, GeneratedDialogues, AddResult, CheckResult]


def test_the_same_seed_makes_the_same_rows() -> None:
    assert generate(200).rows == generate(200).rows != generate(200, seed=1).rows


def test_only_planted_rows_are_dropped_or_known(added: Added) -> None:
    _, _, result, _ = added
    assert result.given == result.added + 2 * EACH
    assert (result.known, result.reasons) == (EACH, {"invalid_call": EACH})


def test_every_planted_row_ends_as_it_must(added: Added) -> None:
    workspace, made, _, checked = added
    table = checked.table
    fates = {
        record: str(reason) if split == EXCLUDED else "kept"
        for record, split, reason in zip(table["id"], table["split"], table["reason"], strict=True)
    }
    assert planted_fates(made, fates, identities(workspace.folder.root)) == {
        Planting.REPEATED: Counter({("kept",): EACH}),
        Planting.INVALID: Counter({("dropped", "kept"): EACH}),
        Planting.DUPLICATE: Counter({("duplicate", "kept"): EACH}),
        Planting.OTHER_TOOLS: Counter({("kept", "kept"): EACH}),
        Planting.OTHER_CALLS: Counter({("kept", "kept"): EACH}),
        Planting.LEAK: Counter({("kept", "leakage"): EACH}),
    }


def test_generated_calls_follow_from_what_is_said(added: Added) -> None:
    verdicts = {gate.name: gate.verdict for gate in added[3].gates}
    assert {verdicts[name] for name in ("grounding", "call_format", "answer_style", "disputed", "schema")} == {"pass"}
