"""Variations by rule, from the command line's side: what enters, with which lineage, and only once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.commands import WINNOW_SCRIPT
from tests.support.paths import ROOT
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace

COMMANDS = ROOT / "examples" / "commands"


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example of commands with forty variations."""
    folder = tmp_path_factory.mktemp("commands")
    for name in ("winnow.yaml", "must_pass.jsonl"):
        (folder / name).write_bytes((COMMANDS / name).read_bytes())
    workspace = winnow.open(folder)
    from winnow.curation.io.readers.columns import Columns

    workspace.add(COMMANDS / "labeled.jsonl", columns=Columns(group="group"), license="own")
    workspace.generate_variations(count=40)
    return workspace


def test_variations_join_their_seeds_group_and_wait_for_review(varied: Workspace) -> None:
    records = varied.records()
    new, old = records[records["origin"] == "synthetic"], records[records["origin"] != "synthetic"]
    assert len(new) == 40
    assert set(new["state"]) == {"proposed"}
    assert set(new["assigned_split"]) == {"train"}
    assert set(new["group"]) <= set(old[old["assigned_split"] == "train"]["group"])
    assert records.groupby("group").size().max() <= varied.task.variations_per_seed


def test_the_same_seeds_are_varied_once_and_always_alike(varied: Workspace, tmp_path: Path) -> None:
    again = varied.generate_variations(count=40)
    assert again.known
    assert again.added.given == 0
    assert again.kept == 40
    other = tmp_path / "other"
    other.mkdir()
    (other / "winnow.yaml").write_bytes((COMMANDS / "winnow.yaml").read_bytes())
    (other / "must_pass.jsonl").write_bytes((COMMANDS / "must_pass.jsonl").read_bytes())
    workspace = winnow.open(other)
    from winnow.curation.io.readers.columns import Columns

    workspace.add(COMMANDS / "labeled.jsonl", columns=Columns(group="group"), license="own")
    workspace.generate_variations(count=40)
    texts = [set(w.records().query("origin == 'synthetic'")["text"]) for w in (varied, workspace)]
    assert texts[0] == texts[1]


def test_nothing_of_the_hold_out_is_varied(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b")
    rows = [
        {"text": f"please show me the {thing} of the {place}", "label": label, "split": split}
        for split, things in (("train", ("menu", "price", "size")), ("test", ("owner", "color", "weight")))
        for label, place in (("a", "canteen"), ("b", "garage"))
        for thing in things
    ]
    workspace.add(pd.DataFrame(rows), license="own")
    made = workspace.generate_variations()
    new = workspace.records().query("origin == 'synthetic'")["text"]
    assert made.kept == len(new) > 0
    assert not [text for text in new if any(word in text.casefold() for word in ("owner", "color", "weight"))]


def test_the_command_says_what_it_did_and_what_is_wrong(varied: Workspace) -> None:
    command = [str(WINNOW_SCRIPT), "-w", str(varied.folder.root), "generate", "variations"]
    done = subprocess.run([*command, "--count", "40", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["end"] == "known"
    wrong = subprocess.run(
        [*command, "--label", "comand", "--kind", "typoes", "--count", "0"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert wrong.stderr.count("error:") == 3
    assert "did you mean 'command'?" in wrong.stderr
    with pytest.raises(WinnowError):
        varied.generate_variations(kinds=["none"])
