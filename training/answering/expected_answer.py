"""The expected answer of a request: as its call format writes it, and what is right or wrong with another one."""

from __future__ import annotations

from winnow.training.answering.answer_request import AnswerRequest
from winnow.validators.tools.answer_judgment import AnswerJudgment
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError
from winnow.validators.tools.judge_answer import judge_answer
from winnow.validators.tools.strict_json import write_json


def expected_text(request: AnswerRequest) -> str:
    """The expected answer as the call format writes it; its text alone where the format cannot hold it."""
    expected, tools = request.expected, request.dialogue.tools
    try:
        written = CALL_FORMATS[request.call_format].render(Answer(expected.content, expected.calls), tools)
    except FormatError:
        return expected.content
    return written if isinstance(written, str) else write_json(written)


def judge_request(request: AnswerRequest, text: str, *, finished: bool = True) -> AnswerJudgment:
    """The judgment of an answer; the label of the dialogue describes its last answer alone."""
    return judge_answer(
        text,
        expected=request.expected,
        before=request.before,
        label=request.label if request.is_last else None,
        call_format=request.call_format,
        finished=finished,
    )
