"""What decisions rest on: artifacts, runs, records and traffic of one moment, and each value measured from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from winnow.core.deployment import Deployment
from winnow.core.errors import Problem, WinnowError
from winnow.core.result import NotMeasured
from winnow.core.timestamps import parse_time, whole_months
from winnow.curation.checks.coverage.traffic import Traffic, queries_per_day
from winnow.curation.releases.release import MANIFEST, Release, open_release
from winnow.training.diagnostics.run_context import NO_MODEL
from winnow.training.evaluation.stored_results import accuracy_of, stored_predictions
from winnow.training.methods import predict
from winnow.training.monitoring.drift import Drift, TrainedRelease, measure_drift
from winnow.training.monitoring.new_records import count_new_records
from winnow.training.monitoring.rules import SourcedValue
from winnow.training.monitoring.select_candidate import EvaluatedRun
from winnow.training.monitoring.staleness import predict_newer_validation
from winnow.training.runs import IMPORTED, RUN_FILE, Run

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.core.layout import WorkspaceFolder
    from winnow.core.progress import Progress
    from winnow.curation.engine.embedders.embedder import Embedder


NOTHING_DEPLOYED = NotMeasured("nothing is deployed")


@dataclass(frozen=True)
class DecisionInputs:
    """One moment of a workspace."""

    folder: WorkspaceFolder
    task: Task
    rows: list[dict[str, Any]]
    """Working rows."""
    log_traffic: Traffic
    deployments: list[Deployment]
    releases: list[dict[str, Any]]
    """The ledger's, the oldest first."""
    runs: list[Run]
    """The ledger's that are at hand, the oldest first."""
    current_label: Callable[[str], str]
    """A label's name after all renamings."""
    progress: Progress | None

    @cached_property
    def deployed(self) -> Run | None:
        """The run in production.

        Raises WinnowError when its folder is gone: every rule would compare with something else.
        """
        if not self.deployments:
            return None
        name = self.deployments[-1].run
        found = next((run for run in self.runs if run.id == name), None)
        if found is None:
            fix = "bring its folder back, or winnow deploy another run"
            raise WinnowError(Problem(f"deployed run {name}", "its folder is gone", str(self.folder.runs / name), fix))
        return found

    @cached_property
    def newest(self) -> Release | None:
        """The newest release that is at hand."""
        paths = [self.folder.root / entry["path"] for entry in reversed(self.releases)]
        return next((open_release(path) for path in paths if (path / MANIFEST).is_file()), None)

    def examples(self) -> SourcedValue:
        """Labeled records."""
        count = sum(1 for row in self.rows if row["state"] == "labeled")
        return SourcedValue(count, "winnow status")

    @property
    def unlabeled(self) -> int:
        """Queries of the train reserve that wait for a label."""
        return sum(1 for row in self.rows if row["state"] == "unlabeled" and row["assigned_split"] == "train")

    def traffic(self) -> SourcedValue:
        """Queries a day."""
        dated = len(self.log_traffic.queries)
        return SourcedValue(
            queries_per_day(self.log_traffic.queries), f"times of {dated:,} log queries, the last four weeks of them"
        )

    def accuracy_loss(self, deployed: EvaluatedRun | None) -> SourcedValue:
        """Accuracy of the deployed run on its own release's validation, minus that on the newest one's."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, "winnow deploy --history")
        own, newest = deployed.accuracy, self.newest
        if isinstance(own, NotMeasured):
            return SourcedValue(own, deployed.run.id)
        if newest is None or newest.sha256 == deployed.run.facts["release"]["sha256"]:
            return SourcedValue(NotMeasured("no release is newer than the deployed run's"), "winnow releases")
        recorded = predict_newer_validation(
            deployed.run,
            newest,
            current_label=self.current_label,
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )
        if isinstance(recorded, NotMeasured):
            return SourcedValue(recorded, newest.name)
        now = accuracy_of(recorded)
        if isinstance(now, NotMeasured):
            return SourcedValue(now, newest.name)
        before = len(stored_predictions(deployed.run))
        source = (
            f"{own:.3f} on {before:,} rows of its own validation, {now:.3f} on {len(recorded):,} of {newest.name}'s"
        )
        return SourcedValue(own - now, source)

    def new_records(self, deployed: EvaluatedRun | None) -> SourcedValue:
        """Labeled records that the deployed run's release does not know."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, "winnow deploy --history")
        release = self.release_of(deployed.run)
        if isinstance(release, NotMeasured):
            return SourcedValue(release, deployed.run.id)
        return SourcedValue(
            count_new_records(self.rows, release), f"labeled records that {release.name} neither holds nor left out"
        )

    def months_since_training(self, deployed: EvaluatedRun | None, today: datetime) -> SourcedValue:
        """Since the deployed run was trained."""
        if deployed is None:
            return SourcedValue(NOTHING_DEPLOYED, "winnow deploy --history")
        if deployed.run.facts["method"] == IMPORTED:
            why = NotMeasured("it was imported: nobody said when it was trained")
            return SourcedValue(why, f"{RUN_FILE} of {deployed.run.id}")
        recorded = str(deployed.run.facts["trained_at"])
        trained = parse_time(recorded)
        value = NotMeasured(f"{recorded!r} is no time") if trained is None else whole_months(trained, today)
        return SourcedValue(value, f"trained at {recorded}, {RUN_FILE} of {deployed.run.id}")

    def release_of(self, run: Run) -> Release | NotMeasured:
        """The release of a run, where it is at hand."""
        path = run.release_path()
        known = path if (path / MANIFEST).is_file() else self.folder.releases / str(run.facts["release"]["name"])
        return (
            open_release(known) if (known / MANIFEST).is_file() else NotMeasured(f"release {known.name} is not at hand")
        )

    def drift(self, deployed: EvaluatedRun | None, embedder: Callable[[], Embedder]) -> Drift | NotMeasured:
        """Newer traffic against the release of the deployed run."""
        if deployed is None:
            return NOTHING_DEPLOYED
        run = deployed.run
        entered = {entry["sha256"]: entry["at"] for entry in self.releases}
        at = parse_time(entered.get(run.facts["release"]["sha256"], ""))
        if at is None:
            return NotMeasured("the ledger does not know when the deployed run's release was frozen")
        release = self.release_of(run)
        if isinstance(release, NotMeasured):
            return release

        def answer(texts: Any) -> list[str]:
            return predict(run, texts, vectors_cache=self.folder.vectors).labels

        return measure_drift(
            self.log_traffic,
            TrainedRelease(release.name, at, release.rows("train"), release.manifest["task"]["fallback"]),
            NotMeasured(NO_MODEL) if run.facts["method"] == IMPORTED else answer,
            embedder(),
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )
