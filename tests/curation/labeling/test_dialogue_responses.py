"""Responses about dialogues: several tools make one label, and a label that contradicts the calls rejects them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.curation.labeling.test_queues import pushed, responses, states
from tests.support.dialogues import dialogue, tools_workspace
from winnow.config.load import parse_task
from winnow.core.vocabulary import DatasetKind
from winnow.curation.labeling.label_options import SEVERAL_INTENTS_OPTION, UNSURE_OPTION
from winnow.curation.labeling.queue_guidelines import queue_guidelines
from winnow.curation.labeling.queues import QUEUES, queue_named
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.queues.label import label_candidates
from winnow.curation.labeling.response_decision import decision_from_response, is_incomplete
from winnow.curation.labeling.review_form import form_questions, label_options
from winnow.curation.store.working_view import working_rows
from winnow.validators.kinds.tools import TOOLS

LABELS = ["traffic", "weather", "direct", "ask", "unable", "general"]


def decide(label: Any, **more: Any) -> tuple[str, str]:
    return decision_from_response({"label": label, **more}, "submitted", LABELS, [], kind=TOOLS)


@pytest.mark.parametrize(
    ("chosen", "label"),
    [(["ask"], "ask"), (["weather"], "weather"), (["weather", "traffic"], "traffic+weather")],
)
def test_the_chosen_tools_make_one_label(chosen: list[str], label: str) -> None:
    assert decide(chosen) == ("label", label)
    assert decide(chosen, verdict="wrong_label") == ("label", label)


@pytest.mark.parametrize("chosen", [["ask", "weather"], ["ask", "unable"], [UNSURE_OPTION, "weather"]])
def test_a_contradiction_is_incomplete(chosen: list[str]) -> None:
    assert is_incomplete({"label": chosen}, "submitted", kind=TOOLS)
    assert decide(chosen)[0] == "abstention"


def test_a_verdict_is_about_the_whole_combination() -> None:
    content = {"verdict": "right"}
    found = decision_from_response(content, "submitted", LABELS, [], proposed="traffic+weather", kind=TOOLS)
    assert found == ("label", "traffic+weather")
    with pytest.raises(KeyError):
        decide(["weather", "gone"])


def test_the_form_lets_people_choose_several_tools(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    label = form_questions(workspace.task, queue_named("label"))[0]
    assert label.multiple_choice
    assert SEVERAL_INTENTS_OPTION not in label_options(workspace.task, queue_named("label"))
    verdict, label, *_ = form_questions(workspace.task, queue_named("review"), DatasetKind.OPEN)
    assert (verdict.multiple_choice, label.multiple_choice, label.required) == (False, True, False)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_guidelines_speak_of_dialogues_and_describe_their_behaviors(tmp_path: Path, queue: QueueDefinition) -> None:
    task = tools_workspace(tmp_path / "w").task
    text = queue_guidelines(task, queue)
    assert "quer" not in text
    assert "## Behaviors" in text
    assert "- **weather**: weather" in text
    assert "- **ask**: a required value is missing" in text
    intents = parse_task("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")
    assert "dialogue" not in queue_guidelines(intents, queue)
    blind = queue_guidelines(task, queue, dataset_kind=DatasetKind.BLIND)
    assert "Corrected answer" not in blind
    assert ("Corrected answer" in text) == queue.asks_correction


def test_a_label_that_contradicts_the_calls_rejects_the_dialogue(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    rows = [dialogue(f"How is the weather in {city}?", city) for city in ("Paris", "Rome")]
    (tmp_path / "known.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    workspace.add(tmp_path / "known.jsonl", origin="human", license="own")
    first, second = sorted(workspace.records()["id"])
    assert pushed(workspace, "audit") == {"audit": 2}
    responses(workspace, (first, "ann", ["unable"], "01"), (second, "ann", ["weather"], "02"), queue="audit")
    assert {*states(workspace).items()} == {(first, ("rejected", "")), (second, ("labeled", "weather"))}
    decisions = workspace.show(first).decisions
    assert decisions[-1].value == "the answer is wrong: unable is right"


def test_requests_without_an_answer_are_not_labeled(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    open_answer = dialogue("Is it nice?", "Paris")
    open_answer["messages"] = [open_answer["messages"][0], {"role": "assistant", "content": "I think so."}]  # type: ignore[index]
    rows = [open_answer, {"messages": [{"role": "user", "content": "Any traffic?"}]}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    workspace.add(tmp_path / "log.jsonl", origin="log", license="own")
    with workspace.store.reading() as connection:
        found = label_candidates(working_rows(connection), workspace.task)
    assert ["Is it nice?" in one.text for one in found] == [True]
    assert workspace.status().queues["label"] == 1
