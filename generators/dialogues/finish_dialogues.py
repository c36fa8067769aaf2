"""Completes dialogues whose calls need results: asks for the results, then for what follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from winnow.core.model_vocabulary import GenerationEnd
from winnow.generators.dialogues.dialogue_continuations import continuation_requests, read_continuations
from winnow.generators.dialogues.dialogue_forms import FORMS
from winnow.generators.dialogues.dialogue_requests import shown_label
from winnow.generators.dialogues.dialogue_results import dialogue_key, read_results, result_requests, with_results
from winnow.generators.dialogues.written_turns import UnreadableTurnError, read_turns, unreadable_drop
from winnow.generators.follow_ups import FollowUp, SendRequests, ask
from winnow.generators.llm.request import ModelChoice, RequestDraft
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.proposal import PromptContext, Proposal
from winnow.validators.kinds.tools import content_of, dialogue_of
from winnow.validators.text import Drop
from winnow.validators.tools.behavior import derived_label
from winnow.validators.tools.dialogue import Dialogue

RESULTS, CONTINUATION = "results", "continue"
"""The purposes of requests in the ledger, followed by a number."""

REPEATS = ("repeats_a_record", "labeled_otherwise")
"""Reasons that may not hold any more once a dialogue goes on."""

NO_RESULT = Drop("no_result", "no readable result was written for each of its calls")

NO_CONTINUATION = Drop("no_continuation", "no readable turns were written after the results of its calls")


@dataclass(frozen=True)
class DialogueWriter:
    """Whom to ask for the rest of dialogues, and how."""

    model_choice: ModelChoice
    prompt_context: PromptContext
    ledger: SpendLedger
    send: SendRequests
    drop_reasons: Callable[[Sequence[Proposal]], Sequence[str | None]]
    """Why each proposal would be dropped as it is; None where it would be kept."""
    per_request: int


class FinishedDialogues(NamedTuple):
    """Proposals after all questions about them."""

    answered: dict[str, list[Proposal]]
    """By the request that opened them; requests with a dialogue that is still open are missing."""
    end: GenerationEnd


def finish_dialogues(answered: Mapping[str, Sequence[Proposal]], writer: DialogueWriter) -> FinishedDialogues:
    """Ask for the results and the rest of dialogues that go on after their calls, unless they are dropped anyway."""
    every = [one for found in answered.values() for one in found]
    going_on = [one for one in every if _goes_on(one)]
    reasons = writer.drop_reasons(going_on)
    opened = {
        _key(one): one
        for one, reason in zip(going_on, reasons, strict=True)
        if reason is None or (reason in REPEATS and FORMS[one.detail["form"]].new_request)
    }
    with_all_results, end = _with_results(opened, writer)
    finished, continued_end = _continued(with_all_results, writer)
    end = end if end != GenerationEnd.DONE else continued_end
    complete = {
        request: [finished.get(_key(one), one) for one in found]
        for request, found in answered.items()
        if all(key in finished or key not in opened for key in (_key(one) for one in found))
    }
    return FinishedDialogues(complete, end)


def _key(one: Proposal) -> str:
    return dialogue_key(one.content, one.detail)


def _goes_on(one: Proposal) -> bool:
    """Whether a dialogue ends with calls whose results are to be used."""
    form = FORMS.get(str(one.detail.get("form")))
    return one.problem is None and bool(form and form.continuation) and bool(dialogue_of(one.content).turns[-1].calls)


class _Step(NamedTuple):
    proposals: dict[str, Proposal]
    """By the key of the dialogue as it was opened; those that are still open are missing."""
    end: GenerationEnd


def _with_results(opened: Mapping[str, Proposal], writer: DialogueWriter) -> _Step:
    contents = {key: one.content for key, one in opened.items()}
    asked = partial(
        result_requests, contents, writer.model_choice, writer.prompt_context, per_request=writer.per_request
    )
    found, end = ask(list(opened), FollowUp(RESULTS, asked, read_results), writer.ledger, writer.send)

    def given(key: str, one: Proposal) -> Proposal:
        if key not in found:
            return replace(one, problem=NO_RESULT)
        return replace(one, content=content_of(with_results(dialogue_of(one.content), found[key])))

    return _Step({key: given(key, one) for key, one in opened.items() if _is_settled(key, found, end)}, end)


def _is_settled(key: str, found: Mapping[str, object], end: GenerationEnd) -> bool:
    """Whether nothing more is to be expected for a dialogue."""
    return key in found or end == GenerationEnd.DONE


def _continued(opened: Mapping[str, Proposal], writer: DialogueWriter) -> _Step:
    """The dialogues with what follows their results, by the keys that they were opened by."""
    open_now = {_key(one): key for key, one in opened.items() if one.problem is None}
    proposals = {now: opened[key] for now, key in open_now.items()}

    def asked(keys: Sequence[str], number: int) -> list[RequestDraft]:
        del number
        return continuation_requests(
            proposals, writer.model_choice, writer.prompt_context, keys, per_request=writer.per_request
        )

    found, end = ask(list(proposals), FollowUp(CONTINUATION, asked, read_continuations), writer.ledger, writer.send)
    dropped = {key: one for key, one in opened.items() if one.problem is not None}
    finished = {
        key: _with_turns(proposals[now], found[now])
        if now in found
        else replace(proposals[now], problem=NO_CONTINUATION)
        for now, key in open_now.items()
        if _is_settled(now, found, end)
    }
    return _Step(dropped | finished, end)


def _with_turns(one: Proposal, written: object) -> Proposal:
    before = dialogue_of(one.content)
    try:
        turns = read_turns(written, before.turns)
    except UnreadableTurnError as error:
        return replace(one, problem=unreadable_drop(str(error)))
    dialogue = Dialogue((*before.turns, *turns), before.tools)
    calls = any(turn.calls for turn in turns)
    label = shown_label(dialogue, str(one.detail["tool"])) if calls else str(derived_label(dialogue).label)
    return replace(one, content=content_of(dialogue), label=label)
