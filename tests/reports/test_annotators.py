"""The people page and what it rests on: opinions, consensus for the adjudicator, suspects for the relabel queue."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.labeling import LabelingSetup, annotators_of
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.result import NotMeasured
from winnow.curation.labeling.label_options import REJECT_OPTION, UNSURE_OPTION
from winnow.curation.labeling.response_table import REJECTED_LABEL, latest_responses
from winnow.workspace import Workspace


def said(labeling: LabelingSetup) -> list[tuple[str, ...]]:
    with labeling.workspace.store.reading() as connection:
        table = latest_responses(connection, labeling.workspace.task)
    return [tuple(row) for row in table.drop(columns="record").itertuples(index=False)]


def test_opinions_are_each_ones_latest_with_what_was_shown_or_withheld(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=120, second_reviewer_share=0.3)
    ann, bob = annotators_of(labeling, "ann", "bob")
    labels = workspace.task.label_names
    for record in labeling.records("label-second-reviewer"):
        labeling.answer(ann, record, labels[0])
        labeling.answer(bob, record, labels[1])
    unsure = labeling.records("label")[0]
    labeling.answer(ann, unsure, UNSURE_OPTION)
    workspace.pull()
    rows = said(labeling)
    assert len(rows) == 2 * len(labeling.records("label-second-reviewer"))
    assert {row[1] for row in rows} == {labels[0], labels[1]}
    shown, hidden_suggestion = {bool(row[2]) for row in rows}, {bool(row[3]) for row in rows}
    assert shown == hidden_suggestion == {True, False}
    assert not any(row[2] and row[3] for row in rows)
    workspace.push("adjudicate")
    told = {one["external_id"]: one for one in labeling.records("adjudicate", "-leads")}
    first = labeling.records("label-second-reviewer")[0]["external_id"]
    labeling.answer(labeling.api, told[first], labels[0])
    labeling.answer(labeling.api, told[labeling.records("label-second-reviewer")[1]["external_id"]], REJECT_OPTION)
    workspace.pull()
    found = workspace.report()[0].people
    assert found.agreement is not None
    people = {one.who: one for one in found.agreement.annotators}
    (bobs,) = (one for name, one in people.items() if name.startswith("bob"))
    assert [(case.response, case.adjudicated) for case in bobs.overruled if case.record == first] == [
        (labels[1], labels[0])
    ]
    assert found.agreement.pairs[0].disagreements == len(labeling.records("label-second-reviewer"))
    assert REJECTED_LABEL not in {row[1] for row in said(labeling)}


def test_the_page_says_what_was_measured(labeling: LabelingSetup, browser: Any) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=40, second_reviewer_share=0.5)
    ann, bob = annotators_of(labeling, "ann", "bob")
    labels = workspace.task.label_names
    for name in ("label", "label-second-reviewer"):
        for number, record in enumerate(labeling.records(name)):
            labeling.answer(ann, record, labels[number % 13])
            labeling.answer(bob, record, labels[number % 13 if number % 4 else (number + 1) % 13])
    workspace.pull()
    told = json.loads(run_winnow("report", "--json", cwd=workspace.folder.root).stdout)
    assert 0 < told["alpha"]["value"] < 1
    assert {one["name"][:3] for one in told["people"]} == {"ann", "bob"}
    assert told["label_accuracy"]["status"] == "not_measured"
    shown = run_winnow("report", cwd=workspace.folder.root).stdout
    assert "Krippendorff's alpha: 0." in shown
    assert "fix the guideline, not the data" in shown
    pages = {"annotators.html": "Krippendorff's alpha", "report.html": "annotator agreement (alpha)"}
    for width, (name, words) in itertools.product((1280, 390), pages.items()):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(f"file://{Path(told['page']).with_name(name)}")
        assert page.get_by_text(words).count()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.close()


def test_nobody_has_answered_yet(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b")
    found, page = workspace.report()
    assert found.people.agreement is None
    assert "no responses yet" in page.read_text()
    assert "no responses yet" in page.with_name("annotators.html").read_text()
    assert found.facts(page).alpha == NotMeasured("no responses yet")


@pytest.fixture(scope="module")
def wrongly_labeled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, set[str]]:
    """The example with 24 train rows more, of all labels, every one under another label than its own."""
    workspace = add_example(tmp_path_factory.mktemp("wrong") / "ws")
    made = [json.loads(line) for line in (EXAMPLE / "synthetic_good.jsonl").read_text().splitlines()]
    labels = sorted({row["intent"] for row in made})
    rows: list[dict[str, object]] = [
        {"text": row["text"], "label": labels[labels.index(row["intent"]) - 5]} for row in made[::13]
    ]
    file = write_jsonl(tmp_path_factory.mktemp("rows") / "wrong.jsonl", rows)
    workspace.add(file, license="Apache-2.0", split="train")
    return workspace, {str(row["text"]) for row in rows}


def test_suspected_errors_enter_the_relabel_queue_with_evidence(
    wrongly_labeled: tuple[Workspace, set[str]], labeling: LabelingSetup
) -> None:
    workspace, wrong = wrongly_labeled
    here = LabelingSetup(workspace, labeling.api, labeling.argilla_workspace)
    done = workspace.push("relabel", count=40)
    assert done.records == 40
    records = {one["fields"]["text"]: one for one in here.records("relabel")}
    assert len(wrong & set(records)) > len(wrong) / 2  # 24 of 564 rows are wrong: by chance two would be
    told = records[next(iter(wrong & set(records)))]
    assert not told["suggestions"]
    assert "a model that did not see this query would choose" in told["fields"]["context"]
    assert "(similarity " in told["fields"]["context"]
    stored = {one["text"]: one for one in workspace.records().to_dict("records")}
    assert {stored[text]["assigned_split"] for text in records} == {"train"}


def test_a_doubtful_consensus_goes_to_the_adjudicator(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=30, second_reviewer_share=1.0)
    ann, bob = annotators_of(labeling, "ann", "bob")
    labels = workspace.task.label_names
    records = labeling.records("label-second-reviewer")
    for record in records:
        labeling.answer(ann, record, labels[0])
        labeling.answer(bob, record, labels[0])
    report = workspace.pull()
    assert report.unresolved == 1  # the example's disputed text: these two agree on everything
    done = workspace.push("adjudicate")
    assert done.records >= 1
    assert done.records <= 1 + len(records)
