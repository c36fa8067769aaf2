"""The evaluation page, looked at in a real browser."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.evaluation import evaluation_page
from reports.matrix import confusion_picture, seriation
from training.evaluate import Evaluation
from training.metrics import confusion_matrix
from winnow.workspace import Workspace

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'text'"


@pytest.fixture(scope="module")
def page_path(trained_example: tuple[Workspace, str]) -> Path:
    workspace, run_id = trained_example
    return workspace.evaluate(run_id)[1]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_stands_alone_and_fits_desktop_and_phone(browser: Any, page_path: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: problems.append(request.url) if "validation.html" not in request.url else None)
    page.goto(page_path.as_uri(), wait_until="domcontentloaded")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".grid svg rect.d").count() == 13
    first = page.locator(".left span").first.bounding_box()
    cell = page.locator(".grid svg").bounding_box()
    assert abs(first["y"] - cell["y"]) < 2  # labels stand beside their rows
    page.close()


def with_labels(evaluation: Evaluation, labels: list[str], gold: list[str], predicted: list[str]) -> Evaluation:
    """The same evaluation with other labels and texts, to draw what the example does not hold."""
    from dataclasses import replace

    from training.metrics import measure

    rows = len(gold)
    table = evaluation.predictions.iloc[[0] * rows].reset_index(drop=True)
    table = table.assign(gold=gold, predicted=predicted, text=NASTY, id=[str(i) for i in range(rows)])
    ones = np.ones(rows)
    measures = measure(gold, predicted, ones, ones.astype(np.float32), labels=labels, fallback=labels[-1], seed=0)
    task = {**evaluation.release.manifest["task"], "labels": labels, "fallback": labels[-1]}
    release = replace(evaluation.release, manifest={**evaluation.release.manifest, "task": task})
    return replace(evaluation, release=release, measures=measures, predictions=table)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def test_every_text_is_escaped(browser: Any, trained_example: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    labels = [NASTY, "b", "c"]
    html = evaluation_page(with_labels(evaluation, labels, [NASTY, "b", "c"], ["b", NASTY, "c"]))
    parser = Tags()
    parser.feed(html)
    assert not parser.seen & {"script", "img", "iframe"}
    (tmp_path / "page.html").write_text(html)
    page = browser.new_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
    assert alerts == []
    assert NASTY in page.inner_text("body")
    page.close()


def test_151_labels_stay_readable(browser: Any, trained_example: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    labels = [f"some_long_intent_name_{i}" for i in range(151)]
    gold = labels * 3
    predicted = labels + labels + labels[1:] + labels[:1]
    (tmp_path / "page.html").write_text(evaluation_page(with_labels(evaluation, labels, gold, predicted)))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    size = page.eval_on_selector(".left span", "e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 10.5
    panel = page.locator(".matrix")
    panel.evaluate("e => { e.scrollTop = 900; e.scrollLeft = 900; }")
    corner, box = page.locator(".corner").bounding_box(), panel.bounding_box()
    assert abs(corner["x"] - box["x"]) < 3  # labels stay while the cells scroll
    assert abs(corner["y"] - box["y"]) < 3
    page.close()


def test_confused_labels_stand_together() -> None:
    labels = [f"l{i}" for i in range(12)]
    gold, predicted = list(labels) * 4, list(labels) * 4
    for a, b in (("l0", "l11"), ("l3", "l8")):
        gold += [a] * 3 + [b] * 3
        predicted += [b] * 3 + [a] * 3
    picture = confusion_picture(confusion_matrix(gold, predicted, labels), labels, last="l5")
    place = {label: i for i, label in enumerate(picture.labels)}
    assert abs(place["l0"] - place["l11"]) == 1
    assert abs(place["l3"] - place["l8"]) == 1
    assert picture.labels[-1] == "l5"
    assert sorted(picture.labels) == sorted(labels)
    assert sum(cell.count for cell in picture.cells) == len(gold)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_labels_need_no_clustering(n: int) -> None:
    assert sorted(seriation(np.ones((n, n), dtype=np.int64))) == list(range(n))
