"""Generate: from what was asked to a run that is done, stopped at its budget, or waits for batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.add import AddResult
from curation.generation.alive import living
from curation.generation.answers import Answers
from curation.generation.books import Bill, Books, Spent
from curation.generation.costs import History, history, run_costs
from curation.generation.runs import Run, begin, end
from curation.generation.submissions import Submissions
from curation.store import Store
from curation.task import Task
from curation.working import working_rows
from generators.asking import Progress, ask
from generators.batches import ask_in_batches
from generators.books import Question
from generators.estimate import Estimate, estimate
from generators.plan import Plan
from generators.prices import NANO_PER_USD, Price, price_of
from generators.prompts import version_of
from generators.question import Voice
from generators.work import Job, work, write
from validators.faults import Fault, WinnowError
from winnow.order import Mistakes, Order, checked, job_of
from winnow.workshop import Workshop, less_diverse, price_table, total

if TYPE_CHECKING:
    from generators.claude import Claude

ASKING = ("examples", "contrasts", "negatives")
"""Generators that ask Claude."""
PROMPTS = {"contrasts": ("contrasts", "judge"), "negatives": ("negatives",)}


@dataclass(frozen=True)
class Generated:
    """What a run did, and where it stands."""

    run: Run
    end: str
    """`done`, `budget`, `waiting`, `dry`, `known` (a run did it before) or `estimated`."""
    added: AddResult
    kept: int
    """Records of the whole run that survived, also of earlier commands."""
    suspects: int
    estimate: Estimate
    spent: Spent
    less_diverse: Sequence[str]
    """Labels whose new records are less various than those of people."""
    unanswered: int
    """Questions that were given up, refused or cut off."""

    def json(self) -> dict[str, Any]:
        """The shape of `generate --json`."""
        return {
            **asdict(self.added),
            "run": self.run.id,
            "generator": self.run.generator,
            "prompt_version": self.run.prompt_version,
            "model": self.run.model,
            "end": self.end,
            "kept": self.kept,
            "suspects": self.suspects,
            "unanswered": self.unanswered,
            "estimate": asdict(self.estimate),
            "usd": {name: value / NANO_PER_USD for name, value in asdict(self.spent).items()},
            "less_diverse": list(self.less_diverse),
        }


@dataclass(frozen=True)
class Bench:
    """What generating needs of a workspace."""

    task: Task
    root: Path
    store: Store
    claude: Callable[[], Claude]
    workshop: Callable[[Run, str], Workshop]
    """Takes the run, and the judge's model or nothing."""
    mistakes: Mistakes
    note: Callable[[str], None]


def generate(bench: Bench, order: Order, *, progress: Progress | None = None) -> Generated:
    """Do what was asked, or go on with it. Raises WinnowError for a wrong order, ServiceError when the API fails."""
    plan = checked(bench.task, order)
    claude = bench.claude()
    told = bench.task.generate
    voice = Voice(told.model, told.effort, told.cache)
    judge = (
        Voice(told.judge_model or told.model, told.effort, told.cache)
        if order.judge or order.generator == "contrasts"
        else None
    )
    price = price_of(voice.model, price_table(bench.task, bench.root))
    judge_price = price_of(judge.model, price_table(bench.task, bench.root)) if judge else price
    _check_prices(bench.task, order, voice, judge, price, judge_price)
    run = _begin(bench, order, voice, judge, plan)
    shop = bench.workshop(run, judge.model if judge else "")
    prices = {voice.model: price} | ({judge.model: judge_price} if judge else {})
    with living(shop.folder.state / "processes") as process:
        books = Books(
            shop.store,
            Answers(shop.folder.answers),
            run.id,
            process=process,
            processes=shop.folder.state / "processes",
            bill=lambda message, batch: _bill(message, batch, prices),
            budget=_nano(order.budget),
            ceiling=_nano(told.budget),
        )
        if run.ended:
            return _result(shop, books, "known", Estimate.nothing(), ())
        job = job_of(order, plan, shop, bench.mistakes, judge)
        foreseen = _foresee(shop, books, claude, job, voice, price, order)
        bench.note(str(foreseen))
        if order.dry_run:
            return _result(shop, books, "estimated", foreseen, ())
        books.settle()
        asked: list[Question] = []

        def ask_all(questions: Sequence[Question]) -> Any:
            asked.extend(questions)
            worst = _worst(prices, batch=order.batches)
            if not order.batches:
                return ask(books, claude, questions, worst, progress=progress)
            submissions = Submissions(books, shop.folder.state / "processes")
            return ask_in_batches(
                books, submissions, claude, questions, worst, patience=order.patience, progress=progress
            )

        ended = work(job, voice, books, ask_all, shop)
        if ended in ("done", "dry"):
            with shop.store.writing() as connection:
                end(connection, run.id)
        return _result(shop, books, ended, foreseen, asked)


def _result(shop: Workshop, books: Books, ended: str, foreseen: Estimate, asked: Sequence[Any]) -> Generated:
    outcomes = books.outcomes(asked)
    return Generated(
        run=shop.run,
        end=ended,
        added=total(shop.added),
        kept=shop.kept(),
        suspects=shop.suspects,
        estimate=foreseen,
        spent=books.spent(),
        less_diverse=less_diverse(shop),
        unanswered=sum(outcome != "answered" for outcome in outcomes.values()),
    )


def _check_prices(
    task: Task, order: Order, voice: Voice, judge: Voice | None, price: Price | None, judge_price: Price | None
) -> None:
    """A budget needs prices: of what costs nobody knows how much, nothing can be reserved."""
    if order.budget is None and task.generate.budget is None:
        return
    unknown = {voice.model: price} | ({judge.model: judge_price} if judge else {})
    faults = [
        Fault(
            f"model {model}",
            "its price is unknown",
            "a price, to keep the budget",
            "set generate.prices, or leave out the budget",
        )
        for model, known in unknown.items()
        if known is None
    ]
    if faults:
        raise WinnowError(faults)


def _begin(bench: Bench, order: Order, voice: Voice, judge: Voice | None, plan: Plan | None) -> Run:
    """The run of an order. What it costs at most, and how it is asked, does not make it another run."""
    names = PROMPTS.get(order.generator) or (order.kind, *(["regions"] if plan and plan.regions else []))
    settings = {
        "labels": list(order.labels),
        "pairs": [list(pair) for pair in order.pairs],
        "kind": order.kind,
        "count": order.count,
        "until": order.until,
        "plan": hashlib.sha256(order.plan.read_bytes()).hexdigest()[:16] if order.plan else "",
        "judge": judge.model if judge else "",
        "effort": voice.effort,
        "task": hashlib.sha256(bench.task.model_dump_json(include={"labels", "fallback"}).encode()).hexdigest()[:16],
    }
    with bench.store.writing() as connection:
        return begin(
            connection,
            generator=order.generator if order.kind == "examples" else order.kind,
            prompt_version=version_of(*names, "task"),
            model=voice.model,
            settings=settings,
            again=order.again,
        )


def _foresee(
    shop: Workshop, books: Books, claude: Claude, job: Job, voice: Voice, price: Price | None, order: Order
) -> Estimate:
    """What the first round takes. Of a run that goes on, what is still open of it."""
    planned = books.planned("write", 0)
    if planned:
        ended = books.outcomes(planned)
        bodies = [question.body for question in planned if question.id not in ended]
    else:
        wanted = job.until or job.count
        bodies = [body for body, _ in write(job.scaled(wanted), voice, shop.material(), (), 0)]
    with shop.store.reading() as connection:
        before: History | None = history(
            run_costs(connection, working_rows(connection)), shop.run.generator, voice.model
        )
    return estimate(
        bodies,
        count_tokens=claude.count_tokens,
        price=price,
        batch=order.batches,
        output_tokens=before.output_tokens if before else None,
        kept_share=before.kept_share if before else None,
    )


def _bill(message: Mapping[str, Any], batch: bool, prices: Mapping[str, Price | None]) -> Bill:
    from generators.claude import outcome_of, usage_of

    usage = usage_of(message)
    price = prices.get(str(message.get("model"))) or next(iter(prices.values()))
    cost = price.cost(usage, batch=batch) if price else None
    return Bill(**vars(usage), cost=cost, outcome=outcome_of(message))


def _worst(prices: Mapping[str, Price | None], *, batch: bool) -> Callable[[str], int]:
    def worst(body: str) -> int:
        price = prices.get(json.loads(body)["model"])
        return price.worst(body, batch=batch) if price else 0

    return worst


def _nano(usd: float | None) -> int | None:
    return None if usd is None else int(usd * NANO_PER_USD)
