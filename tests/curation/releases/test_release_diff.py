"""Diff: every record that two releases tell differently of, with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.curation.releases.release_diff import diff_releases
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = add_example(tmp_path_factory.mktemp("diff") / "ws")
    extra = pd.DataFrame({"text": ["the beamer in room 5 is dark", "where is my <b>payslip</b>"], "split": "train"})
    workspace.add(extra.assign(label=["it_hardware", "hr_payroll"]), license="MIT")
    workspace.freeze("a")
    workspace.retract("DataFrame")
    workspace.add(extra.iloc[:1].assign(label="it_software"), license="MIT")
    new = ["Is the canteen open on Saturday afternoons?", "the BEAMER in room 5 is dark"]
    workspace.add(pd.DataFrame({"text": new, "label": ["fallback", "it_software"], "split": "train"}), license="MIT")
    workspace.rename("it_vpn", "it_wifi", yes=True)
    workspace.freeze("b")
    return workspace


def test_every_change_is_listed_with_its_reason(changed: Workspace) -> None:
    found, page = changed.diff("a", "b")
    a = pd.concat([changed.release("a").rows(s) for s in ("train", "validation", "test")]).set_index("id")
    b = pd.concat([changed.release("b").rows(s) for s in ("train", "validation", "test")]).set_index("id")
    assert {c.id for c in found.changes if c.kind == "added"} == set(b.index) - set(a.index)
    assert {c.id for c in found.changes if c.kind == "removed"} == set(a.index) - set(b.index)
    both = a.index.intersection(b.index)
    relabeled = both[(a.loc[both, "label"] != b.loc[both, "label"]).to_numpy()]
    assert {c.id for c in found.changes if c.kind == "relabeled"} == set(relabeled)
    by_text = {change.text: change for change in found.changes}
    assert by_text["where is my <b>payslip</b>"].reason == "excluded: superseded"
    assert by_text["Is the canteen open on Saturday afternoons?"].reason == "new record"
    beamers = [by_text[t] for t in ("the beamer in room 5 is dark", "the BEAMER in room 5 is dark") if t in by_text]
    assert {one.kind for one in beamers} <= {"relabeled", "added", "removed"}
    assert found.newly_excluded["superseded"] == 1
    disputed = [change for change in found.changes if change.reason == "was excluded: disputed"]
    assert len(disputed) == found.no_longer_excluded["disputed"] == 1
    assert "label renamed" in {c.reason for c in found.changes if (c.before, c.after) == ("it_vpn", "it_wifi")}
    assert ("it_vpn", "it_wifi") in {(before, after) for before, after, _ in found.relabelings}
    for split in ("train", "validation", "test"):
        assert found.rows[split] == (len(changed.release("a").rows(split)), len(changed.release("b").rows(split)))
    text = page.read_text()
    assert "where is my &lt;b&gt;payslip" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_release_does_not_differ_from_itself(changed: Workspace) -> None:
    found, _ = changed.diff("a", "a")
    assert found.changes == []
    assert set(found.counts.values()) == {0}


def test_there_and_back_are_each_others_reverse(changed: Workspace) -> None:
    there, back = (diff_releases(changed.release(x), changed.release(y)) for x, y in (("a", "b"), ("b", "a")))
    assert there.counts["added"] == back.counts["removed"]
    assert there.newly_excluded == back.no_longer_excluded
    assert {name: pair[::-1] for name, pair in there.labels.items()} == back.labels


def test_the_command_tells_in_text_and_json(changed: Workspace) -> None:
    told = run_winnow("diff", "a", "b", cwd=changed.folder.root)
    assert told.returncode == 0, told.stderr
    assert "relabeled it_vpn to it_wifi" in told.stdout
    data = json.loads(run_winnow("diff", "a", "b", "--json", cwd=changed.folder.root).stdout)
    assert data["counts"]["relabeled"] == sum(count for *_, count in data["relabelings"])
    assert Path(data["report"]).exists()


def test_the_text_of_a_forgotten_record_does_not_come_back(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.freeze("a")
    row = workspace.release("a").rows("train").iloc[0]
    workspace.forget(row["id"])
    workspace.freeze("b")
    found, page = workspace.diff("a", "b")
    assert [(c.text, c.reason) for c in found.changes if c.id == row["id"]] == [("", "forgotten since then")]
    assert row["text"] not in page.read_text()
    with pytest.raises(WinnowError, match=r"did you mean 'a'|ws\.releases"):
        workspace.diff("a", "aa")
