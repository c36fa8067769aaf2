"""The notebook's API: one method a verb, one line a method. The verbs are in `winnow.operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.call_arguments import checks_arguments
from winnow.core.layout import WorkspaceFolder
from winnow.operations._context import WorkspaceContext, find_workspace

if TYPE_CHECKING:
    import pandas as pd

    from winnow.config.task import Task
    from winnow.config.tool_mapping import ToolMapping
    from winnow.core.deployment import Deployment
    from winnow.core.progress import Progress
    from winnow.core.result import NotMeasured
    from winnow.curation.annotations.suspected_labels import LabelErrors
    from winnow.curation.checks.check import CheckResult
    from winnow.curation.file_findings.dialogue_findings import DialogueFindings
    from winnow.curation.file_findings.file_findings import FileFindings
    from winnow.curation.ingest.add import AddResult
    from winnow.curation.ingest.forget import ForgetResult
    from winnow.curation.ingest.rename import RenameResult
    from winnow.curation.ingest.retract import RetractResult
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.labeling.server.process import EmbeddedServer
    from winnow.curation.releases.deploy import RecordedDeployment
    from winnow.curation.releases.freeze import FreezeResult
    from winnow.curation.releases.release import Release
    from winnow.curation.status_summary import Status
    from winnow.curation.store.database import Store
    from winnow.curation.store.sources import GenerationBatch
    from winnow.curation.store.waivers import Waiver
    from winnow.generators.generation_request import GenerationRequest
    from winnow.operations.accept import AcceptResult
    from winnow.operations.calibrate import EmbedderCalibration
    from winnow.operations.compare import CompareResult
    from winnow.operations.coverage import CoverageResult
    from winnow.operations.diff import DiffResult
    from winnow.operations.discover import DiscoveredLabels
    from winnow.operations.evaluate import EvaluateResult
    from winnow.operations.export import ExportResult
    from winnow.operations.feedback import FeedbackResult
    from winnow.operations.generate import GenerationResult
    from winnow.operations.generate_contrasts_by_rule import ContrastsByRule
    from winnow.operations.generate_plan import PlanResult
    from winnow.operations.generate_variations import GeneratedVariations
    from winnow.operations.propose_result import ProposeResult
    from winnow.operations.pull import PullResult
    from winnow.operations.push import PushResult
    from winnow.operations.report import ReportResult
    from winnow.operations.show import RecordDetails
    from winnow.training.folds.fold_facts import CrossValidation
    from winnow.training.forgetting.general_facts import GeneralFacts
    from winnow.training.monitoring.ab_test.ab_facts import AbTestFacts
    from winnow.training.monitoring.decision_report import DecisionReport
    from winnow.training.packaging.adapter_check import AdapterCheck
    from winnow.training.packaging.built_package import BuiltPackage
    from winnow.training.runs import CreatedRun, Run
    from winnow.training.suites.suite_evaluation import SuiteEvaluation
    from winnow.training.suites.suite_facts import FormatSensitivity


def _argument_types() -> dict[str, Any]:
    """The types of parameters that are imported when the first method is called."""
    import pandas as pd

    from winnow.config.tool_mapping import ToolMapping
    from winnow.core.progress import Progress
    from winnow.curation.file_findings.dialogue_findings import DialogueFindings
    from winnow.curation.file_findings.file_findings import FileFindings
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.store.sources import GenerationBatch
    from winnow.generators.generation_request import GenerationRequest

    types = (Columns, DialogueFindings, FileFindings, GenerationBatch, GenerationRequest, ToolMapping)
    return {"pd": pd, "Progress": Progress, **{one.__name__: one for one in types}}


@checks_arguments(_argument_types)
class Workspace:
    """A folder with a `winnow.yaml`, and everything Winnow knows about it."""

    def __init__(self, context: WorkspaceContext) -> None:
        self._context = context

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The workspace at a folder or above it. Raises WinnowError when there is none."""
        return cls(find_workspace(start))

    @classmethod
    def init(
        cls, path: Path, *, template: str = "intents", found: FileFindings | DialogueFindings | None = None
    ) -> Workspace:
        """Create a workspace, with what was found in a file. An existing task file is never overwritten."""
        from winnow.operations.init import init

        return cls(WorkspaceContext(init(path, template=template, found=found)))

    def __repr__(self) -> str:
        return f"winnow.open({str(self.folder.root)!r})"

    @property
    def folder(self) -> WorkspaceFolder:
        """Paths of the workspace."""
        return self._context.folder

    @property
    def task(self) -> Task:
        """The task file, read again. Raises WinnowError with all its problems."""
        return self._context.task

    @property
    def store(self) -> Store:
        """The database, created on first use."""
        return self._context.store

    def add(  # noqa: PLR0913
        self,
        files: str | Path | pd.DataFrame | Sequence[str | Path],
        *,
        format: str = "auto",  # noqa: A002  (the word of the command line)
        columns: Columns | None = None,
        origin: str | None = None,
        license: str = "unknown",
        split: str | None = None,
        batch: GenerationBatch | None = None,
        origin_model: str | None = None,
        tool_mapping: str | Path | ToolMapping | None = None,
        model_output: str | None = None,
        encoding: str | None = None,
        table: str | None = None,
        where: str | None = None,
        time_format: str | None = None,
        by: str | None = None,
        dry_run: bool = False,
    ) -> AddResult:
        """Screen files or a pandas table and store the rows that pass, in one transaction.

        Rows that do not meet the condition `where` are left out. `time_format` is a pattern of `strptime`, or
        `day-first` or `month-first`. `by` is the person who corrected labels in a file of `label_errors`.

        With `dry_run`, the result is the same and nothing is stored.

        Raises WinnowError with the problems of every file that cannot be read; nothing is added then.
        """
        from winnow.operations.add import add

        return add(
            self._context,
            files,
            format=format,
            columns=columns,
            origin=origin,
            license=license,
            split=split,
            batch=batch,
            origin_model=origin_model,
            tool_mapping=tool_mapping,
            model_output=model_output,
            encoding=encoding,
            table=table,
            where=where,
            time_format=time_format,
            by=by,
            dry_run=dry_run,
        )

    def records(self) -> pd.DataFrame:
        """Every record with its derived label and state, assigned split, origin and weight: one row a record."""
        from winnow.operations.list_records import list_records

        return list_records(self._context)

    def status(self) -> Status:
        """Counts by state, label, split and queue, lots, and the next step."""
        from winnow.operations.status import status

        return status(self._context)

    def show(self, record: str) -> RecordDetails:
        """One record with its occurrences, decisions, neighbors and releases."""
        from winnow.operations.show import show

        return show(self._context, record)

    def retract(self, source: str, *, reason: str = "", dry_run: bool = False) -> RetractResult:
        """Withdraw a source: its rows and labels no longer count. `dry_run` changes nothing.

        Adding the same file again undoes it; generated rows have no file.
        """
        from winnow.operations.retract import retract

        return retract(self._context, source, reason=reason, dry_run=dry_run)

    def trust(self, file: str | Path) -> Path:
        """Allow a Python file that `facets:` names to run as it is now, on this machine; returns its path."""
        from winnow.operations.trust import trust

        return trust(self._context, file)

    def check(
        self, settings: Sequence[str] = (), *, base_model: str | None = None, progress: Progress | None = None
    ) -> CheckResult:
        """Measure every gate; `settings` such as "leakage=0.2" try other thresholds without saving them.

        `base_model` is a folder or hub id, in place of the one in the task file: dialogues are checked in its template.

        Excluded rows, and near pairs under different labels, are written to `.winnow/reports/`, unless there are
        settings.
        """
        from winnow.operations.check import check

        return check(self._context, settings, base_model=base_model, progress=progress)

    def coverage(self, *, progress: Progress | None = None) -> CoverageResult:
        """Measure what the dataset lacks of what users ask; writes a page and a generation plan."""
        from winnow.operations.coverage import coverage

        return coverage(self._context, progress=progress)

    def calibrate(self, *, dry_run: bool = False, progress: Progress | None = None) -> EmbedderCalibration:
        """Measure the cosines that mean for the task's embedding model what the defaults mean for the bundled one.

        They are written to `winnow.yaml`, unless it is a dry run.
        """
        from winnow.operations.calibrate import calibrate

        return calibrate(self._context, dry_run=dry_run, progress=progress)

    def discover(self, *, dry_run: bool = False, progress: Progress | None = None) -> DiscoveredLabels:
        """Write `taxonomy.yaml` with suggestions for the labels of the train queries that have none."""
        from winnow.operations.discover import discover

        return discover(self._context, dry_run=dry_run, progress=progress)

    def accept(self, file: str | Path, *, dry_run: bool = False) -> AcceptResult:
        """Append the suggestions that a person accepted in a file to the labels of the task; no query gets one."""
        from winnow.operations.accept import accept

        return accept(self._context, file, dry_run=dry_run)

    def label_errors(self, *, output: str | Path | None = None, progress: Progress | None = None) -> LabelErrors:
        """Rank labeled records whose label or calls are probably wrong; `output` is a CSV or JSONL file for all."""
        from winnow.operations.label_errors import label_errors

        return label_errors(self._context, output=output, progress=progress)

    def report(self, *, progress: Progress | None = None) -> ReportResult:
        """Write the daily report, and the pages about annotators and coverage next to it."""
        from winnow.operations.report import report

        return report(self._context, progress=progress)

    def waive(self, gate: str, *, by: str, reason: str, until: date) -> None:
        """Record a named, reasoned exception to one gate."""
        from winnow.operations.waive import waive

        waive(self._context, gate, by=by, reason=reason, until=until)

    def withdraw_waiver(self, gate: str) -> int:
        """Withdraw the active waivers of a gate; returns how many there were."""
        from winnow.operations.waive import withdraw_waiver

        return withdraw_waiver(self._context, gate)

    def waivers(self) -> list[Waiver]:
        """Waivers that are active today, with the days they have left."""
        from winnow.operations.waive import list_waivers

        return list_waivers(self._context)

    def rename(
        self, old: str, new: str, *, reason: str = "", yes: bool = False, undo: bool = False, dry_run: bool = False
    ) -> RenameResult:
        """Rename a label, or merge it into another; records, splits and existing releases do not change.

        A merge is refused until it is confirmed with `yes`. `undo` takes the latest rename of `old` to `new` back, as
        long as no release was frozen since. With `dry_run`, the result is the same and nothing changes.
        """
        from winnow.operations.rename import rename

        return rename(self._context, old, new, reason=reason, yes=yes, undo=undo, dry_run=dry_run)

    def forget(self, record: str, *, reason: str = "", dry_run: bool = False) -> ForgetResult:
        """Erase one record's content everywhere; only the fact of the deletion is kept. This cannot be undone.

        With `dry_run`, the result is the same and nothing is erased.
        """
        from winnow.operations.forget import forget

        return forget(self._context, record, reason=reason, dry_run=dry_run)

    def generate(
        self,
        request: GenerationRequest,
        *,
        note: Callable[[str], None] = print,
        progress: Callable[[int, int], None] | None = None,
    ) -> GenerationResult:
        """Have a language model write what a request asks for; proposals enter as `synthetic` and wait for review.

        The same request continues its run until that has ended. Raises ServiceError when the model cannot be reached.
        """
        from winnow.operations.generate import generate

        return generate(self._context, request, note=note, progress=progress)

    def generate_plan(
        self,
        plan: str | Path,
        *,
        budget: float | None = None,
        dry_run: bool = False,
        note: Callable[[str], None] = print,
        progress: Callable[[int, int], None] | None = None,
    ) -> PlanResult:
        """Carry out a plan of `coverage` or `feedback`: by rules first, by a model next, within one budget in USD.

        Running it again adds what is still missing, and nothing twice. Without a key for a model, only rules run.
        """
        from winnow.generators.generation_request import GenerationRequest
        from winnow.operations.generate_plan import generate_plan

        request = GenerationRequest("plan", budget=budget, dry_run=dry_run)
        return generate_plan(self._context, Path(plan), request, note=note, progress=progress)

    def generate_contrasts_by_rule(
        self, *, rules: Sequence[str] = (), labels: Sequence[str] = (), count: int | None = None
    ) -> ContrastsByRule:
        """Make contrasts of train dialogues by rule, without a model; all of them go to review."""
        from winnow.operations.generate_contrasts_by_rule import generate_contrasts_by_rule

        return generate_contrasts_by_rule(self._context, rules=rules, labels=labels, count=count)

    def generate_variations(
        self, *, labels: Sequence[str] = (), count: int | None = None, kinds: Sequence[str] = ()
    ) -> GeneratedVariations:
        """Vary train records by rule, without an API key; each variation joins its seed's group and waits for review.

        By default all labels are varied, by the kinds of change that helped where it was measured, until groups are
        full.
        """
        from winnow.operations.generate_variations import generate_variations

        return generate_variations(self._context, labels=labels, count=count, kinds=kinds)

    def propose(
        self,
        run: str | Path | None = None,
        *,
        min_confidence: float | None = None,
        count: int | None = None,
        predictions: str | Path | None = None,
        model: str = "",
        progress: Progress | None = None,
    ) -> ProposeResult:
        """Propose labels for unlabeled train records: by a run, or those that another model wrote to a file.

        They wait in lots, which people accept or refuse by reading a sample (`push("review")`). `count` is the largest
        number of proposals, `min_confidence` the lowest confidence of one (by default 0.9 for a run).
        """
        from winnow.operations.propose import propose

        return propose(
            self._context,
            run,
            min_confidence=min_confidence,
            count=count,
            predictions=predictions,
            model=model,
            progress=progress,
        )

    def push(  # noqa: PLR0913  (the options of the command)
        self,
        queue: str,
        *,
        count: int | None = None,
        strategy: str = "random",
        annotators: Sequence[str] = (),
        second_reviewer_share: float | None = None,
        guidelines_url: str = "",
        include_refused: bool = False,
        gold: str = "",
        progress: Progress | None = None,
    ) -> PushResult:
        """Fill a queue in Argilla up to `count` pending records (by default 200, or all, depending on the queue).

        `annotators` assigns the records to these annotators; `second_reviewer_share` is the share that gets two
        annotators; `include_refused` has refused lots reviewed in full; `gold` names a source whose labeled records
        are mixed into the queue `label`, where answers to them measure the annotators; with a `count` of 0, they are
        pushed alone. Raises ServiceError when no Argilla responds; what was chosen by then is delivered by the next
        push.
        """
        from winnow.operations.push import push
        from winnow.operations.push_request import PushRequest

        request = PushRequest(
            queue, count, strategy, tuple(annotators), second_reviewer_share, guidelines_url, include_refused, gold
        )
        return push(self._context, request, progress=progress)

    def pull(self) -> PullResult:
        """Import annotators' responses as decisions."""
        from winnow.operations.pull import pull

        return pull(self._context)

    def serve(self, *, host: str = "127.0.0.1", port: int = 0, note: Callable[[str], None] = print) -> EmbeddedServer:
        """Start the labeling server in the background, or find the one that is running.

        Its `url` and `credentials` say how to sign in. Raises ServiceError when it does not start.
        """
        from winnow.operations.serve import start

        return start(self.folder.server, host=host, port=port, note=note).server

    def stop_serving(self) -> bool:
        """Stop the labeling server; says whether one was running."""
        from winnow.operations.serve import stop

        return stop(self.folder.server) is not None

    def freeze(self, name: str, *, dry_run: bool = False, progress: Progress | None = None) -> FreezeResult:
        """Make a release, which is never changed afterwards. Raises GateError, and writes nothing, when a gate fails.

        With `dry_run`, the result is the same and no release is made.
        """
        from winnow.operations.freeze import freeze

        return freeze(self._context, name, dry_run=dry_run, progress=progress)

    def release(self, name_or_path: str | Path, *, checked: bool = True) -> Release:
        """A release by name or path; `checked` compares its files with the manifest, and that with the recorded one."""
        return self._context.release(name_or_path, checked=checked)

    def verify(self, name_or_path: str | Path) -> list[str]:
        """Every way in which a release differs from what was frozen; empty when there is none."""
        from winnow.operations.verify import verify

        return verify(self._context, name_or_path).verification.problems

    def diff(self, old: str | Path, new: str | Path) -> DiffResult:
        """What changed from one release to another; writes a page."""
        from winnow.operations.diff import diff

        return diff(self._context, old, new)

    def export(
        self,
        name_or_path: str | Path,
        format: str,  # noqa: A002
        *,
        out: Path | None = None,
        prompt_template: str | None = None,
    ) -> ExportResult:
        """Write a release in another format, by default to `exports/RELEASE-FORMAT`."""
        from winnow.operations.export import export

        return export(self._context, name_or_path, format, out=out, prompt_template=prompt_template)

    def releases(self) -> list[dict[str, Any]]:
        """The recorded releases, oldest first, with counts of `forgotten` records and whether each is `available`."""
        from winnow.operations.list_releases import list_releases

        return list_releases(self._context)

    def train(  # noqa: PLR0913  (the options of the command)
        self,
        name_or_path: str | Path,
        *,
        method: str = "linear",
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
        role: str | None = None,
        teacher: str | Path | None = None,
        target: str | None = None,
        rules: str | Path | None = None,
        report_to: str | None = None,
        folds: int | None = None,
        progress: Progress | None = None,
    ) -> CreatedRun:
        """Train on a release; also says whether the run is new. The same settings give the same run.

        `teacher` is a run whose class probabilities are learned besides the labels; for an adapter, a file of answers.
        For an adapter also: the `role` of the task that it answers for, and the `target` that serves it, whose `rules`
        a file may replace. Raises GateError for what the target would refuse. With `folds`, the method is also
        cross-validated on train; `cross_validation` has the result.
        """
        from winnow.operations.train import target_rules, train

        named = {"role": role} if role is not None else {}
        return train(
            self._context,
            name_or_path,
            method=method,
            seed=seed,
            settings={**(settings or {}), **named},
            teacher=None if teacher is None else str(teacher),
            target=target_rules(target, Path(rules) if rules is not None else None),
            report_to=report_to,
            folds=folds,
            progress=progress,
        )

    def cross_validation(self, id_or_path: str | Path) -> CrossValidation | NotMeasured:
        """What `train` with `folds` measured for a run."""
        from winnow.training.folds.cross_validation import stored_folds

        return stored_folds(self._context.run(id_or_path))

    def run(self, id_or_path: str | Path) -> Run:
        """A run by id or path."""
        return self._context.run(id_or_path)

    def runs(self) -> list[dict[str, Any]]:
        """The recorded runs, oldest first; `deployed` says which one is in production."""
        from winnow.operations.list_runs import list_runs

        return list_runs(self._context)

    def predict(
        self,
        id_or_path: str | Path,
        texts: Sequence[str] | pd.Series | pd.DataFrame,
        *,
        top: int | None = None,
        threshold: float | None = None,
        fallback: str | Path | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Label a list or column of texts, or the column `text` of a table, with calibrated confidence.

        Index and columns are kept; added are `label`, `route`, `confidence`, `decided_by`, with `fallback` (what is
        asked below the `threshold`: a file of rules or another run) `run`, and with `top` the most likely labels.
        """
        from winnow.operations.predict import PredictOptions, predict

        options = PredictOptions(top, threshold, fallback)
        return predict(self._context, id_or_path, texts, options=options, progress=progress)

    def predict_dialogues(
        self, id_or_path: str | Path, dialogues: Sequence[Mapping[str, Any]], *, progress: Progress | None = None
    ) -> pd.DataFrame:
        """Answer dialogues with a run's model: objects with `messages`, and `tools` unless the task has them.

        Columns `answer`, `calls`, `label`, `tokens`, `finished`, `problem` and `reason`.
        """
        from winnow.operations.predict_dialogues import predict_dialogues

        return predict_dialogues(self._context, id_or_path, dialogues, progress=progress)

    def evaluate(
        self,
        id_or_path: str | Path,
        *,
        split: str = "validation",
        predictions: str | Path | None = None,
        name: str = "imported",
        missing: str = "refuse",
        latency: bool = False,
        learning_curve: bool = False,
        progress: Progress | None = None,
    ) -> EvaluateResult:
        """Measure a run on one split of its release and draw the page.

        With `predictions`, a file of any other system, the first argument is a release, and the run `name` is made of
        the file; rows of the split without a prediction are refused, or count as wrong when `missing` is "wrong".
        """
        from winnow.operations.evaluate import evaluate

        return evaluate(
            self._context,
            id_or_path,
            split=split,
            predictions=predictions,
            name=name,
            missing=missing,
            latency=latency,
            learning_curve=learning_curve,
            progress=progress,
        )

    def compare(
        self, ids_or_paths: Sequence[str | Path], *, split: str = "validation", progress: Progress | None = None
    ) -> CompareResult:
        """Compare runs on the hold-out rows they share, and draw the page."""
        from winnow.operations.compare import compare

        return compare(self._context, ids_or_paths, split=split, progress=progress)

    def feedback(
        self,
        id_or_path: str | Path,
        *,
        annotations: int = 200,
        previous: str | Path | None = None,
        progress: Progress | None = None,
    ) -> FeedbackResult:
        """Turn a run's errors into queue priorities and a generation plan; measure what the previous round fixed.

        `annotations` is how many answers annotators can give in this round, `previous` the run whose feedback is
        measured.
        """
        from winnow.operations.feedback import feedback

        return feedback(self._context, id_or_path, annotations=annotations, previous=previous, progress=progress)

    def decide(
        self, id_or_path: str | Path | None = None, *, today: datetime | None = None, progress: Progress | None = None
    ) -> DecisionReport:
        """Recommend a next step by explicit rules, with the thresholds in `rules` of the task.

        The candidate is the named run, else the best on validation of those on the newest release. Test is not used.
        """
        from winnow.operations.decide import decide

        return decide(self._context, id_or_path, today=today, progress=progress)

    def evaluate_general(
        self, id_or_path: str | Path, file: str | Path, *, progress: Progress | None = None
    ) -> GeneralFacts:
        """Compare an adapter with its base model on general instructions: what it forgets."""
        from winnow.operations.evaluate_general import evaluate_general

        return evaluate_general(self._context, id_or_path, file, progress=progress)

    def evaluate_suite(
        self, id_or_path: str | Path, file: str | Path, *, progress: Progress | None = None
    ) -> SuiteEvaluation:
        """Measure a run on dialogues that were written for measuring, and are never added."""
        from winnow.operations.evaluate_suite import evaluate_suite

        return evaluate_suite(self._context, id_or_path, file, progress=progress)

    def evaluate_format_sensitivity(
        self,
        id_or_path: str | Path,
        *,
        split: str = "validation",
        suite: str | Path | None = None,
        progress: Progress | None = None,
    ) -> FormatSensitivity:
        """Ask a run for the same answers with prompts that say the same in another form."""
        from winnow.operations.evaluate_suite import evaluate_format_sensitivity

        return evaluate_format_sensitivity(self._context, id_or_path, split=split, suite=suite, progress=progress)

    def decide_ab(self, log: str | Path, *, baseline: str | None = None) -> AbTestFacts:
        """Judge a log of two variants in production: deploy the candidate, keep the baseline, or collect more."""
        from winnow.operations.decide_ab import decide_ab

        return decide_ab(self._context, log, baseline=baseline)

    def package(
        self,
        id_or_path: str | Path,
        *,
        target: str,
        name: str | None = None,
        out: str | Path | None = None,
        rules: str | Path | None = None,
        quantize: str | None = None,
        progress: Progress | None = None,
    ) -> BuiltPackage:
        """Pack a run for the runtime that serves it: files, model card and commands.

        `rules` is a file that replaces the rules of a target of adapters. A run that labels texts is compared with its
        written package, which needs no Winnow; `quantize="int8"` adds smaller weights for `onnx`. Raises GateError with
        every rule that the run violates, or every row that the package answers otherwise.
        """
        from winnow.operations.package import package

        return package(
            self._context,
            id_or_path,
            target=target,
            name=name,
            out=Path(out) if out is not None else None,
            rules=Path(rules) if rules is not None else None,
            quantize=quantize,
            progress=progress,
        )

    def verify_adapter(
        self,
        id_or_path: str | Path,
        *,
        count: int = 20,
        file: Sequence[str | Path] = (),
        endpoint: str | None = None,
        model: str | None = None,
        base: str | None = None,
        progress: Progress | None = None,
    ) -> AdapterCheck:
        """Compare base and adapter on the same prompts; `require_differences` of the result refuses equal answers.

        With `endpoint`, the server there is asked for the adapter by the name `model`, and for the base model by the
        name `base`. `file` are two files of answers: of the base model, then with the adapter.
        """
        from winnow.operations.verify_adapter import served_model, verify_adapter

        served = served_model(endpoint, model, base)
        files = [Path(one) for one in file]
        return verify_adapter(self._context, id_or_path, count=count, files=files, served=served, progress=progress)

    def deploy(
        self,
        id_or_path: str | Path,
        *,
        by: str,
        reason: str,
        target: str | None = None,
        remote_id: str | None = None,
        accept_forgetting: str = "",
    ) -> RecordedDeployment:
        """Record that a run is in production from now on; also says whether that is new.

        `target` is the runtime that serves it, and `remote_id` its id or name there. `accept_forgetting` says why an
        adapter is deployed that degrades on general instructions or was not measured on them.
        """
        from winnow.operations.deploy import deploy

        return deploy(
            self._context,
            id_or_path,
            by=by,
            reason=reason,
            target=target,
            remote_id=remote_id,
            accept_forgetting=accept_forgetting,
        )

    def deployments(self) -> list[Deployment]:
        """Every deployment, oldest first; the last one is in production."""
        from winnow.operations.deploy import list_deployments

        return list_deployments(self._context)
