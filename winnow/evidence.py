"""What decisions rest on: ledger, runs, releases, records and traffic of one moment, and each figure from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from curation import ledger
from curation.deployment import Deployment, deployments
from curation.drift import Drift, Frozen, measure_drift
from curation.estimates import NotMeasured
from curation.newer import new_records, whole_months
from curation.release import MANIFEST, Release, open_release
from curation.rename import current, renamings
from curation.times import read_time
from curation.traffic import Traffic, queries_per_day, traffic
from curation.working import working_rows
from training.about import NO_MODEL
from training.aging import answers_on
from training.answers import IMPORTED
from training.methods import predict
from training.rules import Figure
from training.runs import FACTS, Run, open_run
from training.sides import Side
from training.stored import accuracy, stored_answers
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    from curation.embed import Embedder, Progress
    from curation.folder import Folder
    from curation.store import Store
    from curation.task import Task

NOTHING_DEPLOYED = NotMeasured("nothing is deployed")


@dataclass(frozen=True)
class Evidence:
    """One moment of a workspace."""

    folder: Folder
    task: Task
    rows: list[dict[str, Any]]
    """Working rows."""
    seen: Traffic
    history: list[Deployment]
    releases: list[dict[str, Any]]
    """The ledger's, the oldest first."""
    runs: list[Run]
    """The ledger's that are at hand, the oldest first."""
    called_now: Callable[[str], str]
    """A label's name after all renamings."""
    progress: Progress | None

    @cached_property
    def deployed(self) -> Run | None:
        """The run in production.

        Raises WinnowError when its folder is gone: every rule would compare with something else.
        """
        if not self.history:
            return None
        name = self.history[-1].run
        found = next((run for run in self.runs if run.id == name), None)
        if found is None:
            fix = "bring its folder back, or winnow deploy another run"
            raise WinnowError(Fault(f"deployed run {name}", "its folder is gone", str(self.folder.runs / name), fix))
        return found

    @cached_property
    def newest(self) -> Release | None:
        """The newest release that is at hand."""
        paths = [self.folder.root / entry["path"] for entry in reversed(self.releases)]
        return next((open_release(path) for path in paths if (path / MANIFEST).is_file()), None)

    def examples(self) -> Figure:
        """Labeled records."""
        count = sum(1 for row in self.rows if row["state"] == "labeled")
        return Figure(count, "winnow status")

    @property
    def unlabeled(self) -> int:
        """Queries of the train reserve that wait for a label."""
        return sum(1 for row in self.rows if row["state"] == "unlabeled" and row["reserve"] == "train")

    def traffic(self) -> Figure:
        """Queries a day."""
        dated = len(self.seen.queries)
        return Figure(
            queries_per_day(self.seen.queries), f"times of {dated:,} log queries, the last four weeks of them"
        )

    def loss(self, deployed: Side | None) -> Figure:
        """Accuracy of the deployed run on its own release's validation, minus that on the newest one's."""
        if deployed is None:
            return Figure(NOTHING_DEPLOYED, "winnow deploy --history")
        own, newest = deployed.accuracy, self.newest
        if isinstance(own, NotMeasured):
            return Figure(own, deployed.run.id)
        if newest is None or newest.sha256 == deployed.run.facts["release"]["sha256"]:
            return Figure(NotMeasured("no release is newer than the deployed run's"), "winnow releases")
        told = answers_on(
            deployed.run,
            newest,
            called_now=self.called_now,
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )
        if isinstance(told, NotMeasured):
            return Figure(told, newest.name)
        now = accuracy(told)
        if isinstance(now, NotMeasured):
            return Figure(now, newest.name)
        before = len(stored_answers(deployed.run))
        source = f"{own:.3f} on {before:,} rows of its own validation, {now:.3f} on {len(told):,} of {newest.name}'s"
        return Figure(own - now, source)

    def new_records(self, deployed: Side | None) -> Figure:
        """Labeled records that the deployed run's release does not know."""
        if deployed is None:
            return Figure(NOTHING_DEPLOYED, "winnow deploy --history")
        release = self.release_of(deployed.run)
        if isinstance(release, NotMeasured):
            return Figure(release, deployed.run.id)
        return Figure(
            new_records(self.rows, release), f"labeled records that {release.name} neither holds nor left out"
        )

    def months(self, deployed: Side | None, today: datetime) -> Figure:
        """Since the deployed run was trained."""
        if deployed is None:
            return Figure(NOTHING_DEPLOYED, "winnow deploy --history")
        if deployed.run.facts["method"] == IMPORTED:
            why = NotMeasured("it was imported: nobody said when it was trained")
            return Figure(why, f"{FACTS} of {deployed.run.id}")
        told = str(deployed.run.facts["trained_at"])
        trained = read_time(told)
        value = NotMeasured(f"{told!r} is no time") if trained is None else whole_months(trained, today)
        return Figure(value, f"trained at {told}, {FACTS} of {deployed.run.id}")

    def release_of(self, run: Run) -> Release | NotMeasured:
        """The release of a run, where it is at hand."""
        path = run.release_path()
        known = path if (path / MANIFEST).is_file() else self.folder.releases / str(run.facts["release"]["name"])
        return (
            open_release(known) if (known / MANIFEST).is_file() else NotMeasured(f"release {known.name} is not at hand")
        )

    def drift(self, deployed: Side | None, embedder: Callable[[], Embedder]) -> Drift | NotMeasured:
        """Newer traffic against the release of the deployed run."""
        if deployed is None:
            return NOTHING_DEPLOYED
        run = deployed.run
        entered = {entry["sha256"]: entry["at"] for entry in self.releases}
        at = read_time(entered.get(run.facts["release"]["sha256"], ""))
        if at is None:
            return NotMeasured("the ledger does not know when the deployed run's release was frozen")
        release = self.release_of(run)
        if isinstance(release, NotMeasured):
            return release

        def answer(texts: Any) -> list[str]:
            return predict(run, texts, vectors_cache=self.folder.vectors).labels

        return measure_drift(
            self.seen,
            Frozen(release.name, at, release.rows("train"), release.manifest["task"]["fallback"]),
            NotMeasured(NO_MODEL) if run.facts["method"] == IMPORTED else answer,
            embedder(),
            vectors_cache=self.folder.vectors,
            progress=self.progress,
        )


def gather(store: Store, folder: Folder, task: Task, *, progress: Progress | None = None) -> Evidence:
    """Read everything of one moment."""
    with store.reading() as connection:
        known = renamings(connection)
        entries = ledger.entries(connection, "run")
        paths = [folder.root / entry["path"] for entry in entries]
        return Evidence(
            folder=folder,
            task=task,
            rows=working_rows(connection),
            seen=traffic(connection),
            history=deployments(connection),
            releases=ledger.entries(connection, "release"),
            runs=[open_run(path) for path in paths if (path / FACTS).is_file()],
            called_now=lambda label: current(label, known),
            progress=progress,
        )
