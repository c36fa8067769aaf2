"""What the first round of a generation run will cost, or what is still open in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from winnow.config.task import Task
from winnow.core.model_vocabulary import GeneratorName
from winnow.curation.store.working_view import working_rows
from winnow.generators.dialogues.dialogue_prompt import offered_tools
from winnow.generators.dialogues.expected_questions import expected_questions, typical_dialogue
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.job import GenerationJob
from winnow.generators.judging import judge_drafts
from winnow.generators.llm.client import LlmClient
from winnow.generators.llm.estimate import RoundEstimate, estimate
from winnow.generators.llm.model_roles import ModelRole, ModelRoles
from winnow.generators.llm.request import LlmRequest, RequestDraft
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.round_requests import RoundContext, round_requests
from winnow.generators.rounds import WRITE
from winnow.generators.run_costs import History, history
from winnow.operations.proposal_intake import ProposalIntake
from winnow.reports.generation_costs import run_costs
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.tools import content_of

TYPICAL_QUERY = "how do i get this to work again without losing what i had before"
"""Stands in for queries that are not written yet when the cost of judging them is estimated."""


def estimate_round(
    intake: ProposalIntake,
    ledger: SpendLedger,
    client: LlmClient,
    job: GenerationJob,
    model_roles: ModelRoles,
    request: GenerationRequest,
) -> RoundEstimate:
    """The cost of the first round with its judging; for a run that continues, of what is still open in it."""
    writer, judge = model_roles.writer, model_roles.judge
    drafts = _open_drafts(intake, ledger, job, writer)
    writing = [one for one, _ in drafts]
    contexts = [context for _, context in drafts]
    holds_dialogues = kind_of(intake.task).holds_dialogues
    items = sum(map(_requested, contexts))
    before = _history(intake, ledger, writer)
    estimated = estimate(
        [*writing, *_further(intake, job, writer, contexts)],
        writer,
        _judging(intake.nearby().screened_task.task, judge, items) if judge else (),
        judge,
        count_tokens=client.count_tokens,
        batch=request.batches,
        output_tokens=before.output_tokens if before else None,
        kept_share=before.kept_share if before else None,
    )
    noun = kind_of(intake.task).noun.many if holds_dialogues else estimated.noun
    return replace(estimated, items=items, noun=noun)


def _open_drafts(
    intake: ProposalIntake, ledger: SpendLedger, job: GenerationJob, writer: ModelRole
) -> list[RequestDraft]:
    planned = ledger.planned(f"{WRITE} 0")
    if planned:
        ended = ledger.outcomes(planned)
        return [(one.request, one.context) for one in planned if one.id not in ended]
    scaled = job.scaled(job.until or job.count)
    return round_requests(RoundContext(scaled, writer.choice, intake.prompt_context(), (), 0))


def _requested(context: str) -> int:
    """How many queries, dialogues or pair sides a request asks for."""
    read = json.loads(context)
    return len(read["briefs"]) if "briefs" in read else 2 * int(read["count"])


def _further(
    intake: ProposalIntake, job: GenerationJob, writer: ModelRole, contexts: Sequence[str]
) -> list[LlmRequest]:
    if job.generator != GeneratorName.DIALOGUES:
        return []
    return expected_questions(contexts, writer.choice, intake.prompt_context(), per_request=job.per_request)


def _judging(task: Task, judge: ModelRole, items: int) -> list[LlmRequest]:
    """The requests that judge so many contents of usual length."""
    contents = [f"{TYPICAL_QUERY} {i}" for i in range(items)]
    if kind_of(task).holds_dialogues:
        contents = [content_of(typical_dialogue(offered_tools(task), str(i))) for i in range(items)]
    return [request for request, _ in judge_drafts(task, judge.choice, contents, key="")]


def _history(intake: ProposalIntake, ledger: SpendLedger, writer: ModelRole) -> History | None:
    """What earlier runs of the generator with the same model tell."""
    with intake.store.reading() as connection:
        costs = run_costs(connection, ledger.database, working_rows(connection))
    return history(costs, intake.run.generator, writer.choice.model)
