"""The page that a data lead opens every morning."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.workspaces import add_example
from winnow.curation.store.artifacts import artifacts
from winnow.reports.daily_page import argilla_links, run_summaries
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = add_example(tmp_path_factory.mktemp("morning") / "ws")
    workspace.freeze("first")
    run, _ = workspace.train("first")
    workspace.evaluate(run.id)
    workspace.generate_variations(count=20)
    return workspace


def test_it_says_where_the_dataset_stands_and_what_to_do(trained: Workspace) -> None:
    found, page = trained.report()
    text = page.read_text()
    assert found.runs[0].accuracy is not None
    low, high = found.runs[0].interval or (1, 0)
    assert low < found.runs[0].accuracy < high
    assert found.actions[0].command == "winnow push review"
    assert all(one.command in text for one in found.actions if "'" not in one.command)
    assert "http://" not in text
    assert "<script" not in text
    assert found.facts(page).actions[0].command == "winnow push review"


def test_a_run_whose_evaluation_is_missing_or_of_an_older_form_was_not_evaluated(trained: Workspace) -> None:
    with trained.store.reading() as connection:
        entries = artifacts(connection, "run")
    assert run_summaries(entries, trained.folder.root)[0].rows > 0
    folder = trained.folder.root / "elsewhere"
    stored = folder / entries[0]["path"] / "evaluation" / "validation.json"
    stored.parent.mkdir(parents=True)
    assert run_summaries(entries, folder)[0].accuracy is None
    stored.write_text('{"accuracy": 0.8, "rows": 10}')
    (found,) = run_summaries(entries, folder)
    assert (found.rows, found.accuracy, found.interval, found.macro_f1) == (0, None, None, None)
    shutil.rmtree(folder)


def test_a_cell_opens_to_validation_and_train_rows_and_never_to_test(trained: Workspace, browser: Any) -> None:
    found, path = trained.report()
    records = trained.records().set_index("id")
    assert found.cells
    assert all(
        records.loc[quote.id]["assigned_split"] == "validation" for cell in found.cells for quote in cell.validation
    )
    assert all(records.loc[quote.id]["assigned_split"] == "train" for cell in found.cells for quote in cell.train)
    shown = path.read_text()
    held = records[records["assigned_split"] == "test"]["text"]
    assert not [text for text in held if f">{text} " in shown]
    page = browser.new_page(viewport={"width": 390, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{path}")
    row = page.get_by_text(found.cells[0].validation[0].text, exact=False).first
    assert not row.is_visible()
    page.locator("summary").first.click()
    assert row.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert asked == [f"file://{path}"]
    page.close()


def test_hostile_texts_stay_text(trained: Workspace, tmp_path: Path) -> None:
    links = argilla_links({"r": ("d-1", 'a "quoted" <b>text</b> ~ & more', False)}, "http://127.0.0.1:1")
    assert '"' not in links["r"]
    assert "<" not in links["r"]
    assert links["r"].startswith("http://127.0.0.1:1/dataset/d-1/annotation-mode?page=1&status=pending&search=a_")
