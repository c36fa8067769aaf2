"""The requests of one round of a job and the proposals in their responses: what each generator asks and reads."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.model_vocabulary import GeneratorName, ResponseOutcome
from winnow.generators.contrasts import contrast_requests, read_contrasts
from winnow.generators.dialogues.dialogue_contrasts import (
    DIALOGUE_CONTRASTS,
    dialogue_contrast_requests,
    read_dialogue_contrasts,
)
from winnow.generators.dialogues.dialogue_requests import dialogue_requests, read_dialogues
from winnow.generators.examples import example_requests
from winnow.generators.job import GenerationJob
from winnow.generators.llm.request import ModelChoice, PlannedRequest, RequestDraft
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.negatives import negative_requests
from winnow.generators.proposal import PromptContext, Proposal
from winnow.generators.query_request import read_queries
from winnow.generators.region_queries import region_requests
from winnow.validators.kinds import kind_of


@dataclass(frozen=True)
class RoundContext:
    """What the requests of a round are made of."""

    job: GenerationJob
    model_choice: ModelChoice
    prompt_context: PromptContext
    edits: Sequence[str]
    """The edits that earlier contrasts of the run used."""
    number: int
    """Of the round, from 0."""

    @property
    def sizes(self) -> dict[str, int]:
        """How requests for single queries or dialogues are cut."""
        return {"per_request": self.job.per_request, "round_number": self.number}


@dataclass(frozen=True)
class ReceivedText:
    """The text of a response with what is needed to read it."""

    context: Mapping[str, Any]
    """That of its request."""
    text: str
    request_id: str
    task: Task


Drafts = Iterable[list[RequestDraft]]


def round_requests(round_context: RoundContext) -> list[RequestDraft]:
    """The requests of one round of a job."""
    writer = WRITERS.get(round_context.job.generator, _example_drafts)
    return list(itertools.chain.from_iterable(writer(round_context)))


def _example_drafts(c: RoundContext) -> Drafts:
    kind = c.job.generator
    for need in c.job.needs:
        yield example_requests(c.prompt_context, c.model_choice, need, kind=kind, **c.sizes)
    for region, texts, count in c.job.regions:
        yield region_requests(c.prompt_context, c.model_choice, texts, count, name=region.id, **c.sizes)


def _negative_drafts(c: RoundContext) -> Drafts:
    return (
        negative_requests(c.prompt_context, c.model_choice, need.label, need.count, **c.sizes) for need in c.job.needs
    )


def _dialogue_drafts(c: RoundContext) -> Drafts:
    return (
        dialogue_requests(c.prompt_context, c.model_choice, need, about=c.job.about, **c.sizes) for need in c.job.needs
    )


def _contrast_drafts(c: RoundContext) -> Drafts:
    sizes = {**c.sizes, "per_request": c.job.per_request // 2 or 1}
    write = dialogue_contrast_requests if kind_of(c.prompt_context.task).holds_dialogues else contrast_requests
    return (write(c.prompt_context, c.model_choice, pair, count, edits=c.edits, **sizes) for pair, count in c.job.pairs)


WRITERS: Mapping[str, Callable[[RoundContext], Drafts]] = {
    GeneratorName.NEGATIVES: _negative_drafts,
    GeneratorName.CONTRASTS: _contrast_drafts,
    GeneratorName.DIALOGUES: _dialogue_drafts,
}
"""By generator; all others write examples of labels."""


def read_proposals(request: PlannedRequest, ledger: SpendLedger, task: Task) -> list[Proposal] | None:
    """The proposals in the response to a request; None where none was received. A refusal has none."""
    response = ledger.response(request)
    if response is None:
        return None
    if response.outcome != ResponseOutcome.ANSWERED:
        return []
    context = json.loads(request.context)
    read = READERS.get(context["kind"], _read_queries)
    return read(ReceivedText(context, response.text, request.id, task))


def _read_queries(received: ReceivedText) -> list[Proposal]:
    return read_queries(received.context, received.text)


READERS: Mapping[str, Callable[[ReceivedText], list[Proposal]]] = {
    GeneratorName.CONTRASTS: lambda one: read_contrasts(one.context, one.text, one.request_id),
    GeneratorName.DIALOGUES: lambda one: read_dialogues(one.context, one.text, one.task),
    DIALOGUE_CONTRASTS: lambda one: read_dialogue_contrasts(one.context, one.text, one.request_id, one.task),
}
"""By the `kind` in the context of the request; all others hold queries."""
