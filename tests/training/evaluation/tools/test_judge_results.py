"""Requests, answers and the judge together: what is stored of each judged answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from winnow.config.load import parse_task
from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.training.answering.answer_request import AnswerRequest, requests_of
from winnow.training.answering.expected_answer import expected_text
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

TASK = parse_task("name: t\nkind: tools\n")

TEXT = {"type": "string"}

TOOLS = (
    Tool("find", "Find tasks.", {"type": "object", "properties": {"words": TEXT}, "required": ["words"]}),
    Tool("drop", "Drop a task.", {"type": "object", "properties": {"task_id": TEXT}, "required": ["task_id"]}),
)

FIND = Call("call_1", "find", {"words": "milk"})

DROP = Call("call_2", "drop", {"task_id": "task-4711"})

DIALOGUE = Dialogue(
    (
        Turn(Role.USER, "Drop the task about milk."),
        Turn(Role.ASSISTANT, "I will look for it.", (FIND,)),
        Turn(Role.TOOL, json.dumps({"task_id": "task-4711"}), call_id="call_1"),
        Turn(Role.ASSISTANT, "I will drop it.", (DROP,)),
        Turn(Role.TOOL, "done", call_id="call_2"),
        Turn(Role.ASSISTANT, "It is gone."),
    ),
    TOOLS,
)

GREETING = Dialogue((Turn(Role.USER, "Hello!"), Turn(Role.ASSISTANT, "Hello, what can I do?")), TOOLS)


def requests(dialogue: Dialogue = DIALOGUE, label: str = "drop+find") -> list[AnswerRequest]:
    return list(requests_of({"d1": (dialogue, label)}, TASK))


def right_answers() -> list[ModelAnswer]:
    return [ModelAnswer(expected_text(one), tokens=7) for one in requests()]


@pytest.fixture(scope="module")
def judged() -> list[AnswerResult]:
    return judged_results(requests(), right_answers(), TASK)


def test_the_expected_answers_are_right_and_have_what_measures_need(judged: list[AnswerResult]) -> None:
    assert [one.key for one in judged] == ["d1:2", "d1:4", "d1:6"]
    assert all(one.is_right and not one.errors and one.tokens == 7 for one in judged)
    assert [one.expected for one in judged] == ["find", "drop", "direct"]
    assert [one.expected_calls for one in judged] == [1, 1, 0]
    assert [one.follows_result for one in judged] == [False, True, True]
    assert [one.threads_id for one in judged] == [False, True, False]
    assert {one.question for one in judged} == {"Drop the task about milk."}
    assert all(one.answer == one.expected_answer for one in judged)


def test_each_answer_has_the_facets_of_its_dialogue(judged: list[AnswerResult]) -> None:
    facets = judged[0].facets
    assert facets == judged[2].facets
    assert (facets["turns"], facets["threads_id"], facets["tools_offered"]) == ("one", "yes", "2")


def test_answers_stay_with_their_requests() -> None:
    first, second, third = right_answers()
    found = judged_results(requests(), [second, first, third], TASK)
    assert [one.is_right for one in found] == [False, False, True]
    assert [one.behavior for one in found] == ["drop", "find", "direct"]
    with pytest.raises(ValueError, match=r"shorter"):
        judged_results(requests(), [first, second], TASK)


def test_an_answer_that_was_cut_off_is_not_right() -> None:
    cut = [replace(one, finished=False) for one in right_answers()]
    for one in judged_results(requests(), cut, TASK):
        assert AnswerErrorType.NOT_FINISHED in {error.name for error in one.errors}


def test_the_label_says_which_behavior_a_last_answer_in_text_should_show() -> None:
    # the words alone read like a question for a missing value
    answer = [ModelAnswer("Hello, what can I do?")]
    (direct,) = judged_results(requests(GREETING, "direct"), answer, TASK)
    (unable,) = judged_results(requests(GREETING, "unable"), answer, TASK)
    assert (direct.expected, unable.expected) == ("direct", "unable")
