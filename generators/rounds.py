"""The rounds of one generation run: send requests, read proposals, have them judged, hand them to the intake."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from winnow.core.model_vocabulary import GenerationEnd, GeneratorName, ResponseOutcome
from winnow.generators import contrasts
from winnow.generators.examples import example_requests
from winnow.generators.judge import JudgeVerdict, judge_requests, read_verdicts
from winnow.generators.llm.request import ModelChoice, PlannedRequest, RequestDraft
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.negatives import negative_requests
from winnow.generators.plan import LabelNeed, PlannedRegion
from winnow.generators.proposal import PromptContext, Proposal
from winnow.generators.query_request import read_queries
from winnow.generators.region_queries import region_requests

MAX_ROUNDS = 50

MAX_EMPTY_ROUNDS = 3
"""A run with `until` ends after this many rounds that added nothing."""

OVERSAMPLING = 1.3
"""Later rounds request this many times what is missing, because some candidates are dropped again."""

TEXTS_PER_JUDGE_REQUEST = 20

WRITE, JUDGE = "write", "judge"
"""The purposes of requests in the ledger, followed by the number of the round."""

SendRequests = Callable[[str, Sequence[PlannedRequest]], GenerationEnd]
"""Sends the requests for a purpose; returns how that ended."""


@dataclass(frozen=True)
class GenerationJob:
    """What a run writes."""

    generator: GeneratorName
    needs: Sequence[LabelNeed] = ()
    pairs: Sequence[tuple[contrasts.LabelPair, int]] = ()
    regions: Sequence[tuple[PlannedRegion, Sequence[str], int]] = ()
    """Regions with their texts, and how many queries each needs."""
    per_request: int = 10
    """Queries in one request."""
    until: int | None = None
    """Stop after this many accepted candidates; None: one round."""
    judge: ModelChoice | None = None
    """The model that labels candidates blind. Contrasts are always judged."""

    @property
    def count(self) -> int:
        """Queries of one round; a pair counts as two."""
        pairs = 2 * sum(count for _, count in self.pairs)
        return sum(need.count for need in self.needs) + pairs + sum(count for *_, count in self.regions)

    def scaled(self, count: int) -> GenerationJob:
        """The same job for about `count` queries in the same proportions; every part keeps at least one."""
        if count == self.count:
            return self
        share = count / max(self.count, 1)

        def part(own: int) -> int:
            return max(1, round(own * share))

        return replace(
            self,
            needs=[replace(need, count=part(need.count), cells=()) for need in self.needs],
            pairs=[(pair, part(own)) for pair, own in self.pairs],
            regions=[(region, texts, part(own)) for region, texts, own in self.regions],
        )


class Intake(Protocol):
    """Where proposals are compared with the dataset and added to it."""

    def prompt_context(self) -> PromptContext:
        """What prompts show of the current dataset."""

    def edits(self) -> Sequence[str]:
        """The edits that this run's contrasts have used."""

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals would not be dropped anyway."""

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
                round_requests(job.scaled(wanted), model_choice, intake.prompt_context(), intake.edits(), round_number),
            )
        if not planned_requests:
            return GenerationEnd.DONE
        before = intake.kept()
        end = _send_open(purpose, planned_requests, ledger, send)
        end = _judge_and_ingest(job, planned_requests, ledger, send, intake, end)
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


def round_requests(
    job: GenerationJob,
    model_choice: ModelChoice,
    prompt_context: PromptContext,
    edits: Sequence[str],
    round_number: int,
) -> list[RequestDraft]:
    """The requests of one round of a job."""
    if job.generator == "contrasts":
        return _contrast_drafts(job, model_choice, prompt_context, edits, round_number)
    how = {"per_request": job.per_request, "round_number": round_number}
    if job.generator == "negatives":
        drafts = [negative_requests(prompt_context, model_choice, need.label, need.count, **how) for need in job.needs]
    else:
        drafts = [
            *(example_requests(prompt_context, model_choice, need, kind=job.generator, **how) for need in job.needs),
            *(
                region_requests(prompt_context, model_choice, texts, count, name=region.id, **how)
                for region, texts, count in job.regions
            ),
        ]
    return list(itertools.chain.from_iterable(drafts))


def _contrast_drafts(
    job: GenerationJob,
    model_choice: ModelChoice,
    prompt_context: PromptContext,
    edits: Sequence[str],
    round_number: int,
) -> list[RequestDraft]:
    how = {"per_request": job.per_request // 2 or 1, "round_number": round_number}
    drafts = (
        contrasts.contrast_requests(prompt_context, model_choice, pair, count, edits=edits, **how)
        for pair, count in job.pairs
    )
    return list(itertools.chain.from_iterable(drafts))


def read_proposals(request: PlannedRequest, ledger: SpendLedger) -> list[Proposal] | None:
    """The proposals in the response to a request; None where none was received. A refusal has none."""
    response = ledger.response(request)
    if response is None:
        return None
    if response.outcome != ResponseOutcome.ANSWERED:
        return []
    context = json.loads(request.context)
    if context["kind"] == "contrasts":
        return contrasts.read_contrasts(context, response.text, request.id)
    return read_queries(context, response.text)


def _send_open(
    purpose: str, planned_requests: Sequence[PlannedRequest], ledger: SpendLedger, send: SendRequests
) -> GenerationEnd:
    """Send the requests of a round that have no response yet."""
    ended = ledger.outcomes(planned_requests)
    left = [request for request in planned_requests if request.id not in ended]
    return send(purpose, left) if left else GenerationEnd.DONE


def _judge_and_ingest(
    job: GenerationJob,
    planned_requests: Sequence[PlannedRequest],
    ledger: SpendLedger,
    send: SendRequests,
    intake: Intake,
    end: GenerationEnd,
) -> GenerationEnd:
    """Judge and ingest what was received, including what was received before the budget ended."""
    open_requests = set(intake.not_ingested([request.id for request in planned_requests]))
    read = {request.id: read_proposals(request, ledger) for request in planned_requests if request.id in open_requests}
    answered = {identity: found for identity, found in read.items() if found is not None}
    if job.judge is None or not answered:
        intake.ingest(answered, None)
        return end
    contents = _worth_judging(answered, intake)
    verdicts, judged = _judge(contents, job.judge, ledger, send, intake.prompt_context())
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
    texts: Sequence[str],
    model_choice: ModelChoice,
    ledger: SpendLedger,
    send: SendRequests,
    prompt_context: PromptContext,
) -> tuple[dict[str, JudgeVerdict], GenerationEnd]:
    """Verdicts by text: first those of earlier rounds, then new rounds until no text is left."""
    verdicts_by_text: dict[str, JudgeVerdict] = {}
    for number in range(MAX_ROUNDS):
        purpose = f"{JUDGE} {number}"
        planned_requests = ledger.planned(purpose)
        if not planned_requests:
            left = [text for text in texts if text not in verdicts_by_text]
            if not left:
                return verdicts_by_text, GenerationEnd.DONE
            key = f"{prompt_context.key}/{number}"
            planned_requests = ledger.plan(
                purpose,
                judge_requests(prompt_context.task, model_choice, left, key=key, per_request=TEXTS_PER_JUDGE_REQUEST),
            )
            fresh = True
        else:
            fresh = False
        end = _send_open(purpose, planned_requests, ledger, send)
        found = _verdicts(planned_requests, ledger, prompt_context.task.label_names)
        verdicts_by_text |= found
        if end != GenerationEnd.DONE:
            return verdicts_by_text, end
        if fresh and not found:
            break  # no verdict of the judge can be read: the remaining texts stay unjudged
    return verdicts_by_text, GenerationEnd.DONE


def _verdicts(
    planned_requests: Sequence[PlannedRequest], ledger: SpendLedger, labels: Sequence[str]
) -> dict[str, JudgeVerdict]:
    found: dict[str, JudgeVerdict] = {}
    for request in planned_requests:
        response = ledger.response(request)
        if response is not None and response.outcome == ResponseOutcome.ANSWERED:
            found |= read_verdicts(json.loads(request.context), response.text, labels)
    return found
