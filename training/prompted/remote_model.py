"""Routes texts with a remote model: sent in groups, responses stored before they are parsed, nothing paid for twice."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import BudgetError, Problem
from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import ClaimStatus, GenerationEnd, ResponseOutcome
from winnow.core.progress import Progress
from winnow.generators.llm.ledger_types import Budgets
from winnow.generators.llm.model_roles import ModelRole
from winnow.generators.llm.prices import NANO_PER_USD, Usage, nanodollars
from winnow.generators.llm.process_lock import hold_process_lock
from winnow.generators.llm.request import RequestDraft
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.spend.spend_totals import RunSpend, spend_by_run
from winnow.generators.llm.worker_pool import send_requests
from winnow.training.prompted.allowance import load_allowance, router_role
from winnow.training.prompted.router_answers import RouterAnswer, read_router_answers
from winnow.training.prompted.router_prompt import RouterPrompt, load_router_prompt
from winnow.training.runs import Run

RESPONSE_FOLDER = "answers"

SPEND_FILE = "spend.db"

PROCESS_FOLDER = "processes"

ROUTE = "route"
"""The purpose of all requests in the ledger."""

REQUEST_LOG = "requests.jsonl"
"""One line for every call that sent requests."""

USE_LOCAL_FIX = (
    f"set it, or use a causal language model on this machine without one: "
    f"`{command('train', 'RELEASE', method='prompt', set=['backend=local', 'model=FOLDER'])}`"
)


@dataclass(frozen=True)
class RoutedTexts:
    """The answers to texts."""

    verdicts: list[RouterAnswer | None]
    """In the order of the texts; None where no answer can be read."""
    not_answered: dict[str, int]
    """Number of texts without an answer by reason: `refused`, `truncated`, `not_read` or `given_up`."""


@dataclass(frozen=True)
class _KnownAnswer:
    """The best known answer for one text."""

    verdict: RouterAnswer | None
    why: str
    alone: bool
    """It was sent in a request of its own."""


def route_texts(run: Run, texts: Sequence[str], *, progress: Progress | None = None) -> RoutedTexts:
    """Route texts; those that were answered before are not sent again.

    Texts of a group without a readable answer (refused, cut off, left out) are sent once more, each alone. Raises
    BudgetError at the budget and ServiceError when the API fails: responses are kept, and the same call continues.
    """
    router_prompt = load_router_prompt(run.path)
    by_hash = {_text_hash(text): text for text in texts}
    with _open_ledger(run, router_prompt) as (ledger, role):
        ledger.close_abandoned()
        before, started = _spent(ledger), time.perf_counter()
        for size in dict.fromkeys((router_prompt.per_request, 1)):
            left = _unanswered(_known_answers(ledger, router_prompt), by_hash, alone=size == 1)
            if left:
                _send(run, router_prompt, ledger, role, [by_hash[one] for one in left], size, progress)
        known = _known_answers(ledger, router_prompt)
        found = [known.get(_text_hash(text), _KnownAnswer(None, ClaimStatus.GIVEN_UP, True)) for text in texts]
        not_answered = dict(sorted(Counter(one.why for one in found if one.verdict is None).items()))
        after = _spent(ledger)
        if (after.answers, after.lost) != (before.answers, before.lost):
            seconds = round(time.perf_counter() - started, 3)
            _log(
                run,
                {
                    "at": utc_now(),
                    "texts": len(texts),
                    "not_answered": not_answered,
                    "seconds": seconds,
                    **_spend_facts(after),
                },
            )
    return RoutedTexts([one.verdict for one in found], not_answered)


def run_spend(run: Run) -> dict[str, Any]:
    """What a run has spent: answers, tokens, USD."""
    with _open_ledger(run, load_router_prompt(run.path)) as (ledger, _):
        return _spend_facts(_spent(ledger))


def _spent(ledger: SpendLedger) -> RunSpend:
    return spend_by_run(ledger.database).get(ledger.run, RunSpend())


def _spend_facts(spent: RunSpend) -> dict[str, Any]:
    unknown = "not_measured: the model has no price in the table"
    return {**vars(spent), "usd": unknown if spent.usd is None else spent.usd}


def _send(
    run: Run,
    router_prompt: RouterPrompt,
    ledger: SpendLedger,
    role: ModelRole,
    texts: Sequence[str],
    size: int,
    progress: Progress | None,
) -> None:
    """Send texts in groups. Raises BudgetError at the budget."""
    requests = ledger.add(ROUTE, _drafts(router_prompt, texts, size))

    def done(count: int, _: int) -> None:
        if progress:
            progress(min(count * size, len(texts)), len(texts))

    end = send_requests(ledger, role.connect(USE_LOCAL_FIX), requests, role.worst_case, progress=done)
    if end == GenerationEnd.BUDGET:
        found = f"stopped at its budget, with {ledger.spent().settled / NANO_PER_USD:.4f} USD spent"
        fix = (
            f"raise it with `{command('train', run.facts.release.name, method='prompt', set='budget=USD')}` and "
            "the run's other settings; then try again: nothing is sent twice"
        )
        raise BudgetError(Problem(run.id, found, "an answer to every text", fix))


def _drafts(router_prompt: RouterPrompt, texts: Sequence[str], size: int) -> list[RequestDraft]:
    """Texts in groups, ordered by hash: the order reveals nothing and is the same every time."""
    ordered = sorted(texts, key=_text_hash)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [(router_prompt.request(group), json.dumps([_text_hash(text) for text in group])) for group in groups]


def _unanswered(known: Mapping[str, _KnownAnswer], wanted: Mapping[str, str], *, alone: bool) -> list[str]:
    """Which texts to send: in a group those without any response, alone those without a readable answer."""
    if not alone:
        return [one for one in wanted if one not in known]
    return [one for one in wanted if one not in known or (known[one].verdict is None and not known[one].alone)]


def _known_answers(ledger: SpendLedger, router_prompt: RouterPrompt) -> dict[str, _KnownAnswer]:
    """What is known of every text: its first readable answer, else how the last response failed."""
    found: dict[str, _KnownAnswer] = {}
    for stored, response in ledger.answered(ROUTE):
        context: list[str] = json.loads(stored)
        answered = response.outcome == ResponseOutcome.ANSWERED
        read = read_router_answers(response.text, len(context), router_prompt.classes) if answered else {}
        for number, text in enumerate(context):
            verdict = read.get(number)
            before = found.get(text)
            if before and before.verdict:
                continue
            alone = len(context) == 1 or (before is not None and before.alone)
            found[text] = _KnownAnswer(verdict, "not_read" if answered else response.outcome, alone)
    return found


@contextmanager
def _open_ledger(run: Run, router_prompt: RouterPrompt) -> Iterator[tuple[SpendLedger, ModelRole]]:
    """The run's ledger, and the model that answers with its price."""
    allowance = load_allowance(run.path)
    role = router_role(router_prompt, allowance)

    def usage_cost(_: str, usage: Usage, batch: bool) -> int | None:
        return role.cost(usage, batch=batch)

    with hold_process_lock(run.path / PROCESS_FOLDER) as process:
        ledger = SpendLedger(
            SpendDatabase(run.path / SPEND_FILE),
            ResponseFiles(run.path / RESPONSE_FOLDER),
            ROUTE,
            process=process,
            processes=run.path / PROCESS_FOLDER,
            usage_cost=usage_cost,
            budgets=Budgets(run=nanodollars(allowance.budget)),
            retry_given_up=True,
        )
        yield ledger, role


def _log(run: Run, line: Mapping[str, Any]) -> None:
    with (run.path / REQUEST_LOG).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def _text_hash(text: str) -> str:
    return stable_hash(text, length=32)
