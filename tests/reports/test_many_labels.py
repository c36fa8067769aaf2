"""What the report does with a thousand labels: as much as with sixty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.files import write_jsonl
from winnow.config.load import read_task
from winnow.core.errors import WinnowError
from winnow.reports.daily_page import CELLS_SHOWN, largest_error_cells

LABELS = [f"label_{number:04d}" for number in range(1000)]


def test_the_probe_tells_only_the_labels_of_the_largest_cells_apart(tmp_path: Path) -> None:
    """Each label is once predicted as the next one; the first pair of labels twice, and correct rows do not count."""
    wrong = [
        {"id": str(number), "text": label, "gold": label, "predicted": LABELS[number - 1]}
        for number, label in enumerate(LABELS)
    ]
    right = [{"id": "r", "text": "right", "gold": "label_0001", "predicted": "label_0001"}] * 5
    (tmp_path / "evaluation").mkdir()
    write_jsonl(tmp_path / "evaluation" / "validation-predictions.jsonl", [*wrong, *right, wrong[7]])
    cells = largest_error_cells(tmp_path)
    assert len(cells) == CELLS_SHOWN
    assert (cells[0].gold, cells[0].predicted, len(cells[0].rows)) == ("label_0007", "label_0006", 2)


def test_a_task_that_is_read_again_is_the_file_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "winnow.yaml"
    file.write_text("name: first\nkind: intents\nlabels: [{name: a}, {name: b}]\n")
    task, same = read_task(file), read_task(file)
    assert task == same
    before = task.model_copy(deep=True)
    same.labels.clear()
    assert read_task(file) == before
    file.write_text(file.read_text().replace("first", "second"))
    assert read_task(file).name == "second"
    file.write_text("name: third\n")
    for _ in range(2):
        with pytest.raises(WinnowError):
            read_task(file)
