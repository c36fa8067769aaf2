"""Judge the answers of a model: each request, its answer, and what is right or wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.config.task import Task
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.expected_answer import expected_text, judge_request
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.dialogue import Dialogue, Role, Tool
from winnow.validators.tools.dialogue_facets import dialogue_facets, threading_calls


def judged_results(requests: Sequence[AnswerRequest], answers: Sequence[ModelAnswer], task: Task) -> list[AnswerResult]:
    """The judged answers, one for each request, in their order.

    The facets are those of the whole dialogue; `evaluate` adds what the release knows besides.
    """
    tools = offered_by_task(task)
    facets = {one.record: facets_of(one, tools) for one in requests}
    return [_judged(request, answer, facets[request.record]) for request, answer in zip(requests, answers, strict=True)]


def facets_of(request: AnswerRequest, task_tools: Sequence[Tool]) -> dict[str, str]:
    """The facets of the dialogue that a request belongs to, and how many tools it offers."""
    found = dialogue_facets(request.dialogue, request.label, task_tools)
    return {**found, "tools_offered": str(len(request.dialogue.tools))}


def _judged(request: AnswerRequest, answer: ModelAnswer, facets: Mapping[str, str]) -> AnswerResult:
    judgment = judge_request(request, answer.text, finished=answer.finished)
    return AnswerResult(
        id=request.record,
        turn=request.turn + 1,
        expected=judgment.expected,
        behavior=judgment.behavior,
        passed=judgment.passed,
        errors=[
            AnswerErrorLine(name=one.name, detail=one.detail, tool=one.tool, argument=one.argument)
            for one in judgment.errors
        ],
        answer=answer.text,
        expected_answer=expected_text(request),
        question=_question(request),
        facets=dict(facets),
        matched_arguments=judgment.matched_arguments,
        expected_arguments=judgment.expected_arguments,
        tokens=answer.tokens,
        expected_calls=len(request.expected.calls),
        follows_result=request.turn > 0 and request.dialogue.turns[request.turn - 1].role is Role.TOOL,
        threads_id=_threads_id(request),
    )


def _question(request: AnswerRequest) -> str:
    from_user = [turn.content for turn in request.before.turns if turn.role is Role.USER]
    return from_user[-1] if from_user else ""


def _threads_id(request: AnswerRequest) -> bool:
    """Whether a call of the expected answer has an id that an earlier result returned first."""
    own = {call.id for call in request.expected.calls}
    so_far = Dialogue((*request.before.turns, request.expected), request.dialogue.tools)
    return any(call.id in own for call in threading_calls(so_far))
