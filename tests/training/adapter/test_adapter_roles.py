"""Several agents share a release: each adapter learns the dialogues, the tools and the system prompt of its role."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import winnow
from tests.support.dialogues import TOOLS
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.errors import GateError, WinnowError
from winnow.curation.checks.chat_template.base_model import render_for_base_model
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.curation.checks.chat_template.render_records import RenderedRecords
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.adapter.adapter_method import trained_rows_of
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.answering.answer_request import requests_of_rows
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.run_release import task_of_run
from winnow.validators.kinds import with_known_tools
from winnow.validators.kinds.tools import dialogue_of, offered_by_task
from winnow.validators.tools.agent_dialogues import dialogue_of_role, task_of_role
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.workspace import Workspace

ROLES = """
roles:
  - {name: sky, tools: [weather], system_prompt: sky.txt}
  - {name: roads, tools: [traffic]}
  - {name: guide, tools: [traffic, weather]}
"""

BOTH = (Tool("traffic", "", {}), Tool("weather", "", {}))


def task(roles: str = ROLES, *, more: str = "tools: t.json\n") -> Task:
    texts = {"tools": json.dumps(TOOLS), "system_prompt": "Help.", "roles.sky.system_prompt": "Look up."}
    return parse_task(f"name: t\nkind: tools\n{more}{roles}").with_document_texts(texts)


def said(*called: str, offered: tuple[Tool, ...] = BOTH) -> Dialogue:
    calls = tuple(Call(f"call_{i}", name, {}) for i, name in enumerate(called))
    return Dialogue((Turn(Role.USER, "?"), Turn(Role.ASSISTANT, "" if calls else "Yes.", calls)), offered)


@pytest.mark.parametrize(
    ("dialogue", "label", "roles"),
    [
        (said("weather"), "weather", ["sky", "guide"]),
        (said("weather", "traffic"), "traffic+weather", ["guide"]),
        (said(), "direct", ["sky", "roads", "guide"]),
        (said(), "unable", ["sky", "roads", "guide"]),
        (said(), "ask", ["guide"]),
        (said(offered=BOTH[1:]), "ask", ["sky", "guide"]),
        (said(offered=BOTH[1:]), "direct", ["sky", "guide"]),
        (said(offered=()), "general", ["sky", "roads", "guide"]),
    ],
)
def test_a_dialogue_belongs_to_the_roles_that_could_answer_it(dialogue: Dialogue, label: str, roles: list[str]) -> None:
    found = {role.name: dialogue_of_role(dialogue, label, role) for role in task().roles}
    assert [name for name, one in found.items() if one is not None] == roles
    for role in task().roles:
        own = found[role.name]
        assert own is None or {tool.name for tool in own.tools} <= set(role.tools)


def test_a_role_has_its_own_prompt_and_tools() -> None:
    sky, roads = task_of_role(task(), "sky"), task_of_role(task(), "roads")
    assert (sky.system_prompt_text, roads.system_prompt_text) == ("Look up.", "Help.")
    assert [tool.name for tool in offered_by_task(sky)] == ["weather"]
    assert len(offered_by_task(task_of_role(task(), None))) == 2


@pytest.mark.parametrize(
    ("roles", "more", "found"),
    [
        ("roles: [{name: a, tools: [weather]}, {name: a, tools: [traffic]}]", "tools: t.json\n", "occurs twice"),
        ("roles: [{name: A b, tools: [weather]}]", "tools: t.json\n", "name"),
        ("roles: [{name: a, tools: []}]", "tools: t.json\n", "tools"),
        ("roles: [{name: a, tools: [weather]}]", "", "without `tools`"),
        ("roles: [{name: a, tools: [wether, traffic, weather]}]", "tools: t.json\n", "did you mean 'weather'"),
        ("roles: [{name: a, tools: [weather]}]", "tools: t.json\n", "tool 'traffic' is in no role"),
    ],
)
def test_wrong_roles_are_refused(roles: str, more: str, found: str) -> None:
    with pytest.raises(WinnowError, match=found):
        with_known_tools(task(roles + "\n", more=more))


@pytest.fixture(scope="module")
def shared(frozen_dialogues: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The dialogues of two tools, frozen with roles."""
    folder = tmp_path_factory.mktemp("roles") / "ws"
    shutil.copytree(frozen_dialogues.folder.root, folder)
    (folder / "sky.txt").write_text("You look up the weather.")
    with (folder / "winnow.yaml").open("a") as handle:
        handle.write(ROLES)
    workspace = winnow.open(folder)
    workspace.freeze("second")
    return workspace.release("second")


def test_a_release_holds_the_prompts_of_its_roles(shared: Release) -> None:
    assert (shared.path / "sky.txt").read_text() == "You look up the weather."
    assert task_of_role(shared.task(), "sky").system_prompt_text == "You look up the weather."


def test_an_adapter_of_a_role_learns_its_dialogues_alone(shared: Release, tiny_chat: Path) -> None:
    chat = open_chat_tokenizer(str(tiny_chat))
    rows = {
        name: trained_rows_of(shared, "train", chat, AdapterSettings(role=name)) for name in ("sky", "roads", "guide")
    }
    records = {name: {row.record for row in found} for name, found in rows.items()}
    assert records["sky"] | records["roads"] <= records["guide"]
    assert records["sky"] != records["roads"]
    prompts = {name: chat.tokenizer.decode(found[0].prompt_ids) for name, found in rows.items()}
    assert "You look up the weather." in prompts["sky"]
    assert ("weather(" in prompts["sky"], "traffic(" in prompts["sky"]) == (True, False)
    assert ("weather(" in prompts["guide"], "traffic(" in prompts["guide"]) == (True, True)


def test_a_run_of_a_role_states_how_many_rows_it_learned_from(shared: Release, tiny_chat: Path, tmp_path: Path) -> None:
    settings = {"model": str(tiny_chat), "role": "roads", "epochs": 1, "checks_per_epoch": 1, "samples": 0}
    run = methods.train(shared, tmp_path, method="adapter", seed=0, settings=settings).run
    own = trained_rows_of(shared, "train", open_chat_tokenizer(str(tiny_chat)), AdapterSettings(role="roads"))
    assert run.facts_of(AdapterRunFacts).train_rows == len({one.record for one in own}) < shared.counts["train"]


def test_a_run_is_asked_what_its_role_learned(shared: Release) -> None:
    run: Any = SimpleNamespace(facts=SimpleNamespace(settings={"role": "roads"}))
    asked = requests_of_rows(shared.rows("validation"), task_of_run(run, shared), "validation")
    assert asked
    assert {call.name for one in asked for _, call in one.dialogue.calls()} <= {"traffic"}
    assert all({tool.name for tool in one.dialogue.tools} <= {"traffic"} for one in asked)
    whole: Any = SimpleNamespace(facts=SimpleNamespace(settings={}))
    assert len(requests_of_rows(shared.rows("validation"), task_of_run(whole, shared), "validation")) > len(asked)


@pytest.mark.parametrize(
    ("role", "found"),
    [({}, r"no role is named; expected: one of sky, roads, guide"), ({"role": "skye"}, r"did you mean 'sky'")],
)
def test_the_role_has_to_be_named(
    role: dict[str, str], found: str, shared: Release, tiny_chat: Path, tmp_path: Path
) -> None:
    with pytest.raises(WinnowError, match=found):
        methods.train(shared, tmp_path, method="adapter", seed=0, settings={"model": str(tiny_chat), **role})
    assert not list(tmp_path.iterdir())


def test_a_role_in_a_task_without_roles_is_refused(
    frozen_dialogues: Workspace, tiny_chat: Path, tmp_path: Path
) -> None:
    settings = {"model": str(tiny_chat), "role": "sky"}
    with pytest.raises(WinnowError, match=r"role 'sky'; expected: a task with `roles`"):
        methods.train(frozen_dialogues.release("first"), tmp_path, method="adapter", seed=0, settings=settings)


def test_training_in_python_takes_the_options_of_the_command(frozen_dialogues: Workspace, tiny_chat: Path) -> None:
    settings = {"model": str(tiny_chat)}
    with pytest.raises(WinnowError, match=r"roads"):
        frozen_dialogues.train("first", method="adapter", settings=settings, role="roads")
    with pytest.raises(WinnowError, match=r"missing\.jsonl"):
        frozen_dialogues.train("first", method="adapter", settings=settings, teacher="missing.jsonl")
    with pytest.raises(GateError, match=r"cloudflare|Cloudflare"):
        frozen_dialogues.train("first", method="adapter", settings=settings, target="cloudflare")


def test_the_template_is_checked_with_the_prompt_of_every_role(shared: Release, tiny_chat: Path) -> None:
    rows = shared.rows("train")
    contents = [
        shared.kind.content_of({"messages": messages, "tools": tools})
        for messages, tools in zip(rows["messages"], rows["tools"], strict=True)
    ]
    eligible = rows.assign(content=contents, split="train")
    stated = shared.task().model_copy(update={"base_model": parse_base(tiny_chat)})
    with_roles = render_for_base_model(eligible, stated, shared.path)
    without = render_for_base_model(eligible, stated.model_copy(update={"roles": []}), shared.path)
    assert isinstance(with_roles, RenderedRecords)
    assert isinstance(without, RenderedRecords)
    roles_of = {
        str(record): sum(dialogue_of_role(dialogue_of(content), label, role) is not None for role in stated.roles)
        for record, content, label in zip(eligible["id"], eligible["content"], eligible["label"], strict=True)
    }
    assert set(roles_of.values()) >= {2}
    for record, one in with_roles.by_record.items():
        assert one.answers == roles_of[record] * without.by_record[record].answers


def parse_base(model: Path) -> Any:
    return parse_task(f"name: t\nkind: tools\nbase_model: {model}\n").base_model
