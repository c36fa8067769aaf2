"""The verbs of Winnow on one workspace: what the command line calls, and what a notebook calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation import ledger
from curation.add import TRIES, UNKNOWN_LICENCE, Addition, AddResult, Meanwhile
from curation.add import add as add_readings
from curation.folder import Folder, find_folder
from curation.intake import Batch
from curation.private import POLICY, Names, Scrubber
from curation.reading import Columns, Reading, read_file, read_table
from curation.store import Store, open_store, setting
from curation.task import Task
from curation.taskfile import TASK_FILE, changed, parse_task, read_task
from curation.template import intents_task, tools_task
from validators.faults import Fault, ServiceError, WinnowError
from validators.screening import nearest_name
from winnow.anywhere import (
    compare_runs,
    evaluate_run,
    import_run,
    open_release_at,
    open_run_at,
    predict_texts,
    release_path,
    train_release,
)

if TYPE_CHECKING:
    import pandas as pd

    from curation.check import Check
    from curation.coverage import Coverage
    from curation.deployment import Deployment
    from curation.diff import Diff
    from curation.embed import Embedder, Progress
    from curation.forget import Forgotten
    from curation.freeze import Frozen, Lineage
    from curation.queues.desk import Desk, PullReport, Pushed
    from curation.release import Pinned, Release
    from curation.rename import Renamed
    from curation.retract import Retracted
    from curation.serving.server import Server
    from curation.show import Shown
    from curation.status import Status
    from curation.waivers import Waiver
    from generators.claude import Claude
    from reports.morning import Morning
    from training.compare import Comparison
    from training.evaluate import Evaluation
    from training.runs import Run
    from winnow.decide import Decided
    from winnow.feeding import Fed
    from winnow.generate import Generated
    from winnow.order import Order
    from winnow.vary import Varied
    from winnow.workshop import Workshop

TEMPLATES = ("intents", "tools")


class Workspace:
    """A folder with a `winnow.yaml`, and everything Winnow knows about it."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The workspace at `start` or above. Raises WinnowError when there is none."""
        return cls(find_folder(start))

    @classmethod
    def init(cls, path: Path, *, template: str = "intents", from_file: Reading | None = None) -> Workspace:
        """Write a first task file, with the labels of what was read. An existing one is never overwritten."""
        task_file = path / TASK_FILE
        if template not in TEMPLATES:
            raise WinnowError(Fault("--template", repr(template), ", ".join(TEMPLATES), "correct --template"))
        if template != "intents" and from_file:
            fault = Fault(
                "--from", f"template {template}", "template intents", "labels are for intents; leave out --from"
            )
            raise WinnowError(fault)
        if task_file.exists():
            raise WinnowError(Fault(str(task_file), "the file is there already", "a new folder", "edit it instead"))
        name = path.resolve().name or "task"
        if template == "tools":
            text = tools_task(name)
        else:
            text = intents_task(name, routes=_routes(from_file) if from_file else None)
        parse_task(text)
        path.mkdir(parents=True, exist_ok=True)
        task_file.write_text(text, encoding="utf-8")
        return cls(Folder(path))

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
        licence: str = UNKNOWN_LICENCE,
        split: str | None = None,
        batch: Batch | None = None,
        encoding: str | None = None,
        table: str | None = None,
    ) -> AddResult:
        """Screen files or a pandas table and store what may enter, in one transaction.

        Raises WinnowError with the faults of every file that cannot be read; nothing is added then.
        """
        readings: list[Reading] = []
        faults: list[Fault] = []
        for file in _as_list(files):
            try:
                if isinstance(file, str | Path):
                    path = Path(file)
                    readings.append(read_file(path, columns=columns, format=format, encoding=encoding, table=table))
                else:
                    readings.append(read_table(file, columns=columns))
            except WinnowError as error:
                faults += error.faults
        if faults:
            raise WinnowError(faults)
        addition = Addition(origin=origin, licence=licence, split=split, batch=batch)
        for _ in range(TRIES):
            task = self.task
            try:
                return add_readings(
                    self.store, task, readings, addition, self._scrubber(task), dropped_dir=self.folder.dropped
                )
            except Meanwhile:
                continue
        found = "other commands rename and forget all the while"
        raise ServiceError(Fault(str(self.folder.root), found, "a moment of rest", "run it again; nothing was added"))

    def records(self) -> pd.DataFrame:
        """Every record with its derived label and state, reserve, origin and weight."""
        from curation.working import working_table

        with self.store.reading() as connection:
            return working_table(connection)

    def status(self) -> Status:
        """Counts, reserves, queues, lots, and what to do next."""
        from curation.status import status

        with self.store.reading() as connection:
            return status(connection, self.task)

    def show(self, record: str) -> Shown:
        """One record with its sightings, decisions, neighbours and releases."""
        from curation.show import show

        with self.store.reading() as connection:
            return show(connection, self.folder, self._embedder(), record)

    def retract(self, source: str, *, why: str = "") -> Retracted:
        """Take back a source that should not have been added."""
        from curation.retract import retract

        return retract(self.store, source, why=why)

    def check(self, settings: Sequence[str] = (), *, progress: Progress | None = None) -> Check:
        """Measure nearness and hold the selection against every gate; `settings` such as "leakage=0.2" ask what if.

        What is left out, and near pairs under different labels, are written to `.winnow/reports/`; not when asking.
        """
        from reports.selection import write_selection

        self._pinned(self.task)  # its faults come now, not only when a release is to be frozen
        checked = self._check(changed(self.task, settings), progress)[0]
        if not settings:
            write_selection(checked, self.folder.reports)
        return checked

    def coverage(self, *, progress: Progress | None = None) -> tuple[Coverage, Path, Path]:
        """Measure what the dataset lacks; writes a page and a plan to `.winnow/reports/` and returns their paths."""
        from curation.coverage import measure_coverage, traffic_times
        from reports.coverage import write_coverage

        checked, embedder, _ = self._check(self.task, progress)
        with self.store.reading() as connection:
            times = traffic_times(connection)
        found = measure_coverage(checked, times, embedder, vectors_cache=self.folder.vectors, progress=progress)
        return found, *write_coverage(found, self.folder.reports)

    def report(self, *, progress: Progress | None = None) -> tuple[Morning, Path]:
        """Draw the page that a data lead opens every morning, and the pages of people and coverage beside it."""
        from reports.people import people_report, write_people
        from winnow.morning import morning

        coverage = self.coverage(progress=progress)[0]
        with self.store.reading() as connection:
            people = people_report(connection, self.task)
        write_people(people, self.folder.reports)
        wrong = self._mistakes_of(coverage.check.train)
        return morning(self.folder, self.store, self.task, coverage, people, wrong, self.decide())

    def waive(self, gate: str, *, by: str, reason: str, until: date) -> None:
        """Record a named, reasoned exception to one gate."""
        from curation.waivers import waive

        waive(self.store, gate, by=by, reason=reason, until=until)

    def withdraw_waiver(self, gate: str) -> int:
        """Withdraw the standing waivers of a gate; returns how many."""
        from curation.waivers import withdraw

        return withdraw(self.store, gate)

    def rename(self, old: str, new: str, *, why: str = "") -> Renamed:
        """Rename a label, or merge it into another; records, reserves and old releases stay as they are."""
        from curation.rename import rename

        return rename(self.store, self.folder, old, new, why=why)

    def forget(self, record: str, *, why: str = "") -> Forgotten:
        """Remove one record's content everywhere; that it was forgotten stays."""
        from curation.forget import forget

        gone = forget(self.store, self.folder, self.task, record, why=why)
        return replace(gone, queues=self._desk().forget(gone.record))

    def generate(
        self, order: Order, *, note: Callable[[str], None] = print, progress: Callable[[int, int], None] | None = None
    ) -> Generated:
        """Have Claude write what an order asks for; every proposal enters as `synthetic` and waits for review.

        The same order goes on with its run until that has ended. Raises ServiceError when Claude cannot be asked.
        """
        from winnow.generate import Bench, generate

        task = self.task
        _intents_only(task)

        def claude() -> Claude:
            from generators.claude import Claude

            return Claude()

        bench = Bench(
            task,
            self.folder.root,
            self.store,
            claude,
            lambda: self._workshop(task),
            lambda: self._mistakes(task),
            note,
        )
        return generate(bench, order, progress=progress)

    def generate_variations(
        self, *, labels: Sequence[str] = (), count: int | None = None, kinds: Sequence[str] = ()
    ) -> Varied:
        """Vary train records by rule, without a key; every variation joins its seed's family and waits for review.

        By default all labels are varied, by the kinds that helped where it was measured, until families are full.
        """
        from winnow.vary import vary

        task = self.task
        _intents_only(task)
        return vary(task, self.store, self._workshop(task), labels=labels, count=count, kinds=kinds)

    def _workshop(self, task: Task) -> Workshop:
        from winnow.workshop import Workshop

        return Workshop(
            self.folder,
            self.store,
            task,
            self._embedder(task),
            self._scrubber(task),
            lambda: self._check(task, None)[0],
        )

    def _mistakes(self, task: Task) -> dict[str, list[dict[str, str]]]:
        return self._mistakes_of(self._check(task, None)[0].train)

    def _mistakes_of(self, train: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
        from curation.mistakes import mistakes

        return mistakes(train, self._embedder(), self.folder.vectors)

    def push(
        self,
        queue: str,
        *,
        count: int | None = None,
        strategy: str = "random",
        people: Sequence[str] = (),
        second_look: float | None = None,
        handbook_url: str = "",
        whole: bool = False,
        progress: Progress | None = None,
    ) -> Pushed:
        """Fill a queue up to `count` records that wait, 200 or all: what people see next, in Argilla.

        `people` deals them out to these annotators; `second_look` is the share that two people answer; `whole` reads
        refused lots whole. Raises ServiceError when no Argilla answers; what was chosen is delivered by the next push.
        """
        from curation.queues.request import Request

        asked = Request(queue, count, strategy, tuple(people), second_look, handbook_url, whole)
        return self._desk().push(
            asked, self._embedder(), lambda: self._check(self.task, progress)[0].conflicts, progress
        )

    def pull(self) -> PullReport:
        """Bring people's answers back as decisions."""
        return self._desk().pull()

    def serve(self, *, host: str = "127.0.0.1", port: int = 0, note: Callable[[str], None] = print) -> Server:
        """Start the labeling server in the background, or find the one that runs; `url` and `credentials` say where.

        It runs until `stop_serving`. Raises ServiceError when it does not come up.
        """
        from curation.serving.server import start

        return start(self.folder.server, host=host, port=port, note=note)[0]

    def stop_serving(self) -> bool:
        """Stop the labeling server; says whether one ran."""
        from curation.serving.server import stop

        return stop(self.folder.server) is not None

    def _desk(self) -> Desk:
        from curation.queues.desk import Desk
        from reports.handbook import write_handbook

        _intents_only(self.task)
        return Desk(self.folder, self.store, lambda: self.task, write_handbook)

    def diff(self, old: str | Path, new: str | Path) -> tuple[Diff, Path]:
        """What changed from one release to another; draws the page and returns its path too."""
        from curation.diff import diff
        from curation.rename import current, renamings
        from curation.working import forgotten_ids
        from reports.diff import write_diff

        with self.store.reading() as connection:
            known, gone = renamings(connection), forgotten_ids(connection)
        before, after = self.release(old), self.release(new)
        found = diff(before, after, called_now=lambda label: current(label, known), forgotten=gone)
        return found, write_diff(found, self.folder.reports)

    def waivers(self) -> list[Waiver]:
        """Waivers that stand today, with the days they have left."""
        from curation.waivers import standing

        with self.store.reading() as connection:
            return standing(connection, datetime.now(UTC).date())

    def freeze(self, name: str, *, progress: Progress | None = None) -> Frozen:
        """Make a release. Raises GateError, and writes nothing, when a gate fails."""
        from curation.freeze import check_name, freeze

        check_name(name, self.store, self.folder)
        task_text = self.folder.task_file.read_text(encoding="utf-8-sig")
        task = parse_task(task_text)
        pinned = self._pinned(task)
        checked, embedder, own = self._check(task, progress)
        return freeze(name, checked, task_text, pinned, embedder.identity, own, self.folder, self.store)

    def release(self, name_or_path: str | Path, *, checked: bool = True) -> Release:
        """A release by name or path; `checked` holds its files against the manifest first."""
        with self.store.reading() as connection:
            known = list(ledger.release_hashes(connection))
        path = release_path(name_or_path, self.folder)
        if not path.exists():
            gone = str(name_or_path) in known
            found = "its folder is gone" if gone else "no such release"
            near = nearest_name(str(name_or_path), [name for name in known if name != str(name_or_path)])
            fix = f"did you mean {near!r}?" if near else "winnow releases lists them"
            raise WinnowError(Fault(f"release {name_or_path}", found, ", ".join(known) or "winnow freeze NAME", fix))
        return open_release_at(name_or_path, self.folder, checked=checked)

    def verify(self, name_or_path: str | Path) -> list[str]:
        """Every way in which a release differs from what was frozen; empty when there is none."""
        from curation.release import verify

        with self.store.reading() as connection:
            hashes = ledger.release_hashes(connection)
        return verify(release_path(name_or_path, self.folder), hashes).problems

    def export(self, name_or_path: str | Path, format: str, *, out: Path | None = None) -> tuple[Path, dict[str, int]]:  # noqa: A002
        """Write a release in another shape; returns the folder and the rows by file."""
        from curation.export import export

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
        self._enter(run)
        return run, new

    def run(self, id_or_path: str | Path) -> Run:
        """A run by id or path."""
        return open_run_at(id_or_path, self.folder)

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
            self._enter(run)
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
        from curation.rename import current, renamings

        with self.store.reading() as connection:
            known = renamings(connection)
        return compare_runs(
            [self.run(one) for one in ids_or_paths],
            self.folder.reports,
            split=split,
            goals=self.task.goals,
            called_now=lambda label: current(label, known),
            vectors_cache=self.folder.vectors,
            progress=progress,
        )

    def feedback(
        self,
        id_or_path: str | Path,
        *,
        answers: int = 200,
        against: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Fed:
        """Bring a run's mistakes to the queues and into a plan for generators; measure what the last round mended.

        `answers` is what people can give in this round, `against` the run whose feedback is measured.
        """
        from winnow.feeding import feed

        _intents_only(self.task)
        embedder = self._embedder()
        return feed(self, id_or_path, answers=answers, against=against, embedder=embedder, progress=progress)

    def _enter(self, run: Run) -> None:
        """Enter a run in the ledger; the same run twice is one entry."""
        from curation.release import sha256_of
        from training.runs import FACTS

        path = run.path.relative_to(self.folder.root.resolve()).as_posix()
        detail = {"method": run.facts["method"], "release": run.facts["release"]["name"]}
        ledger.enter_run(self.store, run.id, path=path, sha256=sha256_of(run.path / FACTS), detail=detail)

    def releases(self) -> list[dict[str, Any]]:
        """The ledger's releases, the oldest first: how many `forgotten` records each holds, whether it is `at_hand`."""
        with self.store.reading() as connection:
            held = ledger.forgotten_in(connection, self.folder)
            entries = ledger.entries(connection, "release")
        at_hand = {path.name for path in self.folder.releases.glob("*") if path.is_dir()}
        return [{**e, "forgotten": held.get(e["name"], 0), "at_hand": e["name"] in at_hand} for e in entries]

    def runs(self) -> list[dict[str, Any]]:
        """The ledger's runs, the oldest first; `deployed` says which one answers in production."""
        from curation.deployment import deployments

        with self.store.reading() as connection:
            standing = {one.run for one in deployments(connection)[-1:]}
            return [{**e, "deployed": e["name"] in standing} for e in ledger.entries(connection, "run")]

    def deploy(self, id_or_path: str | Path, *, by: str, reason: str) -> tuple[Deployment, bool]:
        """Write down that a run answers in production from now on; also says whether that is new."""
        from curation.deployment import deploy

        known = {entry["name"] for entry in self.runs()}
        run = str(id_or_path) if str(id_or_path) in known or not Path(id_or_path).is_dir() else self.run(id_or_path).id
        return deploy(self.store, self.folder, run, by=by, reason=reason)

    def decide(
        self, id_or_path: str | Path | None = None, *, today: datetime | None = None, progress: Progress | None = None
    ) -> Decided:
        """Hold stated rules against what is known: collect, train, deploy, keep or retrain.

        The candidate is the run that is named, else the best on validation of those of the newest release. Nothing is
        looked at on test.
        """
        from winnow.decide import decided
        from winnow.evidence import gather

        wanted = self.run(id_or_path).id if id_or_path is not None else None
        evidence = gather(self.store, self.folder, self.task, progress=progress)
        return decided(evidence, self._embedder, wanted=wanted, today=today or datetime.now(UTC))

    def deployments(self) -> list[Deployment]:
        """Every deployment, the oldest first; the last one stands."""
        from curation.deployment import deployments

        with self.store.reading() as connection:
            return deployments(connection)

    def _scrubber(self, task: Task) -> Scrubber:
        """What this workspace does about private data; equal values have equal stand-ins in it and in no other."""
        with self.store.reading() as connection:
            key = bytes.fromhex(setting(connection, "surrogate_key"))
        return Scrubber(dict([*POLICY.items(), *task.private.policy.items()]), key, self._names(task))

    def _pinned(self, task: Task) -> list[Pinned]:
        """The pinned cases that the task names, read afresh."""
        if task.must_pass is None:
            return []
        from curation.pinned import read_pinned
        from curation.rename import renamings
        from curation.screen import Memory
        from curation.working import forgotten_ids

        with self.store.reading() as connection:
            gone, renamed = forgotten_ids(connection), renamings(connection)
        return read_pinned(task, self.folder.root, Memory(self._scrubber(task), gone, renamed))

    def _names(self, task: Task) -> Names | None:
        if task.private.model is None:
            return None
        from curation.private.names import names_model

        return names_model(self.folder.root / task.private.model)

    def _embedder(self, task: Task | None = None) -> Embedder:
        from curation.embed import open_embedder

        told = (task or self.task).embedder
        beside = self.folder.root / told.model if told.model else None
        return open_embedder(str(beside) if beside and beside.is_dir() else told.model, backend=told.backend)

    def _check(self, task: Task, progress: Progress | None) -> tuple[Check, Embedder, Lineage]:
        from curation.check import check
        from curation.freeze import lineage
        from curation.waivers import valid_waivers
        from curation.working import working_table

        _intents_only(task)
        with self.store.reading() as connection:  # one moment for all three
            table = working_table(connection)
            waived = valid_waivers(connection, datetime.now(UTC).date())
            own = lineage(connection, table, task)
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


def _routes(reading: Reading) -> dict[str, str | None]:
    """Labels of a file in order of appearance, with the route that each is sent to most often."""
    counts: dict[str, Counter[str]] = {}
    faults = []
    for row in reading.rows:
        label, route = (str(v).strip() if v is not None else "" for v in (row.label, row.route))
        if any(not c.isprintable() for c in label + route):
            fault = Fault(
                f"{reading.name}, row {row.number}", f"label {label!r}, route {route!r}", "printable names", "mend it"
            )
            faults.append(fault)
        elif label:
            counts.setdefault(label, Counter()).update([route] if route else [])
    if faults:
        raise WinnowError(faults)
    if not counts:
        fix = "say which file holds labels; their column is label, intent, category or class"
        raise WinnowError(Fault(reading.name, "no label in any row", "labeled rows", fix))
    return {label: routes.most_common(1)[0][0] if routes else None for label, routes in counts.items()}


def _intents_only(task: Task) -> None:
    if task.kind != "intents":
        raise WinnowError(Fault(TASK_FILE, f"kind: {task.kind}", "kind: intents", "this version handles intents only"))


def _as_list(files: Any) -> list[Any]:
    return list(files) if isinstance(files, list | tuple) else [files]
