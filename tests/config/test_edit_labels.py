"""Labels that are appended to winnow.yaml: comments and layout stay, and what cannot be edited is refused."""

from __future__ import annotations

import pytest

from winnow.config.edit_labels import with_labels
from winnow.config.load import parse_task
from winnow.config.task import Label
from winnow.config.template import intents_task
from winnow.core.errors import WinnowError

NEW = [
    Label(name="a: b", route="agent", description="It's: one, 'quoted'.", examples=["is it?", "- no", "yes", "#1"]),
    Label(name="7"),
]


def test_a_task_without_labels_gets_the_first_ones() -> None:
    text = intents_task("router", routes={})
    edited = with_labels(text, NEW)
    assert parse_task(edited).labels == NEW
    assert [line for line in text.splitlines() if not line.startswith("labels: []")] == [
        line for line in edited.splitlines() if line in text.splitlines()
    ]


def test_labels_are_appended_after_those_that_are_there() -> None:
    text = intents_task("router")
    edited = with_labels(text, NEW)
    assert parse_task(edited).label_names == [*parse_task(text).label_names, "a: b", "7"]
    lines = edited.splitlines()
    assert [line for line in lines if line in text.splitlines()] == text.splitlines()
    further = with_labels(edited, [Label(name="z")]).splitlines()
    assert [line for line in further if line != "  - name: z"] == lines


def test_a_label_for_everything_else_becomes_the_fallback_of_a_task_without_one() -> None:
    edited = with_labels(intents_task("router", routes={}), [*NEW, Label(name="Other")])
    assert parse_task(edited).fallback == "Other"
    assert "# fallback" not in edited
    assert parse_task(with_labels(intents_task("router"), [Label(name="other")])).fallback == "fallback"


@pytest.mark.parametrize("labels", ["labels: [{name: x}]", "{name: t, kind: intents, labels: []}"])
def test_a_layout_that_cannot_be_edited_is_refused_with_the_lines_to_paste(labels: str) -> None:
    text = labels if labels.startswith("{") else f"name: t\nkind: intents\n{labels}\n"
    with pytest.raises(WinnowError, match=r"(?s)cannot be edited safely.*- name: '7'"):
        with_labels(text, NEW)


@pytest.mark.parametrize("newline", ["\n", ""])
def test_the_labels_may_be_the_end_of_the_file(newline: str) -> None:
    for labels in ("labels: []", "labels:\n- name: x\n  examples: [a,\n    b]", "labels:\n  - {name: x}  # one"):
        text = f"name: t\nkind: intents\n{labels}{newline}"
        assert parse_task(with_labels(text, NEW)).labels[-2:] == NEW
