"""The base model of a task: in `check`, in the manifest of a release, and refused where there are no dialogues."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import winnow
from tests.fakes.tiny_chat_tokenizer import CHATML, CHATML_TOKENS, MISTRAL, make_chat_tokenizer
from tests.support.paths import ROOT
from tests.support.workspaces import new_workspace, waive_failing
from winnow.cli.main import app
from winnow.config.load import parse_task
from winnow.core.errors import GateError, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.releases.manifest import Manifest
from winnow.workspace import Workspace

TASK = "name: assistant\nkind: tools\ntools: tools.json\nsystem_prompt: system_prompt.txt\n"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The dialogues of the assistant example, with the tokenizers of two models beside the task file."""
    folder = tmp_path_factory.mktemp("assistant") / "ws"
    shutil.copytree(ROOT / "examples" / "assistant", folder)
    (folder / "winnow.yaml").write_text(TASK)
    make_chat_tokenizer(folder / "smol", CHATML, special=CHATML_TOKENS)
    make_chat_tokenizer(folder / "mistral", MISTRAL, window=300)
    workspace = winnow.open(folder)
    lines = (folder / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "dialogues.jsonl").write_text("\n".join(lines[::8]), encoding="utf-8")
    workspace.add(folder / "dialogues.jsonl", license="Apache-2.0", columns=Columns(group="group"))
    return workspace


def test_the_gate_is_shown_only_for_a_base_model(assistant: Workspace) -> None:
    plain = assistant.check()
    assert "chat_template" not in {gate.name for gate in plain.gates}
    assert plain.chat_template() is None
    smol = assistant.check(base_model=str(assistant.folder.root / "smol"))
    gate = smol.gates[-1]
    assert (gate.name, gate.verdict, gate.measured) == ("chat_template", "pass", 0)
    facts = smol.chat_template()
    assert facts is not None
    assert facts.dialogues == len(smol.selected)
    assert smol.rethreshold(duplicates=0.99).gates[-1].name == "chat_template"


def test_the_command_line_names_what_is_folded_and_cut(assistant: Workspace) -> None:
    found = CliRunner().invoke(app, ["-w", str(assistant.folder.root), "check", "--for", "mistral", "--json"])
    assert found.exit_code == 1
    facts = json.loads(found.output)["chat_template"]
    assert {one["role"] for one in facts["folded"]} == {"system", "tool"}
    assert facts["window"] == 300
    assert facts["faults"]["nothing_trained"] == facts["answers"]  # the system prompt alone is longer


def test_the_manifest_states_the_hash_of_the_rendered_rows(assistant: Workspace, tmp_path: Path) -> None:
    shutil.copytree(assistant.folder.root, tmp_path / "ws")
    task = tmp_path / "ws" / "winnow.yaml"
    task.write_text(task.read_text() + "base_model: smol\n")
    workspace = winnow.open(tmp_path / "ws")
    waive_failing(workspace)
    workspace.freeze("first")
    manifest = workspace.release("first").manifest
    assert manifest.chat_template == workspace.check().chat_template()
    assert manifest.chat_template is not None
    assert manifest.chat_template.model == "smol"
    assert {"jinja2", "tokenizers", "transformers"} <= set(manifest.versions)
    without = {key: value for key, value in manifest.json_form().items() if key != "chat_template"}
    assert Manifest.model_validate(without).json_form() == without  # as of a release before this field
    task.write_text(task.read_text().replace("smol\n", "{model: smol, window: 100}\n"))
    with pytest.raises(GateError, match="gate chat_template: measured"):
        workspace.freeze("second")


def test_a_task_without_dialogues_has_no_base_model(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "ws", "a", "b")
    with pytest.raises(WinnowError, match="a task of kind intents; expected: kind tools"):
        workspace.check(base_model="anything")


def test_the_name_of_a_base_model_stands_for_a_section() -> None:
    task = parse_task("name: t\nkind: tools\nbase_model: org/model\n")
    assert task.base_model is not None
    assert (task.base_model.model, task.base_model.window) == ("org/model", None)
    with pytest.raises(WinnowError, match=r"winnow\.yaml:3"):
        parse_task("name: t\nkind: tools\nbase_model: {model: org/model, window: 0}\n")
