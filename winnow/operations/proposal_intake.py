"""Checks proposals against the dataset, adds those that pass, and stores the outcome of each."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from filelock import FileLock

from winnow.config.task import Task
from winnow.core.errors import Problem, ServiceError
from winnow.core.example import canonical_text, record_id, repeat_key
from winnow.core.hashing import stable_hash
from winnow.core.layout import WorkspaceFolder
from winnow.core.model_vocabulary import GeneratorName
from winnow.core.vocabulary import CandidateOutcome, Split, State
from winnow.curation.checks.novelty import NoveltyCheck
from winnow.curation.ingest.add import MAX_ATTEMPTS, AddResult, WorkspaceChanged
from winnow.curation.ingest.add import add as add_readings
from winnow.curation.ingest.add_options import AddOptions
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.generation_runs import (
    NOT_STARTED,
    GeneratedCandidate,
    GenerationRun,
    ingested_requests,
    kept_details,
    outcome_counts,
    write_candidates,
)
from winnow.curation.store.lot_tables import proposed_labels
from winnow.curation.store.machine_written import key_hash
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.suspected_errors import SuspectedRecord, write_suspected_errors
from winnow.curation.store.working_view import working_rows
from winnow.generators.judge import JudgeVerdict
from winnow.generators.proposal import PromptContext, Proposal, SeedRecord
from winnow.generators.proposal_problems import column_values, fold_key_of
from winnow.operations._context import WorkspaceContext
from winnow.operations.check import measure
from winnow.operations.proposal_drops import ExaminedProposal, ProposalExamination
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from winnow.curation.checks.check import CheckResult
    from winnow.curation.engine.embedders.embedder import Embedder


SYNTHETIC_LICENSE = "own"
"""Generated records belong to the workspace's owner."""

MAX_NEAREST_TEXTS = 16
"""Similar texts of the dataset from which a prompt takes some."""

BY_SIMILARITY = "similarity"
"""Stored as the source of a suspected label error that the nearest record points to."""


@dataclass
class ProposalIntake:
    """The proposals of one run on their way into the dataset; remembers what this command added."""

    folder: WorkspaceFolder
    store: Store
    task: Task
    embedder: Embedder
    scrubber: Scrubber
    check: Callable[[], CheckResult]
    """Measures the current selection, whose train rows are the few-shot seeds."""
    run: GenerationRun = NOT_STARTED
    judge: str = ""
    """The judge's model; empty without a judge."""
    added: list[AddResult] = field(default_factory=list)
    suspected_errors: int = 0
    new_texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Texts that this command added, by label."""

    @cached_property
    def seeds(self) -> list[SeedRecord]:
        """Train rows that are not synthetic, as a release would hold them now, in the order of their ids."""
        train = self.check().train
        real = train[train["origin"] != "synthetic"]
        columns = (real[name] for name in ("id", "content", "text", "label", "group"))
        seeds = [SeedRecord(*map(str, row)) for row in zip(*columns, strict=True)]
        hold_out = self.nearby().hold_out_texts
        return [seed for seed in seeds if not hold_out.contain(seed.text)]

    def prompt_context(self) -> PromptContext:
        """What prompts show of the current dataset."""
        by_label: dict[str, list[SeedRecord]] = defaultdict(list)
        for seed in self.seeds:
            by_label[seed.label].append(seed)
        nearby = self.nearby()

        def near(label: str, texts: Sequence[str]) -> Sequence[str]:
            return nearby.nearest_texts(label, texts, MAX_NEAREST_TEXTS)

        return PromptContext(nearby.screened_task.task, by_label, near, self.run.id)

    def nearby(self) -> NoveltyCheck:
        """The current records and all hold-out records; synthetic ones with their proposed label."""
        with self.store.reading() as connection:
            rows = working_rows(connection)
            proposed = {record: label for record, (_, label) in proposed_labels(connection).items()}
        live = [
            replace(row, label=proposed.get(row.id, "")) if row.state == State.PROPOSED else row
            for row in rows
            if row.state not in (State.SUPERSEDED, State.REJECTED) or row.assigned_split != Split.TRAIN
        ]
        return NoveltyCheck(live, self.task, self.embedder, self.folder.vectors)

    def label_counts(self) -> Counter[str]:
        """Records of each label, including proposed ones."""
        return Counter(row.label for row in self.nearby().rows if row.label)

    def drop_reasons(self, proposals: Sequence[Proposal]) -> list[str | None]:
        """Why each proposal would be dropped, as a reason's name; None where it would be kept."""
        return [one.drop.reason if one.drop else None for one in self._examination().examine(proposals)]

    def edits(self) -> Sequence[str]:
        """The edits that this run's contrasts have used."""
        with self.store.reading() as connection:
            details = kept_details(connection, self.run.id)
        return list(dict.fromkeys(detail["edit"] for detail in details if "edit" in detail))

    def not_ingested(self, requests: Sequence[str]) -> Sequence[str]:
        """The requests whose proposals are not ingested yet."""
        with self.store.reading() as connection:
            done = ingested_requests(connection, self.run.id)
        return [request for request in requests if request not in done]

    def kept(self) -> int:
        """How many candidates of this run were accepted."""
        with self.store.reading() as connection:
            return outcome_counts(connection, self.run.id)["kept"]

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals would not be dropped anyway, so that no judge is paid for the others."""
        return [one.drop is None for one in self._examination().examine(proposals)]

    def ingest(self, answered: Mapping[str, Sequence[Proposal]], verdicts: Mapping[str, JudgeVerdict] | None) -> None:
        """Add the proposals of each request once: another process of the same run waits, then finds them added."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            new = set(self.not_ingested(list(answered)))
            listed = [(request, one) for request, found in answered.items() if request in new for one in found]
            self._ingest([one for _, one in listed], [request for request, _ in listed], verdicts)

    def ingest_rules_batch(self, proposals: Sequence[Proposal]) -> None:
        """Add the proposals of a run of rules; records that exist count as known."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            self._ingest(proposals, [None] * len(proposals), None)

    def _ingest(
        self,
        proposals: Sequence[Proposal],
        requests: Sequence[str | None],
        verdicts: Mapping[str, JudgeVerdict] | None,
    ) -> None:
        if not proposals:
            return
        kind = self._kind
        examined = self._examination(verdicts).examine(proposals)
        ids = [record_id(kind.name, canonical_text(one.content)) for one in proposals]
        rows = [
            SourceRow(
                i + 1,
                column_values(kind, one.content),
                one.label,
                session=one.group_key or None,
                problem=drop,
                group=self._groups.get(one.seed),
            )
            for i, (one, _, drop) in enumerate(examined)
        ]
        candidates = [
            GeneratedCandidate(
                identity,
                key_hash(repeat_key(fold_key_of(kind, one.content))),
                one.label,
                CandidateOutcome.DROPPED if drop else CandidateOutcome.KEPT,
                drop.reason if drop else "",
                one.detail,
                request,
            )
            for identity, (one, _, drop), request in zip(ids, examined, requests, strict=True)
        ]
        kept = [(identity, one) for identity, one in zip(ids, examined, strict=True) if one.drop is None]
        suspected = [s for identity, one in kept for s in self._suspected_errors(identity, one, verdicts)]
        self._add(rows, candidates, suspected)
        for _, one in kept:
            self.new_texts[one.proposal.label].append(kind.embedding_text(one.proposal.content))

    @property
    def _kind(self) -> Kind:
        return kind_of(self.task)

    @cached_property
    def _groups(self) -> dict[str, str]:
        return {seed.id: seed.group for seed in self.seeds}

    def _examination(self, verdicts: Mapping[str, JudgeVerdict] | None = None) -> ProposalExamination:
        return ProposalExamination(self.nearby(), self.scrubber, self._groups, verdicts)

    def _suspected_errors(
        self, identity: str, examined: ExaminedProposal, verdicts: Mapping[str, JudgeVerdict] | None
    ) -> list[SuspectedRecord]:
        one, found, _ = examined
        suspected = []
        if found.other_label and self.run.generator != GeneratorName.RULES:  # contrasts are near other labels
            why = f"The nearest record has the label {found.near_label} (cosine {found.similarity:.2f})."
            suspected.append(SuspectedRecord(identity, BY_SIMILARITY, why, (found.near_id,)))
        verdict = (verdicts or {}).get(one.content)
        parts = self._kind.target_parts
        if verdict is not None and not {*parts(verdict.label)} <= {*parts(one.label)}:
            suspected.append(
                SuspectedRecord(
                    identity, self.judge, f"A judge model that did not see the label chose {verdict.label}."
                )
            )
        return suspected

    def _add(
        self, rows: list[SourceRow], candidates: list[GeneratedCandidate], suspected: list[SuspectedRecord]
    ) -> None:
        facts = [[*row.content.values(), row.label, row.session, row.group] for row in rows]
        content = json.dumps(facts, ensure_ascii=False)
        digest = stable_hash(f"{self.run.id}\n{content}")
        batch = GenerationBatch(self.run.id, self.run.generator, self.run.prompt_version, self.run.model)
        addition = AddOptions(origin="synthetic", license=SYNTHETIC_LICENSE, batch=batch)
        name = f"{self.run.id}-{digest[:6]}.jsonl"

        def also_write(connection: Connection, entered: Set[str]) -> None:
            write_candidates(connection, self.run.id, [_after_screening(one, entered) for one in candidates])
            write_suspected_errors(connection, [one for one in suspected if one.record_id in entered])

        for _ in range(MAX_ATTEMPTS):
            reading = SourceRows(name, digest, Columns(), rows, [])
            try:
                self.added.append(
                    add_readings(
                        self.store,
                        self.task,
                        [reading],
                        addition,
                        self.scrubber,
                        dropped_dir=self.folder.dropped,
                        also_write=also_write,
                    )
                )
            except WorkspaceChanged:
                continue
            self.suspected_errors += len({s.record_id for s in suspected})
            return
        found = f"the workspace changed {MAX_ATTEMPTS} times while records were added"
        raise ServiceError(Problem(str(self.folder.root), found, "", "try again; nothing is lost"))


def _after_screening(one: GeneratedCandidate, entered: Set[str]) -> GeneratedCandidate:
    """The outcome of a candidate after screening."""
    if one.outcome == "dropped" or one.record_id in entered:
        return one
    return replace(one, outcome=CandidateOutcome.DROPPED, reason="screening")


def combined_result(results: Iterable[AddResult]) -> AddResult:
    """The results of several additions as one."""
    listed = list(results)
    reasons: Counter[str] = Counter()
    for one in listed:
        reasons.update(one.reasons)
    files = [one.dropped_file for one in listed if one.dropped_file]
    return AddResult(
        given=sum(one.given for one in listed),
        added=sum(one.added for one in listed),
        known=sum(one.known for one in listed),
        dropped=sum(one.dropped for one in listed),
        reasons=dict(reasons.most_common()),
        flagged={"language": sum(one.flagged.get("language", 0) for one in listed)},
        dropped_file=files[-1] if files else None,
        sources=[source for one in listed for source in one.sources],
        notes=list(dict.fromkeys(note for one in listed for note in one.notes)),
    )


def open_intake(workspace: WorkspaceContext, task: Task) -> ProposalIntake:
    """An intake on a workspace; what it compares with is measured when it is first needed."""
    return ProposalIntake(
        workspace.folder,
        workspace.store,
        task,
        workspace.embedder(task),
        workspace.scrubber(task),
        lambda: measure(workspace, task).check,
    )
