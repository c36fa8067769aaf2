"""Dialogues in the real Argilla and a real browser: readable without knowing JSON, labeled by behavior, reviewed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import winnow
from tests.e2e.test_labeling_in_browser import Office, choose, open_dataset, picture, sign_in, submit
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import ROOT
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch


@pytest.fixture(scope="module")
def office(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    root = tmp_path_factory.mktemp("dialogues") / "ws"
    shutil.copytree(ROOT / "examples" / "assistant", root)
    workspace = winnow.open(root)
    rows = [json.loads(line) for line in (root / "dialogues.jsonl").read_text().splitlines()]
    answered = [row for row in rows if row["label"] in ("direct", "ask", "unable")]
    logged = [{"messages": row["messages"], "group": row["group"]} for row in answered]
    others = [row for row in rows if row not in answered]
    workspace.add(
        write_jsonl(root / "logged.jsonl", logged), origin="log", license="own", columns=Columns(group="group")
    )
    workspace.add(write_jsonl(root / "known.jsonl", others[:120]), license="own", columns=Columns(group="group"))
    batch = GenerationBatch("first", "dialogues", "1", "claude")
    written = write_jsonl(root / "written.jsonl", [{"messages": row["messages"]} for row in others[120:150]])
    workspace.add(written, origin="synthetic", license="own", batch=batch)
    started = run_winnow("serve", "--background", "--json", cwd=root)
    assert started.returncode == 0, started.stderr
    made = run_winnow("annotators", "add", "ann", "--json", cwd=root)
    yield Office(workspace, json.loads(started.stdout)["url"], {"ann": json.loads(made.stdout)["password"]})
    assert "stopped" in run_winnow("serve", "--stop", cwd=root).stdout


def shown(page: Page) -> str:
    field = page.locator(".text_field_component").first
    field.wait_for()
    return field.inner_text()


def test_a_person_labels_the_behavior_of_logged_dialogues(browser: Any, office: Office) -> None:
    office.run("push", "label", "--count", "6", "--second-reviewer-share", "0")
    ann = sign_in(browser, office, "ann")
    open_dataset(ann, "label")
    text = shown(ann)
    assert "User" in text
    assert "tools offered" in text
    assert "{" not in text
    picture(ann, "dialogue-label")
    for name in ("ask", "unable"):  # behaviors that contradict each other: the response comes back
        choose(ann, name)
    submit(ann)
    pulled = json.loads(office.run("pull", "--json"))
    assert (pulled["decisions"], pulled["incomplete"]) == (0, {"ann": 1})
    ann.context.close()


def test_a_reviewer_sees_calls_as_tables_and_rejects_a_wrong_one(browser: Any, office: Office) -> None:
    office.run("push", "review", "--second-reviewer-share", "0")
    ann = sign_in(browser, office, "ann")
    open_dataset(ann, "review")
    while "Assistant calls" not in shown(ann):
        ann.locator("a.pagination__button, button.pagination__button").last.click()
        ann.wait_for_timeout(300)
    assert ann.locator(".text_field_component table").count()
    ann.locator(".text_field_component summary").last.click()
    picture(ann, "dialogue-review")
    choose(ann, "wrong label")
    choose(ann, "unable")
    submit(ann)
    pulled = json.loads(office.run("pull", "--json"))
    assert pulled["decisions"] == 1
    rejected = [one for one in office.workspace.records().to_dict("records") if one["state"] == "rejected"]
    assert len(rejected) == 1  # the label would contradict the call
    ann.goto(ann.url.split("/dataset/")[0], wait_until="domcontentloaded")
    open_dataset(ann, "review-blind")
    text = shown(ann)
    picture(ann, "dialogue-blind")
    assert "User" in text
    assert "Assistant" not in text
    ann.context.close()
