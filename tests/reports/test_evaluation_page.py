"""The evaluation page, looked at in a real browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.evaluations import an_evaluation
from tests.support.files import write_jsonl
from winnow.core.result import Measured, NotMeasured
from winnow.reports.comparison_page import comparison_page
from winnow.reports.confusion_matrix import layout_matrix, seriation
from winnow.reports.evaluation_page import evaluation_page
from winnow.reports.svg import learning_plot, whiskers
from winnow.training.evaluation.compare import Comparison
from winnow.training.evaluation.comparison_facts import ComparisonFacts
from winnow.training.evaluation.evaluate import Evaluation
from winnow.training.evaluation.evaluation_facts import EvaluationFacts, LearningPoint, MustPass, MustPassFailure, Slice
from winnow.training.evaluation.fit_on_validation import fit_parameters
from winnow.training.evaluation.goals import judge_goals
from winnow.training.evaluation.measure_split import measure_split
from winnow.training.evaluation.metrics import confusion_matrix
from winnow.training.predictions import ModelOutput, Predictions
from winnow.validators.stats.intervals import measured_proportion, proportion
from winnow.workspace import Workspace

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'text'"


@pytest.fixture(scope="module")
def page_path(trained_example: tuple[Workspace, str]) -> Path:
    workspace, run_id = trained_example
    return workspace.evaluate(run_id)[1]


@pytest.fixture(scope="module")
def compared(trained_example: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    original, run_id = trained_example
    folder = tmp_path_factory.mktemp("compared")
    shutil.copytree(original.folder.root, folder / "ws")
    workspace = Workspace.find(folder / "ws")
    held = workspace.release("first").rows("validation")[["id", "label"]].to_dict("records")
    rows = [{"id": row["id"], "label": row["label"] if i % 3 else "fallback"} for i, row in enumerate(held)]
    file = write_jsonl(folder / "rules.jsonl", rows)
    rules = workspace.evaluate("first", predictions=file, name="rules")[0].run
    return workspace.compare([rules.id, run_id])[0]


def looked_at(browser: Any, path: Path, width: int) -> Any:
    """A page on a screen of a width, after it was seen that it stands alone and fits."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: problems.append(request.url) if path.name not in request.url else None)
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_stands_alone_and_fits_desktop_and_phone(browser: Any, page_path: Path, width: int) -> None:
    page = looked_at(browser, page_path, width)
    assert page.locator(".grid svg rect.d").count() == 13
    first = page.locator(".left span").first.bounding_box()
    cell = page.locator(".grid svg").bounding_box()
    assert abs(first["y"] - cell["y"]) < 2  # labels stand beside their rows
    assert page.locator(".plot svg").count() == 2  # reliability, risk and coverage
    gates = dict(row.split("\t")[:2] for row in page.locator("tr:has(.verdict)").all_inner_texts())
    assert (gates["mix"], gates["schema"]) == ("–", "0")
    assert "NotMeasured" not in page.content()
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_comparison_stands_alone_and_fits_desktop_and_phone(
    browser: Any, compared: Comparison, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "compare.html"
    path.write_text(comparison_page(compared))
    page = looked_at(browser, path, width)
    pair = compared.facts.pairs[0]
    assert f"only {pair.second} right {pair.only_second_right}" in page.inner_text("body")
    page.close()


def with_labels(evaluation: Evaluation, labels: list[str], gold: list[str], predicted: list[str]) -> Evaluation:
    """The same evaluation with other labels and texts, to draw what the example does not hold."""
    rows = len(gold)
    table = evaluation.predictions.iloc[[0] * rows].reset_index(drop=True)
    table = table.assign(gold=gold, predicted=predicted, text=NASTY, id=[str(i) for i in range(rows)])
    facets = [[f"slot.x:{NASTY}"] if i % 2 else ["phrasing:formal"] for i in range(rows)]
    release_rows = table.assign(label=gold, facets=facets, origin=NASTY)
    shares = np.full((rows, len(labels)), 0.1 / max(len(labels) - 1, 1))
    shares[np.arange(rows), [labels.index(label) for label in predicted]] = 0.9
    told = Predictions(labels, shares)
    answers = ModelOutput(predicted, told.confidence, told)
    measures = measure_split(
        release_rows,
        answers,
        np.ones(rows, dtype=np.float32),
        labels=labels,
        fallback=labels[-1],
        routes=dict.fromkeys(labels, NASTY),
        fitted=fit_parameters(answers, gold, fallback=labels[-1], risk=0.05),
        seed=0,
    )
    goals = judge_goals({f"recall.{labels[0]}": 0.5}, gold, predicted, labels=labels, fallback=None, seed=0)
    failure = MustPassFailure(text=NASTY, label=NASTY, predicted=NASTY, confidence=0.5, repeats_train=True)
    must_pass = MustPass(
        cases=1,
        passed=0,
        repeats_train=proportion(0, 1),
        new_to_train=proportion(0, 0, "no such case"),
        failures=[failure],
    )
    own = EvaluationFacts(**{**dict(evaluation.measures), **dict(measures), "goals": goals, "must_pass": must_pass})
    manifest = evaluation.release.manifest
    task = manifest.task.model_copy(update={"labels": labels, "fallback": labels[-1]})
    release = replace(evaluation.release, manifest=manifest.model_copy(update={"task": task}))
    return replace(evaluation, release=release, measures=own, predictions=table)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def assert_harmless(browser: Any, html: str, path: Path) -> None:
    parser = Tags()
    parser.feed(html)
    assert not parser.seen & {"script", "img", "iframe"}
    path.write_text(html)
    page = browser.new_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    assert alerts == []
    assert NASTY in page.inner_text("body")
    page.close()


def test_every_text_is_escaped(browser: Any, trained_example: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    labels = [NASTY, "b", "c"]
    gold, predicted = [NASTY, "b", "c"] * 20, ["b", NASTY, "c"] * 20
    assert_harmless(browser, evaluation_page(with_labels(evaluation, labels, gold, predicted)), tmp_path / "page.html")


def test_a_split_of_out_of_scope_rows_alone_can_be_drawn(trained_example: tuple[Workspace, str]) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    html = evaluation_page(with_labels(evaluation, ["a", "none"], ["none"] * 3, ["none", "none", "a"]))
    assert "In-scope accuracy" not in html
    assert "66.7 %" in html


def test_what_was_not_measured_says_why_in_its_place(trained_example: tuple[Workspace, str]) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    goals = judge_goals({"recall.a": 0.9}, ["b"], ["b"], labels=["a", "b"], fallback=None, seed=0)
    few = Slice(
        slice="length",
        value="long",
        rows=3,
        accuracy=measured_proportion(0, 3),
        elsewhere=measured_proportion(97, 97),
        rows_lost=3.0,
        differs=NotMeasured("too few rows for a test"),
    )
    nothing = an_evaluation(run_id, 0.8).model_copy(
        update={"intervals": {"accuracy": (0.7, 0.9), "macro_f1": (0.6, 0.9)}, "goals": goals, "slices": [few]}
    )
    page = evaluation_page(replace(evaluation, measures=nothing))
    assert "no rows count towards this goal" in page
    assert '<span class="soft">too few rows</span>' in page
    assert page.count("not in this test") == 3  # out of scope, calibration error, calibration
    for absent in (
        ">None<",
        "NotMeasured",
        "Route accuracy",
        "Must-pass cases",
        "Latency and memory",
        "Learning curve",
    ):
        assert absent not in page


def test_a_setting_that_is_not_set_is_shown_as_the_default(trained_example: tuple[Workspace, str]) -> None:
    workspace, run_id = trained_example
    evaluation = workspace.evaluate(run_id)[0]
    facts = evaluation.run.facts.model_copy(update={"settings": {"model": None, "rank": 16}})
    page = evaluation_page(replace(evaluation, run=replace(evaluation.run, facts=facts)))
    assert "model = default, rank = 16" in page


def test_every_text_of_a_comparison_is_escaped(browser: Any, compared: Comparison, tmp_path: Path) -> None:
    told = compared.facts.model_dump_json().replace('"it_vpn"', json.dumps(NASTY))
    rows = compared.rows.assign(text=NASTY).replace("it_vpn", NASTY)
    html = comparison_page(replace(compared, facts=ComparisonFacts.model_validate_json(told), rows=rows))
    assert_harmless(browser, html, tmp_path / "page.html")


def test_whiskers_of_one_table_share_a_scale_and_what_is_not_measured_has_none() -> None:
    figures = [Measured(0.5, 0.4, 0.6, 10), NotMeasured("-"), Measured(1.0, 0.9, 1.0, 10)]
    first, none, last = whiskers(figures)
    assert none is None
    assert first is not None
    assert last is not None
    assert 0 <= first.low < first.value < first.high < last.low < last.high <= 1
    assert whiskers([figures[1]]) == [None]


def test_a_learning_curve_rises_to_the_right() -> None:
    points = [
        LearningPoint(
            share=n / 100,
            train_rows=n,
            groups=n,
            accuracy=measured_proportion(hits, 100),
            macro_f1=NotMeasured("not in this test"),
            seconds=1.0,
        )
        for n, hits in ((10, 50), (100, 90))
    ]
    few, many = learning_plot(points).dots
    assert few.x < many.x
    assert few.y > many.y  # pixels count downwards
    assert many.high < many.y < many.low


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
    picture = layout_matrix(confusion_matrix(gold, predicted, labels), labels, last="l5")
    place = {label: i for i, label in enumerate(picture.labels)}
    assert abs(place["l0"] - place["l11"]) == 1
    assert abs(place["l3"] - place["l8"]) == 1
    assert picture.labels[-1] == "l5"
    assert sorted(picture.labels) == sorted(labels)
    assert sum(cell.count for cell in picture.cells) == len(gold)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_labels_need_no_clustering(n: int) -> None:
    assert sorted(seriation(np.ones((n, n), dtype=np.int64))) == list(range(n))
