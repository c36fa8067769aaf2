"""Texts routed by Claude: asked in groups through the one door, every answer stored before it is read."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curation.clock import now
from curation.embed import Progress
from curation.folder import replacing
from curation.generation.alive import living
from generators.asking import ask
from generators.claude import Claude, outcome_of, text_of, usage_of
from generators.prices import NANO_PER_USD, Price, price_of
from training.prompt_settings import Settings
from training.router import Router, load_router
from training.runs import Run
from training.till import PROCESSES, Bill, Question, Till
from training.verdicts import Verdict, verdicts
from validators.faults import BudgetError, Fault, WinnowError

ANSWERS = "answers"
ALLOWANCE = "allowance.json"
"""What a run may spend. Not in `run.json`: it changes no answer."""
ASKED = "asked.jsonl"
"""One line for every time that something was asked."""
WITHOUT = (
    "set it, or train without one: `winnow train RELEASE --method prompt --set backend=local --set model=FOLDER` "
    "asks a causal language model on this machine"
)


@dataclass(frozen=True)
class Replies:
    """What became of texts."""

    verdicts: list[Verdict | None]
    """In their order; None where no answer can be read."""
    not_answered: dict[str, int]
    """Texts without a verdict by why: `refused`, `truncated`, `not_read` or `given_up`."""


@dataclass(frozen=True)
class _Reply:
    """The best that is known of one text."""

    verdict: Verdict | None
    why: str
    alone: bool
    """It was asked in a request of its own."""


def allow(folder: Path, settings: Settings) -> None:
    """Write down what a run may spend: the last word counts, for all that it has spent and will spend."""
    told = {"budget": settings.budget, "prices": str(Path(settings.prices).resolve()) if settings.prices else None}
    with replacing(folder / ALLOWANCE) as temporary:
        temporary.write_text(json.dumps(told) + "\n", encoding="utf-8")


def checked_price(model: str, budget: float | None, prices: str | None) -> Price | None:
    """The price of a model.

    Raises WinnowError when there is a budget and no price: what costs nobody knows how much cannot be reserved.
    """
    price = price_of(model, Path(prices) if prices else None)
    if budget is not None and price is None:
        fix = "say --set prices=FILE with a table of your own, or --set budget=null"
        raise WinnowError(Fault(f"model {model}", "its price is unknown", "a price, to keep the budget", fix))
    return price


def replies(run: Run, texts: Sequence[str], *, progress: Progress | None = None) -> Replies:
    """Route texts; those that were answered before are not asked again.

    What cannot be read of a group (refused, cut off, left out) is asked once more, each text alone. Raises BudgetError
    when the money ends first and ServiceError when the API fails: what was received is kept, and the same call goes on.
    """
    router = load_router(run.path)
    by_hash = {_hash(text): text for text in texts}
    with _till(run, router) as (till, worst):
        till.settle()
        before, started = till.spent(), time.perf_counter()
        for size in dict.fromkeys((router.per_request, 1)):
            left = _left(_known(till, router), by_hash, alone=size == 1)
            if left:
                _ask(run, router, till, worst, [by_hash[one] for one in left], size, progress)
        known = _known(till, router)
        found = [known.get(_hash(text), _Reply(None, "given_up", True)) for text in texts]
        not_answered = dict(sorted(Counter(one.why for one in found if one.verdict is None).items()))
        after = till.spent()
        if (after.answers, after.lost) != (before.answers, before.lost):
            seconds = round(time.perf_counter() - started, 3)
            _note(
                run,
                {"at": now(), "texts": len(texts), "not_answered": not_answered, "seconds": seconds, **asdict(after)},
            )
    return Replies([one.verdict for one in found], not_answered)


def spent(run: Run) -> dict[str, Any]:
    """What the answers of a run have cost together: answers, tokens, USD."""
    with _till(run, load_router(run.path)) as (till, _):
        return asdict(till.spent())


def _ask(
    run: Run,
    router: Router,
    till: Till,
    worst: Callable[[str], int],
    texts: Sequence[str],
    size: int,
    progress: Progress | None,
) -> None:
    """Ask about texts in groups. Raises BudgetError when the money ends first."""
    questions = _questions(router, texts, size)
    till.plan(questions)

    def done(count: int, _: int) -> None:
        if progress:
            progress(min(count * size, len(texts)), len(texts))

    if ask(till, Claude(without=WITHOUT), questions, worst, progress=done) == "budget":
        cost = till.spent().usd
        found = f"stopped at its budget, with {cost:.4f} USD spent" if isinstance(cost, float) else "stopped"
        fix = (
            f"`winnow train {run.facts['release']['name']} --method prompt --set budget=USD`, with the run's other "
            "settings, raises it; then the same command goes on and asks nothing twice"
        )
        raise BudgetError(Fault(run.id, found, "an answer to every text", fix))


def _questions(router: Router, texts: Sequence[str], size: int) -> list[Question]:
    """Texts in groups, in the order of their hashes, which tells nothing and is the same whenever they are asked."""
    ordered = sorted(texts, key=_hash)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    bodies = [(router.body(group), json.dumps([_hash(text) for text in group])) for group in groups]
    return [Question(hashlib.sha256(body.encode()).hexdigest()[:32], body, about) for body, about in bodies]


def _left(known: Mapping[str, _Reply], wanted: Mapping[str, str], *, alone: bool) -> list[str]:
    """Which texts are to be asked about: in a group those without any answer, alone those without a verdict."""
    if not alone:
        return [one for one in wanted if one not in known]
    return [one for one in wanted if one not in known or (known[one].verdict is None and not known[one].alone)]


def _known(till: Till, router: Router) -> dict[str, _Reply]:
    """What is known of every text that was answered: the first verdict, else how the last answer failed."""
    found: dict[str, _Reply] = {}
    for about, message in till.answered():
        outcome = outcome_of(message)
        read = verdicts(text_of(message), len(about), router.classes) if outcome == "answered" else {}
        for number, text in enumerate(about):
            verdict = read.get(number)
            before = found.get(text)
            if before and before.verdict:
                continue
            alone = len(about) == 1 or (before is not None and before.alone)
            found[text] = _Reply(verdict, "not_read" if outcome == "answered" else outcome, alone)
    return found


@contextmanager
def _till(run: Run, router: Router) -> Iterator[tuple[Till, Callable[[str], int]]]:
    """The run's till, and what a request can cost at worst in nanodollars."""
    told = json.loads((run.path / ALLOWANCE).read_text(encoding="utf-8"))
    price = checked_price(router.model, told["budget"], told["prices"])

    def bill(message: Mapping[str, Any]) -> Bill:
        usage = usage_of(message)
        return Bill(**vars(usage), cost=price.cost(usage) if price else None, outcome=outcome_of(message))

    folder = run.path / ANSWERS
    budget = None if told["budget"] is None else int(told["budget"] * NANO_PER_USD)
    with living(folder / PROCESSES) as process:
        yield Till(folder, process=process, bill=bill, budget=budget), price.worst if price else lambda _: 0


def _note(run: Run, line: Mapping[str, Any]) -> None:
    with (run.path / ASKED).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
