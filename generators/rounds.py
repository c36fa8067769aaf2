"""The rounds of one generation run: send requests, read proposals, have them judged, hand them to the intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from winnow.core.model_vocabulary import GenerationEnd, GeneratorName
from winnow.generators.dialogues.finish_dialogues import DialogueWriter, finish_dialogues
from winnow.generators.follow_ups import FollowUpAnswers, SendRequests, ask, send_open
from winnow.generators.job import GenerationJob
from winnow.generators.judge import JudgeVerdict
from winnow.generators.judging import judge_follow_up
from winnow.generators.llm.request import ModelChoice, PlannedRequest
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.proposal import PromptContext, Proposal
from winnow.generators.round_requests import RoundContext, read_proposals, round_requests

MAX_ROUNDS = 50

MAX_EMPTY_ROUNDS = 3
"""A run with `until` ends after this many rounds that added nothing."""

OVERSAMPLING = 1.3
"""Later rounds request this many times what is missing, because some candidates are dropped again."""

WRITE = "write"
"""The purpose of the requests that open proposals, followed by the number of the round."""


class Intake(Protocol):
    """Where proposals are compared with the dataset and added to it."""

    def prompt_context(self) -> PromptContext:
        """What prompts show of the current dataset."""

    def edits(self) -> Sequence[str]:
        """The edits that this run's contrasts have used."""

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals would not be dropped anyway."""

    def drop_reasons(self, proposals: Sequence[Proposal]) -> Sequence[str | None]:
        """Why each proposal would be dropped as it is, as a reason's name; None where it would be kept."""

    def ingest(self, answered: Mapping[str, Sequence[Proposal]], verdicts: Mapping[str, JudgeVerdict] | None) -> None:
        """Add the proposals of each request, exactly once however often it is called; verdicts are by content."""

    def not_ingested(self, requests: Sequence[str]) -> Sequence[str]:
        """The requests whose proposals are not ingested yet."""

    def kept(self) -> int:
        """How many candidates of this run were accepted."""


def run_rounds(
    job: GenerationJob,
    model_choice: ModelChoice,
    ledger: SpendLedger,
    send: SendRequests,
    intake: Intake,
) -> GenerationEnd:
    """Do a job or continue it: nothing is sent twice and nothing is added twice."""
    no_yield = 0
    for round_number in range(MAX_ROUNDS):
        purpose = f"{WRITE} {round_number}"
        planned_requests = ledger.planned(purpose)
        if not planned_requests:
            wanted = _queries_wanted(job, round_number, intake.kept())
            if wanted == 0:
                return GenerationEnd.DONE
            planned_requests = ledger.plan(
                purpose,
                round_requests(
                    RoundContext(
                        job.scaled(wanted), model_choice, intake.prompt_context(), intake.edits(), round_number
                    )
                ),
            )
        if not planned_requests:
            return GenerationEnd.DONE
        before = intake.kept()
        end = send_open(purpose, planned_requests, ledger, send)
        end = _finish_and_ingest(job, model_choice, planned_requests, ledger, send, intake, end)
        if end != GenerationEnd.DONE:
            return end
        if job.until is None or intake.kept() >= job.until:
            return GenerationEnd.DONE
        no_yield = no_yield + 1 if intake.kept() == before else 0
        if no_yield >= MAX_EMPTY_ROUNDS:
            return GenerationEnd.NO_YIELD
    return GenerationEnd.NO_YIELD


def _queries_wanted(job: GenerationJob, round_number: int, kept: int) -> int:
    if job.until is None:
        return job.count if round_number == 0 else 0
    missing = max(0, job.until - kept)
    return missing if round_number == 0 else round(missing * OVERSAMPLING)


def _finish_and_ingest(
    job: GenerationJob,
    model_choice: ModelChoice,
    planned_requests: Sequence[PlannedRequest],
    ledger: SpendLedger,
    send: SendRequests,
    intake: Intake,
    end: GenerationEnd,
) -> GenerationEnd:
    """Finish, judge and ingest what was received, including what was received before the budget ended."""
    context = intake.prompt_context()
    open_requests = set(intake.not_ingested([request.id for request in planned_requests]))
    read = {
        request.id: read_proposals(request, ledger, context.task)
        for request in planned_requests
        if request.id in open_requests
    }
    answered = {identity: found for identity, found in read.items() if found is not None}
    if job.generator == GeneratorName.DIALOGUES:
        writer = DialogueWriter(model_choice, context, ledger, send, intake.drop_reasons, job.per_request)
        answered, finished = finish_dialogues(answered, writer)
        end = end if end != GenerationEnd.DONE else finished
    if job.judge is None or not answered:
        intake.ingest(answered, None)
        return end
    contents = _worth_judging(answered, intake)
    verdicts, judged = _judge(contents, job.judge, ledger, send, context)
    complete = {
        identity: found
        for identity, found in answered.items()
        if judged == GenerationEnd.DONE or all(one.content in verdicts or one.content not in contents for one in found)
    }
    intake.ingest(complete, verdicts)
    return end if end != GenerationEnd.DONE else judged


def _worth_judging(answered: Mapping[str, Sequence[Proposal]], intake: Intake) -> list[str]:
    every = [one for found in answered.values() for one in found]
    worth = intake.worth_judging(every)
    return list(dict.fromkeys(one.content for one, keep in zip(every, worth, strict=True) if keep))


def _judge(
    contents: Sequence[str],
    model_choice: ModelChoice,
    ledger: SpendLedger,
    send: SendRequests,
    prompt_context: PromptContext,
) -> FollowUpAnswers[JudgeVerdict]:
    """Verdicts by content."""
    return ask(contents, judge_follow_up(prompt_context, model_choice), ledger, send)
