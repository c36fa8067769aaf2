"""Contrasts by rule, from the command line's side: what enters, in which group and lot, and only once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.support.commands import WINNOW_SCRIPT
from tests.support.dialogues import TOOLS, dialogue, tools_workspace
from winnow.cli.main import app
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.generation_runs import candidate_outcomes
from winnow.generators.dialogue_rules import DIALOGUE_RULES
from winnow.workspace import Workspace

TRAIN = ("Oslo", "Bergen", "Trondheim", "Tromsø")

HELD_OUT = ("Paris", "Rome")


def rows() -> list[dict[str, object]]:
    found = []
    for split, cities in (("train", TRAIN), ("test", HELD_OUT), ("validation", ("Vienna",))):
        for city in cities:
            sky = dialogue(f"How is the weather in {city}?", city, split=split, group=f"{split} {city} sky")
            road = dialogue(
                f"Show me the traffic in {city}", city, tool="traffic", split=split, group=f"{split} {city}"
            )
            found += [sky, road]
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Eight dialogues of train with their contrasts by two rules, and six of hold-out."""
    made = tools_workspace(tmp_path_factory.mktemp("by_rule") / "ws")
    made.add(pd.DataFrame(rows()), columns=Columns(group="group"), license="own")
    made.generate_contrasts_by_rule(rules=["drop_needed_tool", "blank_needed_value"])
    return made


def test_contrasts_join_the_group_of_their_seed_and_wait_for_review_in_lots_by_rule(workspace: Workspace) -> None:
    records = workspace.records()
    new, old = records[records["origin"] == "synthetic"], records[records["origin"] != "synthetic"]
    assert set(new["state"]) == {"proposed"}
    assert set(new["assigned_split"]) == {"train"}
    train = old[old["assigned_split"] == "train"]
    assert set(new["group"]) <= set(train["group"])
    lots = {(lot.generator, lot.prompt_version, lot.model): lot.records for lot in workspace.status().lots}
    versions = [DIALOGUE_RULES[name].stated_version for name in ("drop_needed_tool", "blank_needed_value")]
    assert lots.keys() == {("rules", version, "rules") for version in versions}
    assert sum(lots.values()) == len(new) > 8


def test_nothing_of_the_hold_out_is_used(workspace: Workspace) -> None:
    new = workspace.records().query("origin == 'synthetic'")
    assert not [text for text in new["content"] if any(city in text for city in (*HELD_OUT, "Vienna"))]


def test_the_same_seeds_give_the_same_contrasts_once(workspace: Workspace, tmp_path: Path) -> None:
    before = workspace.records()
    command = [str(WINNOW_SCRIPT), "-w", str(workspace.folder.root), "generate", "contrasts", "--by", "rules"]
    command += ["--rule", "drop_needed_tool", "--rule", "blank_needed_value", "--json"]
    done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {one["end"] for one in done["rules"].values()} == {"known"}
    assert done["given"] == 0
    assert list(workspace.records()["id"]) == list(before["id"])
    with workspace._context.store.reading() as connection:
        kept = [record for _, record, _, outcome in candidate_outcomes(connection) if outcome == "kept"]
    assert sorted(kept) == sorted(before.query("origin == 'synthetic'")["id"])


def test_a_count_is_shared_by_the_rules_and_groups_do_not_overflow(tmp_path: Path) -> None:
    made = tools_workspace(tmp_path / "ws")
    with made.folder.task_file.open("a") as file:
        file.write("variations_per_seed: 2\n")
    made.add(pd.DataFrame([one for one in rows() if one["split"] == "train"]), license="own")
    result = made.generate_contrasts_by_rule(rules=["drop_needed_tool", "blank_needed_value"], count=4)
    assert {name: one.kept for name, one in result.rules.items()} == {"drop_needed_tool": 2, "blank_needed_value": 2}
    assert result.rules["drop_needed_tool"].refused["not_needed"] > 0
    made.generate_contrasts_by_rule()
    assert made.records().groupby("group").size().max() == 2


def test_what_is_dropped_takes_no_place_in_its_group(tmp_path: Path) -> None:
    made = tools_workspace(tmp_path / "ws")
    with made.folder.task_file.open("a") as file:
        file.write("variations_per_seed: 8\n")
    known = [dialogue(f"How is the weather in {city}?", city, split="train", group="g") for city in TRAIN]
    refused = [{**one, "tools": TOOLS[1:], "messages": _refusal(one), "label": "unable"} for one in known[1:]]
    made.add(pd.DataFrame([*known, *refused]), columns=Columns(group="group"), license="own")
    (made_by_rule,) = made.generate_contrasts_by_rule(rules=["drop_needed_tool"]).rules.values()
    assert (made_by_rule.kept, made_by_rule.refused["repeats_a_record"]) == (1, 3)


def _refusal(one: dict[str, object]) -> list[dict[str, str]]:
    """The question of a row, with the answer that no tool serves."""
    messages = one["messages"]
    assert isinstance(messages, list)
    return [messages[0], {"role": "assistant", "content": "I do not have a tool for that."}]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--rule", "drop_needed_tool"], "only with --by rules"),
        (["--by", "rules", "--budget", "1"], "budget: contrasts by rule do not have it"),
        (["--by", "rules", "--until", "3"], "until: contrasts by rule do not have it"),
        (["--by", "rules", "--rerun"], "rerun: contrasts by rule do not have it"),
        (["--by", "rules", "--no-wait"], "no_wait: contrasts by rule do not have it"),
        (["--by", "rules", "--dry-run"], "dry_run: contrasts by rule do not have it"),
    ],
)
def test_options_of_the_other_source_are_refused(workspace: Workspace, options: list[str], expected: str) -> None:
    command = ["-w", str(workspace.folder.root), "generate", "contrasts", *options]
    with pytest.raises(WinnowError) as wrong:
        CliRunner().invoke(app, command, catch_exceptions=False)
    assert expected in str(wrong.value)


def test_what_is_wrong_is_said_at_once(workspace: Workspace) -> None:
    with pytest.raises(WinnowError, match=r"rule: unknown value 'x'.*\n.*label: unknown value 'y'.*\n.*more than 0"):
        workspace.generate_contrasts_by_rule(rules=["x"], labels=["y"], count=0)
