"""The notebook's API: one method a verb, one line a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.config.load import parse_task, read_task
from winnow.config.overrides import with_overrides
from winnow.config.task import Task
from winnow.config.template import intents_task, tools_task
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder, find_workspace_folder
from winnow.core.suggest import nearest_name
from winnow.curation.ingest.add import MAX_ATTEMPTS, AddResult, WorkspaceChanged
from winnow.curation.ingest.add import add as add_readings
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE, AddOptions
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRows, read_file, read_table
from winnow.curation.pii.scrub import DEFAULT_POLICY, NameFinder, Scrubber
from winnow.curation.releases.membership import forgotten_counts
from winnow.curation.store.artifacts import artifacts, record_run, release_hashes
from winnow.curation.store.database import Store, open_store, workspace_setting
from winnow.curation.store.sources import GenerationBatch
from winnow.operations._context import find_release, find_run, release_path, require_intents
from winnow.operations.add import as_list
from winnow.operations.compare import compare_runs
from winnow.operations.evaluate import evaluate_run, import_run
from winnow.operations.init import TEMPLATES, routes_by_label
from winnow.operations.predict import predict_texts
from winnow.operations.train import train_release

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.deployment import Deployment
    from winnow.core.progress import Progress
    from winnow.curation.checks.check import CheckResult
    from winnow.curation.checks.coverage.coverage_report import CoverageReport
    from winnow.curation.engine.embedders.embedder import Embedder
    from winnow.curation.ingest.forget import ForgetResult
    from winnow.curation.ingest.rename import RenameResult
    from winnow.curation.ingest.retract import RetractResult
    from winnow.curation.labeling.server.process import EmbeddedServer
    from winnow.curation.releases.freeze import FreezeResult
    from winnow.curation.releases.provenance import Provenance
    from winnow.curation.releases.release import MustPassCase, Release
    from winnow.curation.releases.release_diff import ReleaseDiff
    from winnow.curation.status_summary import Status
    from winnow.curation.store.waivers import Waiver
    from winnow.generators.generation_request import GenerationRequest
    from winnow.generators.llm.anthropic import AnthropicClient
    from winnow.operations.feedback import FeedbackResult
    from winnow.operations.generate import GenerationResult
    from winnow.operations.generate_variations import GeneratedVariations
    from winnow.operations.proposal_intake import ProposalIntake
    from winnow.operations.pull import PullResult
    from winnow.operations.push import PushResult
    from winnow.operations.show import RecordDetails
    from winnow.reports.daily_page import DailyReport
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.evaluation.evaluate import Evaluation
    from winnow.training.monitoring.decision_report import DecisionReport
    from winnow.training.runs import Run


class Workspace:
    """A folder with a `winnow.yaml`, and everything Winnow knows about it."""

    def __init__(self, folder: WorkspaceFolder) -> None:
        self.folder = folder

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The workspace at `start` or above. Raises WinnowError when there is none."""
        return cls(find_workspace_folder(start))

    @classmethod
    def init(cls, path: Path, *, template: str = "intents", from_file: SourceRows | None = None) -> Workspace:
        """Write a first task file, with the labels of what was read. An existing one is never overwritten."""
        task_file = path / TASK_FILE
        if template not in TEMPLATES:
            raise WinnowError(Problem("--template", repr(template), ", ".join(TEMPLATES), "correct --template"))
        if template != "intents" and from_file:
            problem = Problem(
                "--from", f"template {template}", "template intents", "labels are for intents; leave out --from"
            )
            raise WinnowError(problem)
        if task_file.exists():
            raise WinnowError(Problem(str(task_file), "the file is there already", "a new folder", "edit it instead"))
        name = path.resolve().name or "task"
        if template == "tools":
            text = tools_task(name)
        else:
            text = intents_task(name, routes=routes_by_label(from_file) if from_file else None)
        parse_task(text)
        path.mkdir(parents=True, exist_ok=True)
        task_file.write_text(text, encoding="utf-8")
        return cls(WorkspaceFolder(path))

    def __repr__(self) -> str:
        return f"winnow.open({str(self.folder.root)!r})"

    @property
    def task(self) -> Task:
        """The task file, read afresh. Raises WinnowError with all its faults."""
        return read_task(self.folder.task_file)

    @cached_property
    def store(self) -> Store:
        """The database; made on first use."""
        return open_store(self.folder.database)

    def add(  # noqa: PLR0913
        self,
        files: str | Path | pd.DataFrame | Sequence[str | Path],
        *,
        format: str = "auto",  # noqa: A002  (the word of the command line)
        columns: Columns | None = None,
        origin: str | None = None,
        license: str = UNKNOWN_LICENSE,
        split: str | None = None,
        batch: GenerationBatch | None = None,
        encoding: str | None = None,
        table: str | None = None,
    ) -> AddResult:
        """Screen files or a pandas table and store what may enter, in one transaction.

        Raises WinnowError with the faults of every file that cannot be read; nothing is added then.
        """
        readings: list[SourceRows] = []
        problems: list[Problem] = []
        for file in as_list(files):
            try:
                if isinstance(file, str | Path):
                    path = Path(file)
                    readings.append(read_file(path, columns=columns, format=format, encoding=encoding, table=table))
                else:
                    readings.append(read_table(file, columns=columns))
            except WinnowError as error:
                problems += error.problems
        if problems:
            raise WinnowError(problems)
        addition = AddOptions(origin=origin, license=license, split=split, batch=batch)
        for _ in range(MAX_ATTEMPTS):
            task = self.task
            try:
                return add_readings(
                    self.store, task, readings, addition, self._scrubber(task), dropped_dir=self.folder.dropped
                )
            except WorkspaceChanged:
                continue
        found = "other commands rename and forget all the while"
        raise ServiceError(Problem(str(self.folder.root), found, "a moment of rest", "run it again; nothing was added"))

    def records(self) -> pd.DataFrame:
        """Every record with its derived label and state, reserve, origin and weight."""
        from winnow.curation.store.working_view import working_table

        with self.store.reading() as connection:
            return working_table(connection)

    def status(self) -> Status:
        """Counts, reserves, queues, lots, and what to do next."""
        from winnow.generators.llm.spend.spend_database import SpendDatabase
        from winnow.operations.status import status

        with self.store.reading() as connection:
            return status(connection, self.task, SpendDatabase(self.folder.spend_database))

    def show(self, record: str) -> RecordDetails:
        """One record with its occurrences, decisions, neighbors and releases."""
        from winnow.operations.show import show

        with self.store.reading() as connection:
            return show(connection, self.folder, self._embedder(), record)

    def retract(self, source: str, *, why: str = "") -> RetractResult:
        """Take back a source that should not have been added."""
        from winnow.curation.ingest.retract import retract

        return retract(self.store, source, why=why)

    def check(self, settings: Sequence[str] = (), *, progress: Progress | None = None) -> CheckResult:
        """Measure nearness and hold the selection against every gate; `settings` such as "leakage=0.2" ask what if.

        What is left out, and near pairs under different labels, are written to `.winnow/reports/`; not when asking.
        """
        from winnow.reports.check_tables import write_check_tables

        self._must_pass_cases(self.task)  # its faults come now, not only when a release is to be frozen
        checked = self._check(with_overrides(self.task, settings), progress)[0]
        if not settings:
            write_check_tables(checked, self.folder.reports)
        return checked

    def coverage(self, *, progress: Progress | None = None) -> tuple[CoverageReport, Path, Path]:
        """Measure what the dataset lacks; writes a page and a plan to `.winnow/reports/` and returns their paths."""
        from winnow.curation.checks.coverage.coverage_report import measure_coverage
        from winnow.curation.store.occurrences import log_times
        from winnow.reports.coverage_page import write_coverage

        checked, embedder, _ = self._check(self.task, progress)
        with self.store.reading() as connection:
            times = log_times(connection)
        found = measure_coverage(checked, times, embedder, vectors_cache=self.folder.vectors, progress=progress)
        return found, *write_coverage(found, self.folder.reports)

    def report(self, *, progress: Progress | None = None) -> tuple[DailyReport, Path]:
        """Draw the page that a data lead opens every morning, and the pages of people and coverage beside it."""
        from winnow.generators.llm.spend.spend_database import SpendDatabase
        from winnow.operations.report import build_daily_report
        from winnow.operations.report_annotators import measure_annotators
        from winnow.reports.annotators_page import write_annotators

        coverage = self.coverage(progress=progress)[0]
        with self.store.reading() as connection:
            annotators = measure_annotators(connection, self.task, SpendDatabase(self.folder.spend_database))
        write_annotators(annotators, self.folder.reports)
        wrong = self._train_errors_of(coverage.check.train)
        return build_daily_report(self.folder, self.store, self.task, coverage, annotators, wrong, self.decide())

    def waive(self, gate: str, *, by: str, reason: str, until: date) -> None:
        """Record a named, reasoned exception to one gate."""
        from winnow.curation.checks.waive import waive_gate

        waive_gate(self.store, gate, by=by, reason=reason, until=until)

    def withdraw_waiver(self, gate: str) -> int:
        """Withdraw the standing waivers of a gate; returns how many."""
        from winnow.curation.checks.waive import withdraw_waivers

        return withdraw_waivers(self.store, gate)

    def rename(self, old: str, new: str, *, why: str = "") -> RenameResult:
        """Rename a label, or merge it into another; records, reserves and old releases stay as they are."""
        from winnow.curation.ingest.rename import rename

        return rename(self.store, self.folder, old, new, why=why)

    def forget(self, record: str, *, why: str = "") -> ForgetResult:
        """Remove one record's content everywhere; that it was forgotten stays."""
        from winnow.operations.forget import forget_record

        return forget_record(self.store, self.folder, self.task, record, why=why)

    def generate(
        self,
        order: GenerationRequest,
        *,
        note: Callable[[str], None] = print,
        progress: Callable[[int, int], None] | None = None,
    ) -> GenerationResult:
        """Have Claude write what an order asks for; every proposal enters as `synthetic` and waits for review.

        The same order goes on with its run until that has ended. Raises ServiceError when Claude cannot be asked.
        """
        from winnow.operations.generate import GenerationContext, generate

        task = self.task
        require_intents(task)

        def claude() -> AnthropicClient:
            from winnow.generators.llm.anthropic import AnthropicClient

            return AnthropicClient()

        bench = GenerationContext(
            task,
            self.folder.root,
            self.store,
            claude,
            lambda: self._proposal_intake(task),
            lambda: self._train_errors(task),
            note,
        )
        return generate(bench, order, progress=progress)

    def generate_variations(
        self, *, labels: Sequence[str] = (), count: int | None = None, kinds: Sequence[str] = ()
    ) -> GeneratedVariations:
        """Vary train records by rule, without a key; every variation joins its seed's group and waits for review.

        By default all labels are varied, by the kinds that helped where it was measured, until groups are full.
        """
        from winnow.operations.generate_variations import generate_variations

        task = self.task
        require_intents(task)
        return generate_variations(
            task, self.store, self._proposal_intake(task), labels=labels, count=count, kinds=kinds
        )

    def _proposal_intake(self, task: Task) -> ProposalIntake:
        from winnow.operations.proposal_intake import ProposalIntake

        return ProposalIntake(
            self.folder,
            self.store,
            task,
            self._embedder(task),
            self._scrubber(task),
            lambda: self._check(task, None)[0],
        )

    def _train_errors(self, task: Task) -> dict[str, list[dict[str, str]]]:
        return self._train_errors_of(self._check(task, None)[0].train)

    def _train_errors_of(self, train: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
        from winnow.curation.annotations.misclassified import misclassified_rows

        return misclassified_rows(train, self._embedder(), self.folder.vectors)

    def push(
        self,
        queue: str,
        *,
        count: int | None = None,
        strategy: str = "random",
        annotators: Sequence[str] = (),
        second_reviewer_share: float | None = None,
        guidelines_url: str = "",
        include_refused: bool = False,
        progress: Progress | None = None,
    ) -> PushResult:
        """Fill a queue in Argilla up to `count` pending records (by default 200, or all, depending on the queue).

        `annotators` assigns the records to these annotators; `second_reviewer_share` is the share that gets two
        annotators; `include_refused` has refused lots reviewed in full. Raises ServiceError when no Argilla responds;
        what was chosen by then is delivered by the next push.
        """
        from winnow.operations.push import push
        from winnow.operations.push_request import PushRequest

        require_intents(self.task)
        return push(
            PushRequest(
                queue, count, strategy, tuple(annotators), second_reviewer_share, guidelines_url, include_refused
            ),
            self.folder,
            self.store,
            lambda: self.task,
            embedder=self._embedder(),
            measure_conflicts=lambda: self._check(self.task, progress)[0].conflicts,
            progress=progress,
        )

    def pull(self) -> PullResult:
        """Bring annotators' responses back as decisions."""
        from winnow.operations.pull import pull

        require_intents(self.task)
        return pull(self.folder, self.store, lambda: self.task)

    def serve(self, *, host: str = "127.0.0.1", port: int = 0, note: Callable[[str], None] = print) -> EmbeddedServer:
        """Start the labeling server in the background, or find the one that runs; `url` and `credentials` say where.

        It runs until `stop_serving`. Raises ServiceError when it does not come up.
        """
        from winnow.curation.labeling.server.process import start_server

        return start_server(self.folder.server, host=host, port=port, note=note)[0]

    def stop_serving(self) -> bool:
        """Stop the labeling server; says whether one ran."""
        from winnow.curation.labeling.server.process import stop_server

        return stop_server(self.folder.server) is not None

    def diff(self, old: str | Path, new: str | Path) -> tuple[ReleaseDiff, Path]:
        """What changed from one release to another; draws the page and returns its path too."""
        from winnow.curation.annotations.renamed_labels import current_label
        from winnow.curation.releases.release_diff import diff_releases
        from winnow.curation.store.forgotten import forgotten_ids
        from winnow.curation.store.label_renames import label_renames
        from winnow.reports.release_diff_page import write_release_diff

        with self.store.reading() as connection:
            known, gone = label_renames(connection), forgotten_ids(connection)
        before, after = self.release(old), self.release(new)
        found = diff_releases(before, after, current_label=lambda label: current_label(label, known), forgotten=gone)
        return found, write_release_diff(found, self.folder.reports)

    def waivers(self) -> list[Waiver]:
        """Waivers that stand today, with the days they have left."""
        from winnow.curation.store.waivers import active_waivers

        with self.store.reading() as connection:
            return active_waivers(connection, datetime.now(UTC).date())

    def freeze(self, name: str, *, progress: Progress | None = None) -> FreezeResult:
        """Make a release. Raises GateError, and writes nothing, when a gate fails."""
        from winnow.curation.releases.freeze import check_name, freeze

        check_name(name, self.store, self.folder)
        task_text = self.folder.task_file.read_text(encoding="utf-8-sig")
        task = parse_task(task_text)
        must_pass = self._must_pass_cases(task)
        checked, embedder, own = self._check(task, progress)
        return freeze(name, checked, task_text, must_pass, embedder.identity, own, self.folder, self.store)

    def release(self, name_or_path: str | Path, *, checked: bool = True) -> Release:
        """A release by name or path; `checked` holds its files against the manifest first."""
        with self.store.reading() as connection:
            known = list(release_hashes(connection))
        path = release_path(name_or_path, self.folder)
        if not path.exists():
            gone = str(name_or_path) in known
            found = "its folder is gone" if gone else "no such release"
            near = nearest_name(str(name_or_path), [name for name in known if name != str(name_or_path)])
            fix = f"did you mean {near!r}?" if near else "winnow releases lists them"
            raise WinnowError(Problem(f"release {name_or_path}", found, ", ".join(known) or "winnow freeze NAME", fix))
        return find_release(name_or_path, self.folder, checked=checked)

    def verify(self, name_or_path: str | Path) -> list[str]:
        """Every way in which a release differs from what was frozen; empty when there is none."""
        from winnow.curation.releases.verify import verify_release

        with self.store.reading() as connection:
            hashes = release_hashes(connection)
        return verify_release(release_path(name_or_path, self.folder), hashes).problems

    def export(self, name_or_path: str | Path, format: str, *, out: Path | None = None) -> tuple[Path, dict[str, int]]:  # noqa: A002
        """Write a release in another shape; returns the folder and the rows by file."""
        from winnow.curation.releases.export import export

        release = self.release(name_or_path)
        folder = out or self.folder.root / "exports" / f"{release.name}-{format}"
        return folder, export(release, format, folder)

    def train(
        self,
        name_or_path: str | Path,
        *,
        method: str = "linear",
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
        report_to: str | None = None,
        progress: Progress | None = None,
    ) -> tuple[Run, bool]:
        """Train on a release; also says whether the run is new. The same settings give the same run."""
        run, new = train_release(
            self.release(name_or_path),
            self.folder.runs,
            method=method,
            seed=seed,
            settings=settings,
            embedder=self._embedder(),
            vectors_cache=self.folder.vectors,
            report_to=report_to,
            progress=progress,
        )
        self._record_run(run)
        return run, new

    def run(self, id_or_path: str | Path) -> Run:
        """A run by id or path."""
        return find_run(id_or_path, self.folder)

    def predict(
        self, id_or_path: str | Path, texts: Sequence[str], *, progress: Progress | None = None
    ) -> pd.DataFrame:
        """Label texts with a run's model: columns `text`, `label`, `route`, `confidence`."""
        return predict_texts(self.run(id_or_path), texts, progress=progress)

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
    ) -> tuple[Evaluation, Path]:
        """Measure a run on one split of its release and draw the page; returns the page's path too.

        With `predictions`, a file of any other system, the first argument is a release, and the run `name` is made of
        the file; rows of the split without a prediction are refused, or count as wrong when `missing` is "wrong".
        """
        if predictions is None:
            run = self.run(id_or_path)
        else:
            release = self.release(id_or_path)
            how = {"name": name, "split": split, "missing": missing}
            run, _ = import_run(release, Path(predictions), self.folder.runs, **how)
            self._record_run(run)
        return evaluate_run(
            run,
            split=split,
            goals=self.task.goals,
            latency=latency,
            learning_curve=learning_curve,
            vectors_cache=self.folder.vectors,
            progress=progress,
        )

    def compare(
        self, ids_or_paths: Sequence[str | Path], *, split: str = "validation", progress: Progress | None = None
    ) -> tuple[Comparison, Path]:
        """Hold runs against each other on their common hold-out rows and draw the page; returns its path too."""
        from winnow.curation.annotations.renamed_labels import current_label
        from winnow.curation.store.label_renames import label_renames

        with self.store.reading() as connection:
            known = label_renames(connection)
        return compare_runs(
            [self.run(one) for one in ids_or_paths],
            self.folder.reports,
            split=split,
            goals=self.task.goals,
            current_label=lambda label: current_label(label, known),
            vectors_cache=self.folder.vectors,
            progress=progress,
        )

    def feedback(
        self,
        id_or_path: str | Path,
        *,
        annotations: int = 200,
        against: str | Path | None = None,
        progress: Progress | None = None,
    ) -> FeedbackResult:
        """Bring a run's mistakes to the queues and into a plan for generators; measure what the last round mended.

        `answers` is what people can give in this round, `against` the run whose feedback is measured.
        """
        from winnow.operations.feedback import write_feedback

        require_intents(self.task)
        embedder = self._embedder()
        return write_feedback(
            self, id_or_path, annotations=annotations, against=against, embedder=embedder, progress=progress
        )

    def _record_run(self, run: Run) -> None:
        """Enter a run in the ledger; the same run twice is one entry."""
        from winnow.core.hashing import file_sha256
        from winnow.training.runs import RUN_FILE

        path = run.path.relative_to(self.folder.root.resolve()).as_posix()
        detail = {"method": run.facts["method"], "release": run.facts["release"]["name"]}
        record_run(self.store, run.id, path=path, sha256=file_sha256(run.path / RUN_FILE), detail=detail)

    def releases(self) -> list[dict[str, Any]]:
        """The ledger's releases, the oldest first: how many `forgotten` records each holds, whether it is `at_hand`."""
        with self.store.reading() as connection:
            held = forgotten_counts(connection, self.folder)
            entries = artifacts(connection, "release")
        available = {path.name for path in self.folder.releases.glob("*") if path.is_dir()}
        return [{**e, "forgotten": held.get(e["name"], 0), "available": e["name"] in available} for e in entries]

    def runs(self) -> list[dict[str, Any]]:
        """The ledger's runs, the oldest first; `deployed` says which one answers in production."""
        from winnow.curation.store.deployments import deployments

        with self.store.reading() as connection:
            standing = {one.run for one in deployments(connection)[-1:]}
            return [{**e, "deployed": e["name"] in standing} for e in artifacts(connection, "run")]

    def deploy(self, id_or_path: str | Path, *, by: str, reason: str) -> tuple[Deployment, bool]:
        """Write down that a run answers in production from now on; also says whether that is new."""
        from winnow.curation.releases.deploy import deploy

        known = {entry["name"] for entry in self.runs()}
        run = str(id_or_path) if str(id_or_path) in known or not Path(id_or_path).is_dir() else self.run(id_or_path).id
        return deploy(self.store, self.folder, run, by=by, reason=reason)

    def decide(
        self, id_or_path: str | Path | None = None, *, today: datetime | None = None, progress: Progress | None = None
    ) -> DecisionReport:
        """Hold stated rules against what is known: collect, train, deploy, keep or retrain.

        The candidate is the run that is named, else the best on validation of those of the newest release. Nothing is
        looked at on test.
        """
        from winnow.operations.decide import read_decision_inputs
        from winnow.training.monitoring.decision_report import report_decision

        wanted = self.run(id_or_path).id if id_or_path is not None else None
        evidence = read_decision_inputs(self.store, self.folder, self.task, progress=progress)
        return report_decision(evidence, self._embedder, wanted=wanted, today=today or datetime.now(UTC))

    def deployments(self) -> list[Deployment]:
        """Every deployment, the oldest first; the last one stands."""
        from winnow.curation.store.deployments import deployments

        with self.store.reading() as connection:
            return deployments(connection)

    def _scrubber(self, task: Task) -> Scrubber:
        """What this workspace does about private data; equal values have equal stand-ins in it and in no other."""
        with self.store.reading() as connection:
            key = bytes.fromhex(workspace_setting(connection, "surrogate_key"))
        return Scrubber(dict([*DEFAULT_POLICY.items(), *task.private.policy.items()]), key, self._names(task))

    def _must_pass_cases(self, task: Task) -> list[MustPassCase]:
        """The pinned cases that the task names, read afresh."""
        if task.must_pass is None:
            return []
        from winnow.curation.ingest.screen import ScreenContext
        from winnow.curation.releases.must_pass_file import read_must_pass
        from winnow.curation.store.forgotten import forgotten_ids
        from winnow.curation.store.label_renames import label_renames

        with self.store.reading() as connection:
            gone, renamed = forgotten_ids(connection), label_renames(connection)
        return read_must_pass(task, self.folder.root, ScreenContext(self._scrubber(task), gone, renamed))

    def _names(self, task: Task) -> NameFinder | None:
        if task.private.model is None:
            return None
        from winnow.curation.pii.name_model import load_name_model

        return load_name_model(self.folder.root / task.private.model)

    def _embedder(self, task: Task | None = None) -> Embedder:
        from winnow.curation.engine.embedders.embedder import open_embedder

        told = (task or self.task).embedder
        local_model = self.folder.root / told.model if told.model else None
        return open_embedder(
            str(local_model) if local_model and local_model.is_dir() else told.model, backend=told.backend
        )

    def _check(self, task: Task, progress: Progress | None) -> tuple[CheckResult, Embedder, Provenance]:
        from winnow.curation.checks.check import check
        from winnow.curation.releases.provenance import read_provenance
        from winnow.curation.store.waivers import waivers_by_gate
        from winnow.curation.store.working_view import working_table

        require_intents(task)
        with self.store.reading() as connection:  # one moment for all three
            table = working_table(connection)
            waived = waivers_by_gate(connection, datetime.now(UTC).date())
            own = read_provenance(connection, table, task)
        embedder = self._embedder(task)
        checked = check(
            table,
            task,
            embedder,
            scrubber=self._scrubber(task),
            sources={source["id"]: source["name"] for source in own.sources},
            waived=waived,
            folder=self.folder,
            progress=progress,
        )
        return checked, embedder, own
