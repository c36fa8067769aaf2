"""Routes texts with Claude: sent in groups, every response stored before it is parsed, nothing paid for twice."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from winnow.core.atomic import atomic_write
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import BudgetError, Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.progress import Progress
from winnow.generators.llm.anthropic import AnthropicClient
from winnow.generators.llm.ledger_types import ResponseCost
from winnow.generators.llm.prices import NANO_PER_USD, Price, price_of
from winnow.generators.llm.process_lock import hold_process_lock
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.response import response_outcome, response_text, token_usage
from winnow.generators.llm.worker_pool import send_requests
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.prompted.router_answers import RouterAnswer, read_router_answers
from winnow.training.prompted.router_prompt import RouterPrompt, load_router_prompt
from winnow.training.prompted.run_ledger import PROCESS_FOLDER, RunLedger
from winnow.training.runs import Run

RESPONSE_FOLDER = "answers"

ALLOWANCE_FILE = "allowance.json"
"""The run's budget. Not in `run.json`, because it does not affect answers."""

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


def write_allowance(folder: Path, settings: PromptSettings) -> None:
    """Store the run's budget; the latest one applies to all its spending, past and future."""
    allowance = {"budget": settings.budget, "prices": str(Path(settings.prices).resolve()) if settings.prices else None}
    with atomic_write(folder / ALLOWANCE_FILE) as temporary:
        temporary.write_text(json.dumps(allowance) + "\n", encoding="utf-8")


def checked_price(model: str, budget: float | None, prices: str | None) -> Price | None:
    """The price of a model.

    Raises WinnowError for a budget without a price: no worst case can be reserved then.
    """
    price = price_of(model, Path(prices) if prices else None)
    if budget is not None and price is None:
        fix = "set `prices` to a price table of your own, or remove the limit with budget=null"
        raise WinnowError(Problem(f"model {model}", "its price is unknown", "a price, because there is a budget", fix))
    return price


def route_texts(run: Run, texts: Sequence[str], *, progress: Progress | None = None) -> RoutedTexts:
    """Route texts; those that were answered before are not sent again.

    Texts of a group without a readable answer (refused, cut off, left out) are sent once more, each alone. Raises
    BudgetError at the budget and ServiceError when the API fails: responses are kept, and the same call continues.
    """
    router_prompt = load_router_prompt(run.path)
    by_hash = {_text_hash(text): text for text in texts}
    with _open_ledger(run, router_prompt) as (ledger, worst_case):
        ledger.close_abandoned()
        before, started = ledger.spent(), time.perf_counter()
        for size in dict.fromkeys((router_prompt.per_request, 1)):
            left = _unanswered(_known_answers(ledger, router_prompt), by_hash, alone=size == 1)
            if left:
                _send(run, router_prompt, ledger, worst_case, [by_hash[one] for one in left], size, progress)
        known = _known_answers(ledger, router_prompt)
        found = [known.get(_text_hash(text), _KnownAnswer(None, "given_up", True)) for text in texts]
        not_answered = dict(sorted(Counter(one.why for one in found if one.verdict is None).items()))
        after = ledger.spent()
        if (after.answers, after.lost) != (before.answers, before.lost):
            seconds = round(time.perf_counter() - started, 3)
            _log(
                run,
                {
                    "at": utc_now(),
                    "texts": len(texts),
                    "not_answered": not_answered,
                    "seconds": seconds,
                    **asdict(after),
                },
            )
    return RoutedTexts([one.verdict for one in found], not_answered)


def run_spend(run: Run) -> dict[str, Any]:
    """What a run has spent: answers, tokens, USD."""
    with _open_ledger(run, load_router_prompt(run.path)) as (ledger, _):
        return asdict(ledger.spent())


def _send(
    run: Run,
    router_prompt: RouterPrompt,
    ledger: RunLedger,
    worst_case: Callable[[str], int],
    texts: Sequence[str],
    size: int,
    progress: Progress | None,
) -> None:
    """Send texts in groups. Raises BudgetError at the budget."""
    requests = _text_requests(router_prompt, texts, size)
    ledger.plan(requests)

    def done(count: int, _: int) -> None:
        if progress:
            progress(min(count * size, len(texts)), len(texts))

    if (
        send_requests(ledger, AnthropicClient(no_key_fix=USE_LOCAL_FIX), requests, worst_case, progress=done)
        == "budget"
    ):
        cost = ledger.spent().usd
        found = f"stopped at its budget, with {cost:.4f} USD spent" if isinstance(cost, float) else "stopped"
        fix = (
            f"raise it with `{command('train', run.facts['release']['name'], method='prompt', set='budget=USD')}` and "
            "the run's other settings; then the same command continues and sends nothing twice"
        )
        raise BudgetError(Problem(run.id, found, "an answer to every text", fix))


def _text_requests(router_prompt: RouterPrompt, texts: Sequence[str], size: int) -> list[LlmRequest]:
    """Texts in groups, ordered by hash: the order reveals nothing and is the same every time."""
    ordered = sorted(texts, key=_text_hash)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    bodies = [(router_prompt.body(group), json.dumps([_text_hash(text) for text in group])) for group in groups]
    return [LlmRequest(stable_hash(body, length=32), body, context) for body, context in bodies]


def _unanswered(known: Mapping[str, _KnownAnswer], wanted: Mapping[str, str], *, alone: bool) -> list[str]:
    """Which texts to send: in a group those without any response, alone those without a readable answer."""
    if not alone:
        return [one for one in wanted if one not in known]
    return [one for one in wanted if one not in known or (known[one].verdict is None and not known[one].alone)]


def _known_answers(ledger: RunLedger, router_prompt: RouterPrompt) -> dict[str, _KnownAnswer]:
    """What is known of every text: its first readable answer, else how the last response failed."""
    found: dict[str, _KnownAnswer] = {}
    for context, message in ledger.answered():
        outcome = response_outcome(message)
        read = (
            read_router_answers(response_text(message), len(context), router_prompt.classes)
            if outcome == "answered"
            else {}
        )
        for number, text in enumerate(context):
            verdict = read.get(number)
            before = found.get(text)
            if before and before.verdict:
                continue
            alone = len(context) == 1 or (before is not None and before.alone)
            found[text] = _KnownAnswer(verdict, "not_read" if outcome == "answered" else outcome, alone)
    return found


@contextmanager
def _open_ledger(run: Run, router_prompt: RouterPrompt) -> Iterator[tuple[RunLedger, Callable[[str], int]]]:
    """The run's ledger, and a function for the worst-case cost of a request in nanodollars."""
    allowance = json.loads((run.path / ALLOWANCE_FILE).read_text(encoding="utf-8"))
    price = checked_price(router_prompt.model, allowance["budget"], allowance["prices"])

    def response_cost(message: Mapping[str, Any]) -> ResponseCost:
        usage = token_usage(message)
        return ResponseCost(**vars(usage), cost=price.cost(usage) if price else None, outcome=response_outcome(message))

    folder = run.path / RESPONSE_FOLDER
    budget = None if allowance["budget"] is None else int(allowance["budget"] * NANO_PER_USD)
    with hold_process_lock(folder / PROCESS_FOLDER) as process:
        yield (
            RunLedger(folder, process=process, response_cost=response_cost, budget=budget),
            price.worst_case if price else lambda _: 0,
        )


def _log(run: Run, line: Mapping[str, Any]) -> None:
    with (run.path / REQUEST_LOG).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def _text_hash(text: str) -> str:
    return stable_hash(text, length=32)
