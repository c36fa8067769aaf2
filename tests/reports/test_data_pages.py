"""The coverage and diff pages in a real browser: on a desktop and a phone, with 151 labels and hostile texts."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import winnow
from tests.support.workspaces import waive_failing

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'text'"

LABELS = [f"some_rather_long_intent_name_{i}" for i in range(150)]

THINGS = (
    "invoice parcel garden laptop flight hotel recipe salary ticket window engine camera bicycle novel piano"
).split()

DEEDS = "cancel move repair order lend paint weigh return rename record".split()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workspace with 151 labels, traffic that it lacks, and two releases; its pages by name."""
    folder = tmp_path_factory.mktemp("pages") / "ws"
    folder.mkdir()
    lines = "".join(f"  - name: {label}\n" for label in LABELS)
    (folder / "winnow.yaml").write_text(
        f"name: pages\nkind: intents\nlabels:\n{lines}  - name: {json.dumps(NASTY)}\nlicenses: {{allow: [unknown]}}\n"
    )
    workspace = winnow.open(folder)
    matters = list(itertools.product(DEEDS, THINGS))
    rows = [
        {"text": text.format(deed=deed, thing=thing), "label": label, "split": split}
        for (deed, thing), label in zip(matters, LABELS, strict=True)
        for text, split in (
            ("please {deed} the {thing} for me", "train"),
            ("could somebody {deed} my {thing}?", "train"),
            ("I want you to {deed} that {thing} tomorrow", "train"),
            ("is it you who can {deed} a {thing}", "validation"),
            ("{deed} {thing} now", "test"),
        )
    ]
    rows += [{"text": f"{NASTY} {thing}", "label": NASTY, "split": "train"} for thing in THINGS]
    workspace.add(pd.DataFrame(rows))
    waive_failing(workspace)
    workspace.freeze("a")
    orchids = [f"{NASTY} orchid {word} {thing}" for word in ("blooms", "wilts", "dries") for thing in THINGS]
    workspace.add(pd.DataFrame({"text": orchids, "time": "2026-03-01"}))
    workspace.rename(LABELS[0], LABELS[1], yes=True)
    workspace.add(pd.DataFrame({"text": [f"{NASTY} is new"], "label": [NASTY], "split": "train"}))
    waive_failing(workspace)
    workspace.freeze("b")
    return {"coverage": workspace.coverage()[1], "diff": workspace.diff("a", "b")[1]}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["coverage", "diff"])
def test_pages_stand_alone_fit_and_run_nothing(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: problems.append(request.url) if ".html" not in request.url else None)
    page.goto(pages[name].as_uri(), wait_until="domcontentloaded")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert NASTY in page.inner_text("body")
    assert page.locator("script, img, iframe").count() == 0
    page.close()


def test_the_heat_map_of_151_labels_scrolls_under_its_heads(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["coverage"].as_uri(), wait_until="domcontentloaded")
    panel = page.locator(".heat")
    assert panel.locator("tbody tr").count() == 150  # 151, of which two were merged
    panel.evaluate("e => { e.scrollTop = 900; }")
    head, box = panel.locator("thead th").first.bounding_box(), panel.bounding_box()
    assert abs(head["y"] - box["y"]) < 3
    assert page.eval_on_selector(".heat tbody td.name", "e => parseFloat(getComputedStyle(e).fontSize)") >= 11
    page.close()
