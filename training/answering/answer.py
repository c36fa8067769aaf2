"""What a run answers in dialogues: asked of its model now, or as another system answered before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.core.progress import Progress
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.run_facts import IMPORTED
from winnow.training.runs import Run
from winnow.validators.tools.call_formats import CALL_FORMATS

if TYPE_CHECKING:
    from winnow.training.answering.answering_model import AnsweringModel


def answers_of(run: Run, requests: Sequence[AnswerRequest], *, progress: Progress | None = None) -> list[ModelAnswer]:
    """The answer to each request, in order: greedy ones of the run's model, or those that were imported.

    Raises WinnowError when the model is not here or is another one, when its template cannot write a request or its
    notation of calls is not known, and when an imported run lacks answers.
    """
    if run.facts.method == IMPORTED:
        from winnow.training.imported_runs.imported_answers import load_imported_answers

        return load_imported_answers(run, requests)
    if not requests:
        return []
    from winnow.training.answering.answering_model import open_answering_model

    return answers_of_model(open_answering_model(run), requests, progress=progress)


def answers_of_model(
    model: AnsweringModel, requests: Sequence[AnswerRequest], *, progress: Progress | None = None
) -> list[ModelAnswer]:
    """The greedy answers of an open model. Calls in its own notation become the JSON of a message."""
    from winnow.training.answering.native_notation import message_text, native_reader
    from winnow.training.answering.request_prompts import prompt_texts, require_texts

    is_native = [not CALL_FORMATS[one.call_format].in_text for one in requests]
    read = native_reader(model.chat) if any(is_native) else None
    found = model.answers(require_texts(prompt_texts(requests, model.chat)), progress=progress)
    return [
        replace(answer, text=message_text(answer.text, read)) if read and native else answer
        for answer, native in zip(found, is_native, strict=True)
    ]
