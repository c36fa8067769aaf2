"""Generate: from what was asked to a run that is done, stopped at its budget, or waits for batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.add import AddResult
from curation.generation.alive import living
from curation.generation.answers import Answers
from curation.generation.books import Books, Spent
from curation.generation.costs import history, run_costs
from curation.generation.runs import NOT_BEGUN, Asked, Run, begin, end, find
from curation.generation.submissions import Submissions
from curation.store import Store
from curation.task import Task
from curation.working import working_rows
from generators.asking import Progress, ask
from generators.batches import ask_in_batches
from generators.books import Question
from generators.estimate import Estimate, estimate, items_of
from generators.judging import questions
from generators.plan import Plan
from generators.prices import NANO_PER_USD
from generators.prompts import version_of
from generators.work import JUDGED_AT_ONCE, Job, work, write
from validators.faults import Fault, WinnowError
from winnow.order import Mistakes, Order, checked, job_of
from winnow.voices import Voices, voices_of
from winnow.workshop import Workshop, less_diverse, total

if TYPE_CHECKING:
    from generators.claude import Claude

TYPICAL = "how do i get this to work again without losing what i had before"
"""What stands for a query that is not written yet, where its judging is estimated."""
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
    workshop: Callable[[], Workshop]
    mistakes: Mistakes
    note: Callable[[str], None]


def generate(bench: Bench, order: Order, *, progress: Progress | None = None) -> Generated:
    """Do what was asked, or go on with it. Raises WinnowError for a wrong order, ServiceError when the API fails."""
    plan = checked(bench.task, order)
    claude = bench.claude()
    judged = order.judge or order.generator == "contrasts"
    voices = voices_of(bench.task, bench.root, judged=judged, budgeted=order.budget is not None)
    shop = bench.workshop()
    shop.judge = voices.judge.model if voices.judge else ""
    asked_for = _asked_for(bench.task, order, voices, plan)
    with bench.store.reading() as connection:
        before = find(connection, asked_for)
    done = before is not None and before.ended and not order.wants_more
    # before a run is begun: there may be nothing to do
    job = None if done else job_of(order, plan, shop, bench.mistakes, voices.judge)
    if order.dry_run:
        shop.run = before or NOT_BEGUN
    else:
        with bench.store.writing() as connection:
            shop.run = begin(connection, asked_for, again=order.wants_more)
    processes = shop.folder.state / "processes"
    with living(processes) as process:
        books = _books(bench, shop, order, voices, process)
        if job is None:
            return _result(shop, books, "known", Estimate.nothing(), ())
        foreseen = _foresee(shop, books, claude, job, voices, order)
        bench.note(str(foreseen))
        if order.dry_run:
            return _result(shop, books, "estimated", foreseen, ())
        books.settle()
        asker = _Asker(books, Submissions(books, processes), claude, order, voices, progress)
        ended = work(job, voices.writer, books, asker.ask, shop)
        if ended in ("done", "dry"):
            with shop.store.writing() as connection:
                end(connection, shop.run.id)
        return _result(shop, books, ended, foreseen, asker.asked)


class _Asker:
    """Asks one by one or in batches, as the order says, and remembers what."""

    def __init__(
        self,
        books: Books,
        submissions: Submissions,
        claude: Claude,
        order: Order,
        voices: Voices,
        progress: Progress | None,
    ) -> None:
        """Raises WinnowError when a batch is under way that the order does not ask for."""
        if submissions.standing() and not order.batches:
            fix = "say --batch-api: it collects what was submitted"
            raise WinnowError(Fault(books.run, "a batch of this run is under way", "its results", fix))
        self.asked: list[Any] = []
        self._books, self._submissions, self._claude = books, submissions, claude
        self._order, self._voices, self._progress = order, voices, progress

    def ask(self, questions: Sequence[Question]) -> Any:
        """Ask what stands open; says how it ended."""
        self.asked.extend(questions)
        worst = partial(self._voices.worst, batch=self._order.batches)
        if not self._order.batches:
            return ask(self._books, self._claude, questions, worst, progress=self._progress)
        return ask_in_batches(
            self._books,
            self._submissions,
            self._claude,
            questions,
            worst,
            patience=self._order.patience,
            progress=self._progress,
        )


def _books(bench: Bench, shop: Workshop, order: Order, voices: Voices, process: str) -> Books:
    return Books(
        shop.store,
        Answers(shop.folder.answers),
        shop.run.id,
        process=process,
        processes=shop.folder.state / "processes",
        bill=voices.bill,
        budget=_nano(order.budget),
        ceiling=_nano(bench.task.generate.budget),
    )


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


def _asked_for(task: Task, order: Order, voices: Voices, plan: Plan | None) -> Asked:
    """What an order asks for. What it costs at most, and how it is asked, does not make it another run."""
    names = PROMPTS.get(order.generator) or (order.kind, *(["regions"] if plan and plan.regions else []))
    settings = {
        "labels": list(order.labels),
        "pairs": [list(pair) for pair in order.pairs],
        "kind": order.kind,
        "count": order.count,
        "until": order.until,
        "plan": hashlib.sha256(order.plan.read_bytes()).hexdigest()[:16] if order.plan else "",
        "judge": voices.judge.model if voices.judge else "",
        "effort": voices.writer.effort,
        "task": hashlib.sha256(task.model_dump_json(include={"labels", "fallback"}).encode()).hexdigest()[:16],
    }
    generator = order.generator if order.kind == "examples" else order.kind
    return Asked(generator, version_of(*names, "task"), voices.writer.model, settings)


def _foresee(shop: Workshop, books: Books, claude: Claude, job: Job, voices: Voices, order: Order) -> Estimate:
    """What the first round takes, its judging too. Of a run that goes on, what is still open of it."""
    planned = books.planned("write", 0)
    ended = books.outcomes(planned)
    bodies = [question.body for question in planned if question.id not in ended]
    if not planned:
        bodies = [body for body, _ in write(job.scaled(job.until or job.count), voices.writer, shop.material(), (), 0)]
    written = items_of(bodies)
    judging = []
    if voices.judge:
        texts = [f"{TYPICAL} {i}" for i in range(written)]
        judging = [body for body, _ in questions(shop.brief, voices.judge, texts, key="", size=JUDGED_AT_ONCE)]
    with shop.store.reading() as connection:
        before = history(run_costs(connection, working_rows(connection)), shop.run.generator, voices.writer.model)
    return estimate(
        bodies,
        judging,
        count_tokens=claude.count_tokens,
        prices=voices.prices,
        batch=order.batches,
        output_tokens=before.output_tokens if before else None,
        kept_share=before.kept_share if before else None,
    )


def _nano(usd: float | None) -> int | None:
    return None if usd is None else int(usd * NANO_PER_USD)
