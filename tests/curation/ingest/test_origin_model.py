"""Which model wrote the rows: stated for a file, by a column, or by the batch; kept in releases and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from tests.support.workspaces import new_workspace, waive_failing
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace


def queries(start: int, stop: int, **columns: object) -> list[dict[str, Any]]:
    words = "apple bread cider dates eggs flour grapes honey ice juice kale lemon melon nuts olives pears".split()
    return [
        {"text": f"please order {words[i % 16]} number {i}", "label": "ab"[i % 2], **columns}
        for i in range(start, stop)
    ]


def models(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    rows = workspace.records()
    return {text.rpartition(" ")[2]: found for text, found in zip(rows["text"], rows["origin_models"], strict=True)}


def test_a_model_is_stated_for_a_file_or_by_its_rows(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b")
    rows = [*queries(0, 2), *queries(2, 3, origin_model="our-model"), *queries(3, 4, origin_model="x; y")]
    file = write_jsonl(tmp_path / "f.jsonl", rows)
    workspace.add(file, origin="public", origin_model="gpt-4o;  claude-3 ; gpt-4o")
    assert models(workspace) == {
        "0": ("claude-3", "gpt-4o"), "1": ("claude-3", "gpt-4o"), "2": ("our-model",), "3": ("x", "y"),
    }  # fmt: skip
    other = write_jsonl(tmp_path / "g.jsonl", queries(0, 1))
    workspace.add(other, origin="public", origin_model="grok-3")
    assert models(workspace)["0"] == ("claude-3", "gpt-4o", "grok-3")
    workspace.retract("g.jsonl")
    assert models(workspace)["0"] == ("claude-3", "gpt-4o")


def test_the_model_of_a_batch_is_that_of_its_rows(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b")
    batches = (GenerationBatch("one", "g", "1", "qwen3-8b"), GenerationBatch("two", "g", "1", "unknown"))
    for number, batch in enumerate(batches):
        file = write_jsonl(tmp_path / f"{number}.jsonl", queries(number, number + 1))
        workspace.add(file, origin="synthetic", batch=batch)
    assert models(workspace) == {"0": ("qwen3-8b",), "1": ()}
    with pytest.raises(WinnowError, match=r"origin_model: 'gpt-4o' for a batch that 'qwen3-8b' wrote"):
        workspace.add(file, origin="synthetic", batch=batches[0], origin_model="gpt-4o")
    with pytest.raises(WinnowError, match=r"origin_model: ' ; '"):
        workspace.add(file, origin_model=" ; ")


def test_a_column_of_models_is_recognized_by_its_values(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b")
    workspace.add(write_jsonl(tmp_path / "f.jsonl", queries(0, 1, model="gpt-4o")))
    workspace.add(write_jsonl(tmp_path / "g.jsonl", queries(1, 2, model="Fiesta", year=2011)))
    workspace.add(
        write_jsonl(tmp_path / "h.jsonl", queries(2, 3, generator="gpt-4o")), columns=Columns(origin_model="none")
    )
    assert models(workspace) == {"0": ("gpt-4o",), "1": (), "2": ()}


def test_the_model_is_a_setting_of_the_source(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b")
    rows = [*queries(0, 1), {"text": "x", "label": "c"}, {"text": "y", "label": "c", "origin_model": "our-model"}]
    file = write_jsonl(tmp_path / "f.jsonl", rows)
    result = workspace.add(file, origin="public", origin_model="gpt-4o")
    assert workspace.add(file, origin="public", origin_model="gpt-4o").known == 1
    with pytest.raises(WinnowError, match=r"already added as source"):
        workspace.add(file, origin="public", origin_model="grok-3")
    dropped = Path(str(result.dropped_file))
    dropped.write_text(dropped.read_text().replace('"c"', '"a"'))
    with pytest.raises(WinnowError, match=r"origin_model: grok-3 for dropped rows .* expected: gpt-4o"):
        workspace.add(dropped, origin_model="grok-3")
    assert workspace.add(dropped).added == 2
    assert {text: row for text, row in models(workspace).items() if text in "xy"} == {
        "x": ("gpt-4o",),
        "y": ("our-model",),
    }


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("models")
    workspace = new_workspace(folder / "w", "a", "b")
    rows = [*queries(0, 40), *queries(40, 60, origin_model="DeepSeek-R1")]
    workspace.add(
        write_jsonl(folder / "f.jsonl", rows), origin="public", license="MIT", origin_model="gpt-4o; our-model"
    )
    workspace.add(write_jsonl(folder / "own.jsonl", queries(60, 80)), license="own")
    waive_failing(workspace)
    workspace.freeze("first")
    return workspace


def test_a_release_states_its_models(released: Workspace) -> None:
    folder = released.folder.releases / "first"
    manifest = json.loads((folder / "manifest.json").read_text())
    counts = manifest["origin_models"]
    assert counts["gpt-4o"] == counts["our-model"] > counts["DeepSeek-R1"] > 0
    assert {one["name"]: one.get("origin_model") for one in manifest["sources"]} == {
        "f.jsonl": "gpt-4o; our-model", "own.jsonl": None,
    }  # fmt: skip
    notes = next(gate["notes"] for gate in manifest["gates"] if gate["name"] == "licenses")
    assert [note.split(" written by ")[1].split(":")[0].split(",")[0] for note in notes] == ["gpt-4o", "our-model"]
    card = (folder / "README.md").read_text()
    assert "Rows by the model that wrote them" in card
    assert "OpenAI restricts training other models with them" in card
    assert "written by gpt-4o; our-model" in json.loads((folder / "croissant.json").read_text())["rai:dataCollection"]


def test_models_are_read_back_with_a_release(released: Workspace, tmp_path: Path) -> None:
    folder = released.folder.releases / "first"
    frozen = [json.loads(line) for path in (folder / "jsonl").glob("*.jsonl") for line in path.open()]
    stated = {row["id"]: row["origin_model"] for row in frozen}
    assert set(stated.values()) == {"gpt-4o; our-model", "DeepSeek-R1", ""}
    workspace = new_workspace(tmp_path / "w", "a", "b")
    workspace.add(folder)
    rows = workspace.records()
    assert {row: "; ".join(found) for row, found in zip(rows["id"], rows["origin_models"], strict=True)} == stated
    assert workspace.add(folder).added == 0
    with pytest.raises(WinnowError, match=r"origin_model: 'grok-3' for rows of a release"):
        workspace.add(folder, origin_model="grok-3")
