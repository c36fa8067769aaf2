"""A day of labeling, as people do it: the real Argilla in a real browser, two annotators and a data lead."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.commands import run_winnow
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

PICTURES = Path(os.environ["WINNOW_TEST_PICTURES"]) if "WINNOW_TEST_PICTURES" in os.environ else None
"""Where the screens are kept, to be looked at; nowhere when unset."""


@dataclass
class Office:
    """A workspace with its server, its people and their passwords."""

    workspace: Workspace
    url: str
    passwords: dict[str, str]

    def run(self, *arguments: str) -> str:
        done = run_winnow(*arguments, cwd=self.workspace.folder.root)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def office(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    workspace = add_example(tmp_path_factory.mktemp("office") / "ws")
    workspace.add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="session"))
    root = workspace.folder.root
    started = run_winnow("serve", "--background", "--json", cwd=root)
    assert started.returncode == 0, started.stderr
    passwords = {}
    for name, more in (("ann", ()), ("bob", ()), ("lea", ("--lead",))):
        made = run_winnow("annotators", "add", name, *more, "--json", cwd=root)
        passwords[name] = json.loads(made.stdout)["password"]
    yield Office(workspace, json.loads(started.stdout)["url"], passwords)
    assert "stopped" in run_winnow("serve", "--stop", cwd=root).stdout


def sign_in(browser: Any, office: Office, name: str) -> Page:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page: Page = context.new_page()
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(office.url) else route.abort())
    page.goto(office.url, wait_until="domcontentloaded")
    page.fill("input[name=Username]", name)
    page.fill("input[name=Password]", office.passwords[name])
    page.click("button[type=submit]")
    page.get_by_text("Your datasets").wait_for()
    return page


def open_dataset(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()
    page.locator("button.button--submit").wait_for()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(400)
        page.screenshot(path=PICTURES / f"{name}.png")


def query_text(page: Page) -> str:
    shown = page.locator(".text_field_component").first
    shown.wait_for()
    return shown.inner_text().split("\n", 1)[-1].strip()


def choose(page: Page, label: str) -> None:
    """Click a label; one that a suggestion selected stays as it is."""
    option = page.locator(f"div.input-button[aria-label='{label}']")
    if not option.locator("input").is_checked():
        option.click()


def submit(page: Page, *, key: bool = False) -> None:
    with page.expect_response(lambda r: r.request.method in ("POST", "PUT") and "/responses" in r.url) as waited:
        if key:
            page.keyboard.press("Enter")
        else:
            page.locator("button.button--submit").click()
    assert waited.value.ok


def test_a_day_of_labeling(browser: Any, office: Office) -> None:
    labels = office.workspace.task.label_names
    office.run("push", "label", "--count", "12", "--second-reviewer-share", "1")
    ann = sign_in(browser, office, "ann")
    picture(ann, "1-home")
    assert ann.get_by_text("adjudicate").count() == 0
    open_dataset(ann, "label-second-reviewer")
    picture(ann, "2-query")

    ann.get_by_role("button", name="Expand Panel").first.click()
    guide = ann.get_by_text("How to decide")
    guide.wait_for()
    picture(ann, "3-guidelines")
    guidelines = ann.get_by_role("link", name="labeling guidelines").get_attribute("href")
    assert guidelines
    assert re.fullmatch(r"/guidelines/[0-9a-f]{24}\.html", guidelines)
    ann.get_by_role("button", name="Collapse Panel").first.click()
    reader = ann.context.new_page()
    assert reader.goto(office.url + guidelines).ok  # type: ignore[union-attr]
    expect(reader.locator("section.entry")).to_have_count(len(labels))
    picture(reader, "4-guidelines")
    reader.close()

    first = query_text(ann)
    choose(ann, labels[0])
    ann.locator(".textarea, [contenteditable=true]").first.click()
    ann.keyboard.type("the first of the day")
    submit(ann)
    ann.wait_for_function("text => !document.body.innerText.includes(text)", arg=first)
    second = query_text(ann)
    selected = ann.locator("div.input-button input:checked")
    if selected.count():
        ann.locator("div.input-button:has(input:checked)").first.click()  # a second click takes a suggestion back
    ann.locator("div.input-button input").first.focus()
    ann.keyboard.press("3")
    picture(ann, "5-by-key")
    submit(ann, key=True)
    ann.wait_for_function("text => !document.body.innerText.includes(text)", arg=second)

    third = query_text(ann)
    with ann.expect_response(lambda r: "records/search" in r.url) as similar:
        ann.get_by_text("Find similar").click()
    scores = [one["query_score"] for one in similar.value.json()["items"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] < 1
    picture(ann, "6-similar")
    ann.goto(f"{ann.url.split('?')[0]}?page=1&status=pending", wait_until="domcontentloaded")
    ann.locator("button.button--submit").wait_for()
    word = max(third.split(), key=len).strip("?.,!'\"").lower()
    ann.locator("button.search-area__icon.--search").first.click()
    ann.fill("input.search-area__input", word)
    with ann.expect_response(lambda r: "records/search" in r.url and r.request.post_data is not None) as searched:
        ann.keyboard.press("Enter")
    found = searched.value.json()
    assert found["total"] >= 1
    assert all(word in " ".join(one["record"]["fields"].values()).lower() for one in found["items"])  # or the context
    picture(ann, "7-search")

    ann.goto(f"{ann.url.split('?')[0]}?page=1&status=submitted", wait_until="domcontentloaded")
    ann.get_by_text("1 of 2").first.wait_for()
    picture(ann, "8-submitted")
    progress = ann.locator(".progress__content, .team-progress, .feedback-progress").all_inner_texts()
    assert any("2" in text for text in [*progress, ann.locator("body").inner_text()])
    ann.context.close()

    told = json.loads(office.run("pull", "--json"))
    assert (told["records"], told["decisions"], told["unresolved"]) == (2, 2, 1)
    texts = {one["text"]: one for one in office.workspace.records().to_dict("records")}
    assert texts[first]["label"] == labels[0]
    assert texts[second]["label"] == labels[2]

    bob = sign_in(browser, office, "bob")
    open_dataset(bob, "label-second-reviewer")
    for _ in range(12):
        here = query_text(bob)
        choose(bob, labels[1] if here == first else labels[2])
        submit(bob)
        if bob.get_by_text("1 of").count() == 0 and bob.locator(".text_field_component").count() == 0:
            break
        bob.wait_for_timeout(300)
    picture(bob, "9-done")
    bob.context.close()
    told = json.loads(office.run("pull", "--json"))
    assert told["decisions"] == 12
    assert told["unresolved"] == 2  # one of ann and bob, one of two files
    assert {one["name"] for one in told["annotators"]} == {"ann", "bob"}

    office.run("push", "adjudicate")
    lea = sign_in(browser, office, "lea")
    open_dataset(lea, "adjudicate")
    for _ in range(2):
        here = query_text(lea)
        if here == first:
            assert lea.get_by_text(f"One person says: {labels[0]}").count()
            picture(lea, "10-adjudicate")
            choose(lea, labels[3])
        else:
            choose(lea, "leave it out")
        submit(lea)
        lea.wait_for_timeout(500)
    lea.context.close()
    office.run("pull")
    shown = office.workspace.show(texts[first]["id"])
    assert (shown.record.label, shown.record.decided_by) == (labels[3], "adjudicator")
    assert office.workspace.status().queues["adjudicate"] == 0
    office.run("check")
    office.run("freeze", "labeled")
    frozen = office.workspace.release("labeled")
    rows = {row["text"]: row for split in frozen.counts for row in frozen.rows(split).to_dict("records")}
    assert second in rows or texts[second]["assigned_split"] == "train"
    if first in rows:
        assert rows[first]["label"] == labels[3]


def review_everything(page: Page, right: dict[str, str], name: str) -> int:
    """Judge what waits in one dataset of the review queue, as the person in front of the page would."""
    open_dataset(page, name)
    judged = 0
    while page.locator(".text_field_component").count():
        text = query_text(page)
        if name == "review-blind":
            assert page.get_by_text("Proposed").count() == 0
            choose(page, right[text])
        elif page.get_by_text(f"{right[text]}:").count():
            choose(page, "right")
        else:
            choose(page, "wrong label")
            choose(page, right[text])
        if judged == 0:
            picture(page, f"11-{name}")
        submit(page)
        judged += 1
        page.wait_for_function(
            "text => !document.querySelector('.text_field_component')?.innerText.includes(text)", arg=text
        )
        page.wait_for_timeout(150)
    page.goto(page.url.split("/dataset/")[0], wait_until="domcontentloaded")
    page.get_by_text("Your datasets").wait_for()
    return judged


def test_one_lot_is_accepted_another_refused_and_freeze_exports_accordingly(
    browser: Any, office: Office, tmp_path: Path
) -> None:
    root = office.workspace.folder.root
    made = [json.loads(line) for line in (EXAMPLE / "synthetic_good.jsonl").read_text().splitlines()]
    judged = [json.loads(line) for line in (EXAMPLE / "review.jsonl").read_text().splitlines()]
    sound = {row["text"] for row in judged if row["who"] == "ann" and row["verdict"] == "right"}
    rows = [row for row in made if row["text"] in sound][:66]
    right = {row["text"]: row["intent"] for row in rows}
    labels = sorted(set(right.values()))
    wrong = [{**row, "intent": labels[labels.index(row["intent"]) - 1]} for row in rows[36:]]
    told = ("--origin", "synthetic", "--generator", "examples", "--model", "claude", "--license", "Apache-2.0")
    for version, part in (("1", rows[:36]), ("2", wrong)):
        file = tmp_path / f"lot{version}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in part))
        office.run("add", str(file), *told, "--batch", f"lot{version}", "--prompt-version", version)
    ann = sign_in(browser, office, "ann")
    read = 0
    for _ in range(5):
        pushed = json.loads(office.run("push", "review", "--second-reviewer-share", "0", "--json"))
        if not pushed["records"]:
            break
        ann.reload(wait_until="domcontentloaded")
        for name in pushed["datasets"]:
            read += review_everything(ann, right, name)
        office.run("pull")
    ann.context.close()
    lots = {lot.prompt_version: lot for lot in office.workspace.status().lots}
    assert (lots["1"].verdict, lots["2"].verdict) == ("accepted", "refused")
    assert read < len(rows)
    shown = run_winnow("status", cwd=root).stdout
    assert "accepted, at most" in shown
    assert "refused; winnow push review --include-refused reviews it in full" in shown
    office.run("check")
    office.run("freeze", "reviewed")
    frozen = office.workspace.release("reviewed")
    exported = {row["text"]: row["label"] for row in frozen.rows("train").to_dict("records")}
    stored = {one["text"]: one for one in office.workspace.records().to_dict("records")}
    by_lot = [row["text"] for row in rows[:36] if stored[row["text"]]["decided_by"] == "lot"]
    assert sum(text in exported for text in by_lot) > len(by_lot) / 2
    for row in rows[36:]:
        if stored[row["text"]]["decided_by"] == "lot":
            assert row["text"] not in exported
        elif row["text"] in exported:
            assert exported[row["text"]] == right[row["text"]]  # as the reviewer mended it
