"""What a release exports comes back as the same records, and a freeze refuses rows that do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.exported import BOTH, PARIS, USER, WEATHER, not_read_back, release_table, tools_task
from tests.support.paths import ROOT
from tests.support.public_data import public_data
from winnow.config.load import read_task
from winnow.config.task import Task
from winnow.core.errors import WinnowError
from winnow.core.export_losses import ExportLoss
from winnow.curation.io.readers.source_rows import read_file
from winnow.curation.io.writers import WRITERS, formats_of, row_formats_of
from winnow.curation.io.writers.export_format import DialogueRow, Line
from winnow.curation.releases.round_trip import exports_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS, content_of
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.workspace import Workspace

QUERY_FORMATS = [name for name in formats_of(INTENTS) if WRITERS[name].query]
DIALOGUE_FORMATS = [name for name in formats_of(TOOLS) if WRITERS[name].dialogue]
NOTHING: dict[str, list[str]] = {name: [] for name in DIALOGUE_FORMATS}
TEMPLATE = "Classify {this} input: {text}?"

DIALOGUES = [
    BOTH,
    Dialogue(BOTH.turns[:2], (WEATHER,)),
    Dialogue((USER, Turn(Role.ASSISTANT, "", (PARIS,))), (WEATHER,)),
    Dialogue((USER, Turn(Role.ASSISTANT, "I cannot look that up.")), (WEATHER,)),
    Dialogue((USER, Turn(Role.ASSISTANT, "I cannot look that up."))),
    Dialogue((*BOTH.turns, USER, Turn(Role.ASSISTANT, "As before."), USER, Turn(Role.ASSISTANT, "Yes.")), (WEATHER,)),
    Dialogue((USER, replace(BOTH.turns[1], train=False), *BOTH.turns[2:]), (WEATHER,)),
    Dialogue((USER, Turn(Role.ASSISTANT, "Both.", reasoning="Which of them?")), (WEATHER,)),
    Dialogue((*BOTH.turns[:2], BOTH.turns[3], BOTH.turns[2], BOTH.turns[4]), (WEATHER,)),
    Dialogue(BOTH.turns[:4], (WEATHER,)),
]
"""Dialogues with every part that a format may lack."""


@pytest.mark.parametrize("name", QUERY_FORMATS)
def test_queries_come_back_in_the_template_of_the_task(frozen_example: Workspace, tmp_path: Path, name: str) -> None:
    folder = frozen_example.export("first", name, out=tmp_path / name, prompt_template=TEMPLATE).folder
    (tmp_path / "empty").mkdir()
    task = (frozen_example.folder.root / "winnow.yaml").read_text()
    (tmp_path / "empty" / "winnow.yaml").write_text(f"{task}\nprompt_template: '{TEMPLATE}'\n")
    empty = winnow.open(tmp_path / "empty")
    empty.add(sorted(folder.glob("*.jsonl")), license="Apache-2.0")
    release = frozen_example.release("first")
    rows = pd.concat([release.rows(split) for split in release.counts])
    back = empty.records()
    assert dict(zip(back["id"], back["label"], strict=True)) == dict(zip(rows["id"], rows["label"], strict=True))


@pytest.mark.parametrize("call_format", ["fenced_json", "hermes_tags", "openai_tool_calls"])
@pytest.mark.parametrize("name", DIALOGUE_FORMATS)
def test_dialogues_that_lose_nothing_come_back(name: str, call_format: str) -> None:
    assert not_read_back(release_table([*map(content_of, DIALOGUES)]), name, tools_task(call_format)) == []


def test_the_dialogues_of_the_example_come_back() -> None:
    folder = ROOT / "examples" / "assistant"
    task = read_task(folder / "winnow.yaml")
    rows = release_table(contents(folder / "dialogues.jsonl", task))
    assert len(rows) == 309
    assert {name: not_read_back(rows, name, task) for name in DIALOGUE_FORMATS} == NOTHING
    assert {one.whole for one in exports_of(rows, task).values()} == {309}


def test_the_dialogues_of_xlam_come_back() -> None:
    task = tools_task()
    rows = release_table(contents(public_data("xlam_60k_raw/xlam_1000.jsonl"), task))
    assert len(rows) >= 960
    assert {name: not_read_back(rows, name, task) for name in DIALOGUE_FORMATS} == NOTHING
    assert {one.whole for one in exports_of(rows, task).values()} == {len(rows)}


def contents(path: Path, task: Task) -> list[str]:
    """The contents of the valid rows of a file, each once."""
    found = [row.problem or TOOLS.parse(row.content, task) for row in read_file(path, kind=TOOLS).rows]
    return list(dict.fromkeys(one for one in found if isinstance(one, str)))


def test_the_manifest_states_what_every_format_holds(frozen_example: Workspace) -> None:
    release = frozen_example.release("first")
    exports = release.manifest.exports
    assert list(exports) == sorted(row_formats_of(INTENTS))
    assert {one.whole for one in exports.values()} == {sum(release.counts.values())}
    facts = exports_of(release_table([*map(content_of, DIALOGUES)]), tools_task())
    assert (facts["sharegpt"].whole, facts["openai"].whole) == (6, 10)
    assert facts["sharegpt"].losses == dict.fromkeys(
        (ExportLoss.REASONING, ExportLoss.RESULT_ORDER, ExportLoss.TURNS_AT_END, ExportLoss.UNLEARNED_TURN), 1
    )
    assert facts["openai"].read_back


def test_a_row_that_does_not_come_back_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_last(row: DialogueRow) -> list[Line]:
        (line,) = dialogue_lines(row)
        return [{**line, "messages": line["messages"][:-1]}]

    dialogue_lines = WRITERS["openai"].dialogue
    assert dialogue_lines is not None
    monkeypatch.setitem(WRITERS, "openai", replace(WRITERS["openai"], dialogue=without_last))
    rows = release_table([content_of(BOTH)])
    with pytest.raises(WinnowError) as refused:
        exports_of(rows, tools_task())
    (problem,) = refused.value.problems
    assert problem.where == f"record {rows['id'][0]} in the export format openai"
    assert problem.found == "it is read back as another record"
