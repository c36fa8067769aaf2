"""Dialogues in the real Argilla and a real browser: readable without knowing JSON, labeled, reviewed and corrected."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page

import winnow
from tests.e2e.test_labeling_in_browser import Office, choose, open_dataset, picture, sign_in, submit
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import ROOT
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.returned_responses import RETURNED
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.store.sources import GenerationBatch
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.corrected_answer import answer_as_text

DESK, TABLET = {"width": 1440, "height": 900}, {"width": 834, "height": 1112}


class RightAnswer(NamedTuple):
    """What the scripted reviewer knows about a dialogue."""

    label: str
    written: str
    """The right answer as text."""
    is_wrong: bool
    """Whether the dialogue that is reviewed has another answer."""


@dataclass
class DialogueOffice(Office):
    """An office whose reviewer knows the right answers, by the first words of the user."""

    answers: Mapping[str, RightAnswer]

    def answer_to(self, text: str) -> RightAnswer:
        plain = " ".join(unescape(text).replace("<br>", " ").split())
        return next(answer for asked, answer in self.answers.items() if asked in plain)

    def answer_the_rest(self, name: str, who: str) -> int:
        """Give the remaining answers of a dataset through Argilla's API, as if they had been recorded."""
        credentials = json.loads((self.workspace.folder.server / "credentials.json").read_text())
        api = ArgillaApi(self.url, credentials["api_key"])
        key = next(user["api_key"] for user in api.get("users")["items"] if user["username"] == who)
        dataset = next(one["id"] for one in api.get("me/datasets")["items"] if one["name"] == name)
        records = api.get(f"datasets/{dataset}/records?limit=1000&include=responses")["items"]
        waiting = [record for record in records if not record["responses"]]
        for record in waiting:
            values = {"values": self._values(record, is_blind=name.endswith("blind")), "status": "submitted"}
            ArgillaApi(self.url, key).send("POST", f"records/{record['id']}/responses", values)
        return len(waiting)

    def _values(self, record: Mapping[str, Any], *, is_blind: bool) -> dict[str, Any]:
        right = self.answer_to(record["fields"]["text"])
        label = {"label": {"value": right.label.split("+")}}
        if is_blind:
            return label
        wrong = {"verdict": {"value": "wrong_label"}, "wrong": {"value": ["wrong_argument"]}, **label}
        return wrong if right.is_wrong else {"verdict": {"value": "right"}}


def with_another_title(row: Mapping[str, Any]) -> dict[str, Any]:
    """The dialogue with a call that does something else than what is asked."""
    changed: dict[str, Any] = json.loads(json.dumps({"messages": row["messages"]}))
    function = changed["messages"][1]["tool_calls"][0]["function"]
    function["arguments"] = json.dumps({**json.loads(function["arguments"]), "title": "Call the bank"})
    return changed


def has_one_title(row: Mapping[str, Any]) -> bool:
    calls = row["messages"][1].get("tool_calls", ())
    return len(row["messages"]) == 4 and len(calls) == 1 and "title" in json.loads(calls[0]["function"]["arguments"])


@pytest.fixture(scope="module")
def office(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DialogueOffice]:
    root = tmp_path_factory.mktemp("dialogues") / "ws"
    shutil.copytree(ROOT / "examples" / "assistant", root)
    workspace = winnow.open(root)
    rows = [json.loads(line) for line in (root / "dialogues.jsonl").read_text().splitlines()]
    answered = [row for row in rows if row["label"] in ("direct", "ask", "unable")]
    logged = [{"messages": row["messages"], "group": row["group"]} for row in answered]
    workspace.add(
        write_jsonl(root / "logged.jsonl", logged), origin="log", license="own", columns=Columns(group="group")
    )
    titled = [row for row in rows if has_one_title(row)][:30]
    others = [row for row in rows if row not in answered and row not in titled]
    workspace.add(write_jsonl(root / "known.jsonl", others[60:120]), license="own", columns=Columns(group="group"))
    lots = [
        [{"messages": row["messages"]} for row in others[:60]],
        [with_another_title(row) for row in titled],
    ]
    for number, lot in enumerate(lots, 1):
        batch = GenerationBatch(f"lot{number}", "dialogues", str(number), "claude")
        written = write_jsonl(root / f"lot{number}.jsonl", lot)
        assert workspace.add(written, origin="synthetic", license="own", batch=batch).dropped == 0
    answers = {}
    for row in [*titled, *others[:60]]:
        content = str(TOOLS.parse(row, workspace.task))
        asked = " ".join(row["messages"][0]["content"].split())
        text = answer_as_text(dialogue_of(content), workspace.task)
        answers[asked] = RightAnswer(str(TOOLS.target_of(content, row["label"], workspace.task)), text, row in titled)
    started = run_winnow("serve", "--background", "--json", cwd=root)
    assert started.returncode == 0, started.stderr
    passwords = {}
    for name in ("ann", "bob"):
        passwords[name] = json.loads(run_winnow("annotators", "add", name, "--json", cwd=root).stdout)["password"]
    yield DialogueOffice(workspace, json.loads(started.stdout)["url"], passwords, answers)
    assert "stopped" in run_winnow("serve", "--stop", cwd=root).stdout


def shown(page: Page) -> str:
    field = page.locator(".text_field_component").first
    field.wait_for()
    return field.inner_text()


def go_to(page: Page, place: str) -> None:
    """Open a place of the dataset, such as `page=3&status=pending`."""
    page.goto(f"{page.url.split('?')[0]}?{place}", wait_until="domcontentloaded")
    page.locator("button.button--submit").wait_for()
    shown(page)


def write_correction(page: Page, text: str) -> None:
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def next_dialogue(page: Page, before: str) -> None:
    page.wait_for_function(
        "text => !document.querySelector('.text_field_component')?.innerText.includes(text)", arg=before
    )
    page.wait_for_timeout(150)


def test_a_second_annotator_labels_behaviors_with_the_keyboard_only(browser: Any, office: DialogueOffice) -> None:
    office.run("push", "label", "--count", "6", "--second-reviewer-share", "0")
    bob = sign_in(browser, office, "bob")
    bob.set_viewport_size(TABLET)
    open_dataset(bob, "label")
    text = shown(bob)
    assert "User" in text
    assert "tools offered" in text
    assert "answer as text" not in text
    assert "{" not in text
    picture(bob, "dialogue-label-tablet")
    options = [one.get_attribute("aria-label") for one in bob.locator("div.input-button").all()]
    chosen: list[str] = []
    for label in ("ask", "unable", "direct"):
        here = shown(bob)
        for other in bob.locator("div.input-button input:checked").all():  # a suggestion is taken back by its key
            bob.keyboard.type(str(other.get_attribute("data-keyboard")))
        bob.keyboard.type(str(options.index(label) + 1))
        bob.wait_for_timeout(700)  # two digits are one key
        chosen += [str(one.get_attribute("name")) for one in bob.locator("div.input-button input:checked").all()]
        if label == "unable":
            bob.keyboard.type(str(options.index("ask") + 1))  # what contradicts it: the response comes back
            bob.wait_for_timeout(700)
            picture(bob, "dialogue-label-by-key-tablet")
        submit(bob, key=True)
        next_dialogue(bob, here)
    bob.context.close()
    assert chosen == ["ask", "unable", "direct"]
    pulled = json.loads(office.run("pull", "--json"))
    assert (pulled["decisions"], pulled["incomplete"]) == (2, {"bob": 1})
    assert "contradict each other" in pulled["returned"][0]["why"]


def test_a_reviewer_corrects_a_call_breaks_the_format_and_sees_why(browser: Any, office: DialogueOffice) -> None:
    pushed = json.loads(office.run("push", "review", "--second-reviewer-share", "0", "--json"))
    assert pushed["remaining_minutes"] > 0  # before anybody has reviewed a dialogue
    ann = sign_in(browser, office, "ann")
    ann.set_viewport_size(DESK)
    open_dataset(ann, "review")
    seconds, broken, corrected = [], "", ""
    for number in range(10):
        if number == 6:  # the second lot is behind the first one
            go_to(ann, f"page={pushed['datasets']['review'] - 9}&status=pending")
        here, right = shown(ann), office.answer_to(shown(ann))
        began = time.monotonic()
        if not right.is_wrong:
            choose(ann, "right")
        else:
            ann.locator(".text_field_component summary").last.click()
            choose(ann, "wrong")
            choose(ann, "wrong argument")
            if not broken:
                broken = here
                write_correction(ann, right.written.replace("}}", "}"))
                picture(ann, "dialogue-review-broken")
            elif not corrected:
                corrected = here
                write_correction(ann, right.written)
                picture(ann, "dialogue-review-corrected")
            else:
                choose(ann, right.label)
        if number == 0:
            picture(ann, "dialogue-review")
        submit(ann)
        seconds.append(time.monotonic() - began)
        next_dialogue(ann, here)
    assert broken
    assert corrected
    print(f"{sum(seconds) / len(seconds):.1f} seconds a dialogue, by a script")
    pulled = json.loads(office.run("pull", "--json"))
    assert (pulled["corrected"], pulled["incomplete"]) == (1, {"ann": 1})
    go_to(ann, "page=1&status=draft")
    answer = ann.locator("[contenteditable=true]").first
    assert answer.inner_text().startswith(f"{RETURNED}corrected answer, line ")
    picture(ann, "dialogue-returned")
    ann.set_viewport_size(TABLET)
    answer.scroll_into_view_if_needed()
    picture(ann, "dialogue-returned-tablet")
    write_correction(ann, office.answer_to(shown(ann)).written)
    submit(ann)
    ann.wait_for_timeout(500)
    pulled = json.loads(office.run("pull", "--json"))
    assert (pulled["corrected"], pulled["returned"]) == (1, [])
    replaced = [one for one in office.workspace.records().to_dict("records") if one["supersedes"]]
    assert {(one["state"], one["decided_by"], one["origin"]) for one in replaced} == {
        ("labeled", "person", "synthetic")
    }
    assert len(replaced) == 2
    ann.goto(ann.url.split("/dataset/")[0], wait_until="domcontentloaded")
    open_dataset(ann, "review-blind")
    text = shown(ann)
    picture(ann, "dialogue-blind-tablet")
    assert "User" in text
    assert "Assistant" not in text
    ann.context.close()
    for _ in range(6):  # one look after the other, as recorded answers
        for name in ("review", "review-blind"):
            office.answer_the_rest(name, "ann")
        office.run("pull")
        if not json.loads(office.run("push", "review", "--second-reviewer-share", "0", "--json"))["records"]:
            break
    lots = {lot.prompt_version: lot for lot in office.workspace.status().lots}
    assert (lots["1"].verdict, lots["2"].verdict) == ("accepted", "refused")
    assert lots["2"].defects == lots["2"].read
