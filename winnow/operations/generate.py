"""Generate records with a language model, until the run is done, its budget is spent, or it waits for batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import GenerationEnd, ResponseOutcome
from winnow.curation.ingest.add import AddResult
from winnow.curation.store.database import Store
from winnow.curation.store.generation_runs import NOT_STARTED, GenerationRun, begin_run, end_run, find_run
from winnow.generators.generated_kinds import require_generated_kind
from winnow.generators.generation_request import GenerationRequest, check_request
from winnow.generators.judging import JUDGE
from winnow.generators.llm.batch_jobs import send_in_batches
from winnow.generators.llm.client import BatchClient, LlmClient
from winnow.generators.llm.estimate import RoundEstimate
from winnow.generators.llm.ledger_types import Budgets, SpendTotals
from winnow.generators.llm.model_roles import ModelRole, ModelRoles, choose_models
from winnow.generators.llm.prices import NANO_PER_USD, Usage, nanodollars
from winnow.generators.llm.process_lock import hold_process_lock
from winnow.generators.llm.request import PlannedRequest
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.run_batch_jobs import BatchJobs
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.worker_pool import OnProgress, send_requests
from winnow.generators.rounds import run_rounds
from winnow.operations._context import WorkspaceContext
from winnow.operations.batch_diversity import less_diverse_labels
from winnow.operations.check import measure
from winnow.operations.generation_job import MisclassifiedByLabel, plan_job
from winnow.operations.plan_progress import kept_by, run_budget
from winnow.operations.proposal_intake import ProposalIntake, combined_result, open_intake
from winnow.operations.round_estimate import estimate_round
from winnow.operations.run_spec import run_spec

UNFINISHED_ENDS = (GenerationEnd.BUDGET, GenerationEnd.WAITING, GenerationEnd.ESTIMATED, GenerationEnd.KNOWN)
"""Ends at which a run without a record says nothing about its responses."""


@dataclass(frozen=True)
class GenerationResult:
    """What a run did, and its current state."""

    run: GenerationRun
    end: GenerationEnd
    """How this command ended."""
    added: AddResult
    kept: int
    """Candidates that the whole run has accepted, including earlier commands."""
    suspected_errors: int
    estimate: RoundEstimate
    spent: SpendTotals
    free: bool
    """No model of the run costs anything."""
    less_diverse: Sequence[str]
    """Labels whose new records are less diverse than the records that people wrote."""
    unanswered: int
    """Requests that were given up, refused or cut off."""

    @property
    def only_unanswered(self) -> bool:
        """Whether the run has brought nothing because responses could not be used."""
        return self.unanswered > 0 and self.kept == 0 and self.added.given == 0 and self.end not in UNFINISHED_ENDS

    def json(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **asdict(self.added),
            "run": self.run.id,
            "generator": self.run.generator,
            "prompt_version": self.run.prompt_version,
            "model": self.run.model,
            "end": self.end,
            "kept": self.kept,
            "suspected_errors": self.suspected_errors,
            "unanswered": self.unanswered,
            "estimate": asdict(self.estimate),
            "usd": {name: value / NANO_PER_USD for name, value in asdict(self.spent).items()},
            "less_diverse": list(self.less_diverse),
        }


@dataclass(frozen=True)
class GenerationContext:
    """What generation needs from a workspace."""

    task: Task
    root: Path
    store: Store
    open_intake: Callable[[], ProposalIntake]
    misclassified: MisclassifiedByLabel
    note: Callable[[str], None]


def generate(
    workspace: WorkspaceContext,
    request: GenerationRequest,
    *,
    note: Callable[[str], None] = print,
    progress: OnProgress | None = None,
) -> GenerationResult:
    """Have a language model write what a request asks for; proposals enter as `synthetic` and wait for review.

    The same request continues its run until that has ended. Raises ServiceError when the model cannot be reached.
    """
    task = workspace.task
    require_generated_kind(task, request.generator)

    def misclassified() -> dict[str, list[dict[str, str]]]:
        from winnow.curation.annotations.misclassified import misclassified_rows

        train = measure(workspace, task).check.train
        return misclassified_rows(train, workspace.embedder(), workspace.folder.vectors)

    context = GenerationContext(
        task, workspace.folder.root, workspace.store, lambda: open_intake(workspace, task), misclassified, note
    )
    return run_generation(context, request, progress=progress)


def run_generation(
    context: GenerationContext, request: GenerationRequest, *, progress: OnProgress | None = None
) -> GenerationResult:
    """Start or continue a run. Raises WinnowError for a wrong request and ServiceError when the API fails."""
    plan = check_request(context.task, request)
    model_roles = choose_models(
        context.task,
        context.root,
        judged=request.judge or request.generator == "contrasts",
        budgeted=request.budget is not None,
        batches=request.batches,
    )
    clients = {role: _connect(role, request) for role in model_roles}
    intake = context.open_intake()
    judge = model_roles.judge.choice if model_roles.judge else None
    intake.judge = judge.model if judge else ""
    spec = run_spec(context.task, request, model_roles, plan)
    with context.store.reading() as connection:
        before = find_run(connection, spec)
        if request.more is not None:
            request = replace(request, until=request.more + kept_by(connection, before))
    done = before is not None and before.ended and not request.wants_more
    # planned before the run is stored, because there may be nothing to do
    job = None if done else plan_job(request, plan, intake, context.misclassified, judge, context.note)
    if request.dry_run:
        intake.run = before or NOT_STARTED
    else:
        with context.store.writing() as connection:
            intake.run = begin_run(connection, spec, again=request.wants_more)
    processes = intake.folder.state / "processes"
    with hold_process_lock(processes) as process:
        ledger = _open_ledger(context, intake, request, model_roles, process)
        if job is None:
            return _result(intake, ledger, GenerationEnd.KNOWN, RoundEstimate.nothing(), model_roles, ())
        estimated = estimate_round(intake, ledger, clients[model_roles.writer], job, model_roles, request)
        for left_out in intake.nearby().screened_task.left_out:
            context.note(str(left_out))
        context.note(str(estimated))
        if request.dry_run:
            return _result(intake, ledger, GenerationEnd.ESTIMATED, estimated, model_roles, ())
        ledger.close_abandoned()
        sender = _RequestSender(ledger, BatchJobs(ledger, processes), clients, request, model_roles, progress)
        ended = run_rounds(job, model_roles.writer.choice, ledger, sender.send, intake)
        if ended in (GenerationEnd.DONE, GenerationEnd.NO_YIELD):
            with intake.store.writing() as connection:
                end_run(connection, intake.run.id)
        return _result(intake, ledger, ended, estimated, model_roles, sender.sent)


def _connect(role: ModelRole, request: GenerationRequest) -> LlmClient | BatchClient:
    """A connection to a model, for batches where the request uses them."""
    if request.batches and role.provider.batches:
        return role.provider.batches(role.endpoint, "")
    return role.connect()


class _RequestSender:
    """Sends requests singly or as batch jobs, and remembers which ones."""

    def __init__(
        self,
        ledger: SpendLedger,
        batch_jobs: BatchJobs,
        clients: Mapping[ModelRole, LlmClient | BatchClient],
        request: GenerationRequest,
        model_roles: ModelRoles,
        progress: OnProgress | None,
    ) -> None:
        """Raises WinnowError when a batch job is pending but the request does not use the batch API."""
        if batch_jobs.pending() and not request.batches:
            collect = command(f"generate {request.generator}", batch_api=True)
            fix = f"run `{collect}` with the same options: it collects the results"
            raise WinnowError(Problem(ledger.run, "a batch job of this run is pending", "its results first", fix))
        self.sent: list[PlannedRequest] = []
        self._ledger, self._batch_jobs, self._clients = ledger, batch_jobs, clients
        self._request, self._model_roles, self._progress = request, model_roles, progress

    def send(self, purpose: str, requests: Sequence[PlannedRequest]) -> GenerationEnd:
        """Send the open requests for a purpose; returns how that ended."""
        self.sent.extend(requests)
        role = _role_of(self._model_roles, purpose)
        client, worst_case = self._clients[role], partial(role.worst_case, batch=self._request.batches)
        if not self._request.batches:
            return send_requests(self._ledger, client, requests, worst_case, progress=self._progress)
        return send_in_batches(
            self._ledger,
            self._batch_jobs,
            cast("BatchClient", client),
            requests,
            worst_case,
            polling=self._request.polling,
            progress=self._progress,
        )


def _role_of(model_roles: ModelRoles, purpose: str) -> ModelRole:
    """The model that answers requests for a purpose."""
    return model_roles.judge if model_roles.judge and purpose.startswith(JUDGE) else model_roles.writer


def _open_ledger(
    context: GenerationContext,
    intake: ProposalIntake,
    request: GenerationRequest,
    model_roles: ModelRoles,
    process: str,
) -> SpendLedger:
    def usage_cost(purpose: str, usage: Usage, batch: bool) -> int | None:
        return _role_of(model_roles, purpose).cost(usage, batch=batch)

    return SpendLedger(
        SpendDatabase(intake.folder.spend_database),
        ResponseFiles(intake.folder.answers),
        intake.run.id,
        process=process,
        processes=intake.folder.state / "processes",
        usage_cost=usage_cost,
        budgets=Budgets(run_budget(intake, request), nanodollars(context.task.generate.budget)),
    )


def _result(
    intake: ProposalIntake,
    ledger: SpendLedger,
    ended: GenerationEnd,
    estimated: RoundEstimate,
    model_roles: ModelRoles,
    sent: Sequence[PlannedRequest],
) -> GenerationResult:
    outcomes = ledger.outcomes(sent)
    return GenerationResult(
        run=intake.run,
        end=ended,
        added=combined_result(intake.added),
        kept=intake.kept(),
        suspected_errors=intake.suspected_errors,
        estimate=estimated,
        spent=ledger.spent(),
        free=model_roles.free,
        less_diverse=less_diverse_labels(intake),
        unanswered=sum(outcome != ResponseOutcome.ANSWERED for outcome in outcomes.values()),
    )
