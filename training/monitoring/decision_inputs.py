"""The state that a decision is based on, read at one moment, and the values measured from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.deployment import Deployment
from winnow.core.errors import Problem, WinnowError
from winnow.core.result import NotMeasured
from winnow.core.timestamps import parse_time, whole_months
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.coverage.traffic import Traffic, queries_per_day
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.label_signal import LabelSignal
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import Release, open_release
from winnow.training.evaluation.stored_results import accuracy_of
from winnow.training.methods import predict
from winnow.training.monitoring.drift import Drift, measure_drift
from winnow.training.monitoring.new_records import count_changed_records, count_new_records, has_removed_records
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.select_candidate import EvaluatedRun
from winnow.training.monitoring.stored_evidence import StoredEvidence, evidence_of
from winnow.training.monitoring.uncovered_queries import TrainedRelease
from winnow.training.monitoring.work_done import WorkDone
from winnow.training.run_facts import IMPORTED
from winnow.training.run_release import release_folder
from winnow.training.runs import NO_MODEL, RUN_FILE, Run
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import given_target

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.core.layout import WorkspaceFolder
    from winnow.core.progress import Progress
    from winnow.curation.engine.embedders.embedder import Embedder


NO_CHECK = NotMeasured(f"the gates were not measured; run {command('check')}")

NOTHING_DEPLOYED = NotMeasured("nothing is deployed")
DEPLOYMENT_HISTORY = command("deploy", history=True)


@dataclass(frozen=True)
class DecisionInputs:
    """The state of a workspace at one moment."""

    folder: WorkspaceFolder
    task: Task
    rows: list[WorkingRow]
    """Working rows."""
    log_traffic: Traffic
    deployments: list[Deployment]
    releases: list[dict[str, Any]]
    """Recorded releases, oldest first."""
    runs: list[Run]
    """Recorded runs whose folder exists, oldest first."""
    current_label: Callable[[str], str]
    """Maps a label to its name after all renames."""
    progress: Progress | None
    gates: list[Gate] | NotMeasured = NO_CHECK
    """Every gate, measured on the data of today; or why they were not measured."""
    label_signal: LabelSignal | None = None
    """Whether the labels of today depend on the texts, where that was measured."""
    open_work: WorkDone = field(default_factory=WorkDone)
    """What the database and the reports show of recommendations that were carried out."""

    def work_done(self) -> WorkDone:
        """The same, with what releases and runs show."""
        newest = self.newest
        trained = {
            command("train", name, method=run.facts.method)
            for run in self.runs
            for name in self._names_of_release(run.facts.release.sha256)
        }
        changed = 0 if newest is None else count_changed_records(self.rows, newest, self.current_label)
        current = newest is not None and not changed and not has_removed_records(self.rows, newest)
        return replace(self.open_work, trained=trained, changed_records=changed, release_is_current=current)

    def _names_of_release(self, sha256: str) -> list[str]:
        """The names under which a release is recorded here."""
        return [entry["name"] for entry in self.releases if entry["sha256"] == sha256]

    @cached_property
    def deployed(self) -> Run | None:
        """The run in production.

        Raises WinnowError when its folder is missing, because the rules would compare with another baseline.
        """
        if not self.deployments:
            return None
        name = self.deployments[-1].run
        found = next((run for run in self.runs if run.id == name), None)
        if found is None:
            fix = f"restore its folder, or run {command('deploy', 'RUN')} with another run"
            raise WinnowError(
                Problem(f"deployed run {name}", "its folder is missing", str(self.folder.runs / name), fix)
            )
        return found

    @cached_property
    def newest(self) -> Release | None:
        """The newest release whose folder exists."""
        paths = [self.folder.root / entry["path"] for entry in reversed(self.releases)]
        return next((open_release(path) for path in paths if (path / MANIFEST).is_file()), None)

    @property
    def evidence(self) -> StoredEvidence:
        """How evaluations of runs are read."""
        return evidence_of(kind_of(self.task))

    def labeled_records(self) -> SourcedValue:
        """Number of labeled records."""
        count = sum(1 for row in self.rows if row.state == State.LABELED)
        return SourcedValue(count, command("status"))

    @property
    def unlabeled(self) -> int:
        """Number of unlabeled queries assigned to train."""
        return sum(1 for row in self.rows if row.state == State.UNLABELED and row.assigned_split == Split.TRAIN)

    def traffic(self) -> SourcedValue:
        """Queries per day."""
        dated = len(self.log_traffic.queries)
        return SourcedValue(
            queries_per_day(self.log_traffic.queries),
            f"timestamps of {counted(dated, 'record')} of logs, last four weeks",
        )

    def accuracy_loss(self, deployed: EvaluatedRun | None) -> SourcedValue:
        """Accuracy of the deployed run on its own release's validation, minus that on the newest one's."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, DEPLOYMENT_HISTORY)
        own, newest = deployed.accuracy, self.newest
        if isinstance(own, NotMeasured):
            return SourcedValue(own, deployed.run.id)
        if newest is None or newest.sha256 == deployed.run.facts.release.sha256:
            return SourcedValue(NotMeasured("there is no release newer than the deployed run's"), command("releases"))
        predicted = self.evidence.newer_rows(
            deployed.run,
            newest,
            current_label=self.current_label,
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )
        if isinstance(predicted, NotMeasured):
            return SourcedValue(predicted, newest.name)
        now = accuracy_of(predicted)
        if isinstance(now, NotMeasured):
            return SourcedValue(now, newest.name)
        before = len(self.evidence.rows(deployed.run, self.current_label))
        source = (
            f"{own:.3f} on {counted(before, 'validation row')} of its release, {now:.3f} on "
            f"{len(predicted):,} of {newest.name}"
        )
        return SourcedValue(own - now, source)

    def new_records(self, deployed: EvaluatedRun | None) -> SourcedValue:
        """Number of labeled records that the deployed run's release does not know."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, DEPLOYMENT_HISTORY)
        release = self.release_of(deployed.run)
        if isinstance(release, NotMeasured):
            return SourcedValue(release, deployed.run.id)
        source = f"labeled records that {release.name} neither contains nor excluded"
        return SourcedValue(count_new_records(self.rows, release), source)

    def months_since_training(self, deployed: EvaluatedRun | None, today: datetime) -> SourcedValue:
        """Whole months since the deployed run was trained."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, DEPLOYMENT_HISTORY)
        if deployed.run.facts.method == IMPORTED:
            why = NotMeasured("it was imported, so its training time is not known")
            return SourcedValue(why, f"{RUN_FILE} of {deployed.run.id}")
        recorded = deployed.run.facts.trained_at
        trained = parse_time(recorded)
        value = NotMeasured(f"{recorded!r} is not a timestamp") if trained is None else whole_months(trained, today)
        return SourcedValue(value, f"trained at {recorded}, {RUN_FILE} of {deployed.run.id}")

    def release_of(self, run: Run) -> Release | NotMeasured:
        """The release of a run, if its folder exists."""
        folder = release_folder(run)
        return open_release(folder) if isinstance(folder, Path) else folder

    def drift(self, deployed: EvaluatedRun | None, embedder: Callable[[], Embedder]) -> Drift | NotMeasured:
        """Drift of the traffic since the release of the deployed run was frozen."""
        if deployed is None:
            return NOTHING_DEPLOYED
        run = deployed.run
        frozen_at = {entry["sha256"]: entry["at"] for entry in self.releases}
        at = parse_time(frozen_at.get(run.facts.release.sha256, ""))
        if at is None:
            return NotMeasured("the workspace has no record of when the deployed run's release was frozen")
        release = self.release_of(run)
        if isinstance(release, NotMeasured):
            return release

        def predict_labels(texts: Any) -> list[str]:
            return predict(run, texts, vectors_cache=self.folder.vectors).labels

        return measure_drift(
            self.log_traffic,
            TrainedRelease(
                release.name,
                at,
                release.rows("train"),
                release.manifest.task.fallback,
                kind_of(release.task()).target_of is given_target,
            ),
            self.evidence.label_shift or (NotMeasured(NO_MODEL) if run.facts.method == IMPORTED else predict_labels),
            embedder(),
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )
