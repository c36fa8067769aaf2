"""Measure what an adapter forgets: its base model and the run on the same rows, one after the other."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.atomic import write_json_file
from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.model_vocabulary import Precision
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.answering.answer_request import AnswerRequest, requests_of
from winnow.training.answering.answer_source import AnswersOf
from winnow.training.answering.answering_model import answering_hardware
from winnow.training.answering.expected_answer import judge_request
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.answering.run_base import base_of_run
from winnow.training.causal_models import LocalBase, load_network
from winnow.training.forgetting.forgetting_gate import GENERAL_FILE
from winnow.training.forgetting.general_facts import GeneralCalls, GeneralFacts, UnaskedCall
from winnow.training.forgetting.general_rows import GeneralFile
from winnow.training.forgetting.judge_forgetting import (
    judge_calls,
    judge_questions,
    judge_references,
    overall_verdict,
    rows_needed,
)
from winnow.training.forgetting.score_rows import GeneralScores, GeneralTokens, score, tokenize
from winnow.training.peft_files import ADAPTER_FOLDER
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.run_release import release_of, task_of_run
from winnow.training.runs import Run
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Dialogue, Role, Turn

CALL_ERRORS = frozenset({AnswerErrorType.CALLED, AnswerErrorType.INVENTED_TOOL, AnswerErrorType.MALFORMED})
"""Errors of an answer that calls a tool, or begins to: a call that was cut off or is broken is malformed."""


@dataclass(frozen=True)
class _BothScores:
    before: GeneralScores
    after: GeneralScores


def measure_general(
    run: Run, content: GeneralFile, *, margin: float, answer: AnswersOf | None = None, progress: Progress | None = None
) -> GeneralFacts:
    """Compare a run with its base model on general rows, and write the result into the run.

    `answer` gives the run's answers to requests; without it, calls without tools are not measured.

    Raises WinnowError for a run that is no adapter, or whose base model is not here or has other weights.
    """
    facts = _adapter_facts(run)
    base = base_of_run(run)
    chat = open_chat_tokenizer(str(base.folder), name=facts.base.model or "")
    scores = _both_scores(run, base, content, tokenize(content, chat), progress)
    questions = judge_questions(scores.before.right, scores.after.right, margin=margin)
    references = judge_references(scores.before.probability, scores.after.probability, margin=margin)
    calls = _calls(run, facts, content, margin, answer)
    measured = [one.verdict for one in (questions, references, calls) if not isinstance(one, NotMeasured)]
    verdict = overall_verdict(measured)
    found = GeneralFacts(
        run=run.id,
        base=facts.base.model,
        file=content.name,
        sha256=content.sha256,
        measured_at=utc_now(),
        margin=margin,
        questions=questions,
        references=references,
        unasked_calls=calls,
        verdict=verdict,
        rows_needed=rows_needed(margin) if verdict is ForgettingVerdict.NOT_ENOUGH_EVIDENCE else None,
    )
    write_json_file(run.path / "evaluation" / GENERAL_FILE, found.model_dump(mode="json"))
    return found


def _adapter_facts(run: Run) -> AdapterRunFacts:
    if isinstance(run.facts, AdapterRunFacts):
        return run.facts
    expected = "a run of method adapter: other methods do not change a language model"
    raise WinnowError(Problem(f"run {run.id}", f"method {run.facts.method}", expected, "name such a run"))


def _both_scores(
    run: Run, base: LocalBase, content: GeneralFile, tokens: GeneralTokens, progress: Progress | None
) -> _BothScores:
    """One model after the other, so that only one is in memory, with the precision with which the run answers."""
    hardware, scores = answering_hardware(Precision(str(run.facts.settings.get("precision", Precision.AUTO)))), []
    for adapter in (None, run.path / ADAPTER_FOLDER):
        network = load_network(Path(base.folder), hardware, adapter=adapter)
        scores.append(score(network, content, tokens, progress=progress))
        del network
        gc.collect()
    return _BothScores(*scores)


def _requests(run: Run, content: GeneralFile) -> list[AnswerRequest]:
    """The instructions as dialogues without tools, of which the last answer is asked for."""
    dialogues = {}
    for row in content.instructions:
        earlier = (Turn(Role(one["role"]), one["content"], train=False) for one in row.messages)
        turns = (*earlier, Turn(Role.ASSISTANT, row.reference))
        dialogues[str(row.number)] = Dialogue(turns, ()), Behavior.GENERAL.value
    return list(requests_of(dialogues, task_of_run(run, release_of(run))))


def _calls(
    run: Run, facts: AdapterRunFacts, content: GeneralFile, margin: float, answer: AnswersOf | None
) -> GeneralCalls | NotMeasured:
    if not facts.call_format:
        return NotMeasured("the run answers with labels and calls no tools")
    if answer is None:
        return NotMeasured("no answers were generated")
    requests = _requests(run, content)
    return judge_calls(unasked_calls(requests, answer(requests)), len(requests), margin=margin)


def unasked_calls(requests: Sequence[AnswerRequest], answers: Sequence[ModelAnswer]) -> list[UnaskedCall]:
    """Answers that call, or that the call format cannot read because they begin to."""
    found = []
    for request, answer in zip(requests, answers, strict=True):
        judged = judge_request(request, answer.text, finished=answer.finished)
        if not CALL_ERRORS.isdisjoint(one.name for one in judged.errors):
            found.append(UnaskedCall(row=int(request.record), answer=answer.text))
    return found
