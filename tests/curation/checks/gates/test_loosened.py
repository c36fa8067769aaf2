"""Loosened settings: a gate shows them, and fails until they are named and within their limit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.workspaces import add_example
from winnow.config.load import parse_task
from winnow.config.task import EmbedderConfig, ReviewConfig, Task
from winnow.core.errors import GateError, WinnowError
from winnow.core.result import NotMeasured
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.loosened import with_loosened
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.workspace import Workspace

NAMED = "by: Ann, reason: official splits repeat each other"


def task(more: str = "") -> Task:
    return parse_task(f"name: t\nkind: intents\nlabels: [{{name: a}}]\n{more}\n")


def judged(gate: Gate, more: str = "", *, reviews: tuple[ReviewConfig, ...] = ()) -> Gate:
    (found,) = with_loosened([gate], task(more), lot_reviews=reviews, not_waivable=("undecided_lots",))
    return found


PASSED = Gate("leakage", 0.2, 0.5, "pass", ("a label loses most",))


def test_a_gate_without_loosened_settings_is_unchanged() -> None:
    assert judged(PASSED) == PASSED
    assert judged(PASSED, "gates: {duplicates: {cosine: 0.98}, leakage: {cosine: 0.9}}") == PASSED


def test_a_loosened_gate_fails_until_it_is_named() -> None:
    unnamed = judged(PASSED, "gates: {leakage: {share_max: 0.5}}")
    assert unnamed.verdict == "fail"
    assert unnamed.evidence == (
        "gates.leakage.share_max is looser than its default 0.1 without a name and a reason",
        "a label loses most",
    )
    assert unnamed.fix.startswith("write `by: NAME` and `reason: TEXT` under gates.leakage in winnow.yaml")
    assert unnamed.fix.endswith("or winnow waive leakage --by NAME --reason WHY --until DATE")
    named = judged(PASSED, f"gates: {{leakage: {{share_max: 0.5, {NAMED}}}}}")
    assert (named.verdict, named.evidence) == ("pass", PASSED.evidence)
    assert [(one.setting, one.value, one.default) for one in named.loosened] == [("gates.leakage.share_max", 0.5, 0.1)]


def test_beyond_its_limit_a_gate_fails_though_it_is_named() -> None:
    beyond = judged(PASSED, f"gates: {{leakage: {{cosine: 1, {NAMED}}}}}")
    assert beyond.verdict == "fail"
    assert "beyond its limit 0.99" in beyond.evidence[0]


def test_a_gate_that_fails_anyway_keeps_its_fix_and_one_that_measured_nothing_does_not_fail() -> None:
    failed = judged(Gate("leakage", 0.6, 0.5, "fail", (), "add rows"), "gates: {leakage: {share_max: 0.5}}")
    assert "; add rows; or winnow waive" in failed.fix
    nothing = judged(Gate("leakage", NotMeasured("no row"), 0.5, "not_measured"), "gates: {leakage: {share_max: 0.5}}")
    assert nothing.verdict == "not_measured"
    assert len(nothing.loosened) == 1


LOTS = Gate("undecided_lots", 0, 0, "pass")


def test_the_settings_of_an_accepted_lot_count_whatever_the_task_says_now() -> None:
    loose = ReviewConfig(confidence=0.6, defect_rate_max=0.5)
    unnamed = judged(LOTS, reviews=(loose, loose, ReviewConfig()))
    assert unnamed.verdict == "fail"
    assert [one.setting for one in unnamed.loosened] == [
        "review.defect_rate_max of an accepted lot", "review.confidence of an accepted lot",
    ]  # fmt: skip
    assert "waive" not in unnamed.fix
    named = judged(LOTS, f"review: {{{NAMED}}}", reviews=(loose,))
    assert (named.verdict, len(named.loosened), named.loosened[0].by) == ("pass", 2, "Ann")
    own = judged(LOTS, reviews=(loose.model_copy(update={"by": "Bob", "reason": "a pilot"}),))
    assert (own.verdict, own.loosened[0].by) == ("pass", "Bob")


def test_a_lot_drawn_with_the_settings_of_the_task_is_not_shown_twice() -> None:
    same = judged(LOTS, f"review: {{confidence: 0.9, {NAMED}}}", reviews=(ReviewConfig(confidence=0.9),))
    assert [one.setting for one in same.loosened] == ["review.confidence"]


@pytest.fixture
def leaky(tmp_path: Path, frozen_example: Workspace) -> Workspace:
    """The example, and its hold-out rows with a mark at the end as train rows."""
    workspace = add_example(tmp_path / "ws")
    held = frozen_example.records()
    held = held[(held["state"] == "labeled") & (held["assigned_split"] != "train")]
    workspace.add(pd.DataFrame({"text": held["text"] + " !", "label": held["label"], "split": "train"}), license="MIT")
    return workspace


def configure(workspace: Workspace, leakage: str) -> None:
    lines = workspace.folder.task_file.read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(("gates:", "  leakage:")))
    workspace.folder.task_file.write_text(f"{kept}\ngates: {{leakage: {{{leakage}}}}}\n")


def gate(workspace: Workspace, settings: tuple[str, ...] = ()) -> Gate:
    return next(gate for gate in workspace.check(settings).gates if gate.name == "leakage")


def test_leaked_rows_pass_in_no_silent_way(leaky: Workspace) -> None:
    for loose in (
        "cosine: 1.0, share_max: 1.0, label_share_max: 1.0",
        "cosine: 1.0",
        "share_max: 0.5, label_share_max: 0.75",
        f"cosine: 1.0, share_max: 1.0, label_share_max: 1.0, {NAMED}",
        f"share_max: 0.6, label_share_max: 1.0, {NAMED}",
    ):
        configure(leaky, loose)
        assert gate(leaky).verdict == "fail", loose
        with pytest.raises(GateError, match="leakage"):
            leaky.freeze("silent")
    configure(leaky, "cosine: 0.97")
    assert gate(leaky).verdict == "fail"
    assert not leaky.check().rethreshold(leakage=1.0).passed
    assert gate(leaky, ("leakage.cosine=1", "leakage=1")).verdict == "fail"


def test_a_waived_release_shows_what_was_loosened_and_by_whom(leaky: Workspace) -> None:
    configure(leaky, "cosine: 1.0, share_max: 1.0, label_share_max: 1.0")
    leaky.waive("leakage", by=" Ann ", reason="a pilot", until=datetime.now(UTC).date())
    for other in leaky.check().gates:
        if other.verdict == "fail":
            leaky.waive(other.name, by="Ann", reason="a pilot", until=datetime.now(UTC).date())
    leaky.freeze("waived")
    release = leaky.release("waived")
    (leakage,) = [one for one in release.manifest.gates if one.name == "leakage"]
    assert leakage.verdict == "waived"
    assert len(leakage.loosened) == 3
    assert "a pilot (Ann, until" in release.manifest.waivers["leakage"]
    card = (release.path / "README.md").read_text()
    assert "gates.leakage.cosine is 1, looser than its default 0.97 (by whom and why is not stated)." in card
    assert json.loads((release.path / "manifest.json").read_text())["thresholds"]["leakage"]["cosine"] == 1


def test_named_thresholds_stand_in_the_card_the_manifest_and_the_report(leaky: Workspace) -> None:
    configure(leaky, f"share_max: 0.5, label_share_max: 0.75, {NAMED}")
    for other in leaky.check().gates:
        if other.verdict == "fail":
            leaky.waive(other.name, by="Ann", reason="a pilot", until=datetime.now(UTC).date())
    leaky.freeze("named")
    release = leaky.release("named")
    said = "gates.leakage.share_max is 0.5, looser than its default 0.1 (by Ann: official splits repeat each other)"
    assert said in (release.path / "README.md").read_text()
    (leakage,) = [one for one in release.manifest.gates if one.name == "leakage"]
    assert {one.by for one in leakage.loosened} == {"Ann"}
    report, page = leaky.report()
    assert said in page.read_text()
    assert [len(one.loosened) for one in report.facts(page).gates if one.name == "leakage"] == [2]
    assert said in leaky.coverage()[1].read_text()


def test_another_embedding_model_is_shown_wherever_its_similarity_counts(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    model = bundled_model_folder()
    workspace.folder.task_file.write_text(workspace.folder.task_file.read_text() + f"\nembedder: {{model: {model}}}\n")
    shown = f"{model}, in place of the bundled model"
    checked = run_winnow("check", cwd=workspace.folder.root)
    assert f"similarity is measured with {shown}" in " ".join(checked.stdout.split())
    workspace.freeze("other")
    assert f"similarity with {shown}." in (workspace.release("other").path / "README.md").read_text()
    assert f"Similarity is measured with {shown}." in workspace.coverage()[1].read_text()
    assert str(EmbedderConfig()) == "the bundled model"


def test_no_hold_out_share_is_set_in_silence(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b", more="splits: {test: 0.001, by: Ann, reason: x}\n")
    with pytest.raises(WinnowError, match=r"splits\.test: 0\.001; beyond its limit 0\.01"):
        workspace.add(pd.DataFrame({"text": ["a text"], "label": "a"}))
    assert workspace.records().empty
