"""Checks proposals against the dataset, and adds those that pass, with the outcome of every one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import Connection

from winnow.config.task import Task
from winnow.core.errors import Problem, ServiceError
from winnow.core.example import canonical_text, record_id
from winnow.core.layout import WorkspaceFolder
from winnow.curation.checks.novelty import Novelty, NoveltyCheck, ProposedText
from winnow.curation.ingest.add import MAX_ATTEMPTS, AddResult, WorkspaceChanged
from winnow.curation.ingest.add import add as add_readings
from winnow.curation.ingest.add_options import AddOptions
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Store
from winnow.curation.store.generation import (
    NOT_STARTED,
    GeneratedCandidate,
    GenerationRun,
    ingested_requests,
    kept_details,
    outcome_counts,
    write_candidates,
)
from winnow.curation.store.lot_tables import proposed_labels
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.suspected_errors import SuspectedRecord, write_suspected_errors
from winnow.curation.store.working_view import working_rows
from winnow.generators.contrasts import not_minimal_edit
from winnow.generators.judge import JudgeVerdict
from winnow.generators.prompts.prompt_task import PromptTask, prompt_task
from winnow.generators.proposal import PromptContext, Proposal, SeedRecord
from winnow.validators.text import Drop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from winnow.curation.checks.check import CheckResult
    from winnow.curation.engine.embedders.embedder import Embedder


SYNTHETIC_LICENSE = "own"
"""Whoever generates owns what is generated."""


MAX_NEAREST_TEXTS = 16
"""Texts that stand nearby from which a prompt takes its own."""


BY_SIMILARITY = "nearness"


@dataclass
class ProposalIntake:
    """One run's work on one workspace. It remembers what it added."""

    folder: WorkspaceFolder
    store: Store
    task: Task
    embedder: Embedder
    scrubber: Scrubber
    check: Callable[[], CheckResult]
    """The selection of the moment: few-shot seeds come from its train rows."""
    run: GenerationRun = NOT_STARTED
    judge: str = ""
    """The judge's model, where there is one."""
    added: list[AddResult] = field(default_factory=list)
    suspected_errors: int = 0
    new_texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What this run added, by label."""

    @property
    def prompt_task(self) -> PromptTask:
        """The task as prompts show it."""
        return prompt_task(self.task)

    @cached_property
    def seeds(self) -> list[SeedRecord]:
        """The rows of train that people wrote or chose, as a release would hold them now, in the order of their ids."""
        train = self.check().train
        real = train[train["origin"] != "synthetic"]
        columns = (real[name] for name in ("id", "text", "label", "group"))
        return [SeedRecord(*map(str, row)) for row in zip(*columns, strict=True)]

    def prompt_context(self) -> PromptContext:
        """What writing starts from, as the dataset stands now."""
        by_label: dict[str, list[SeedRecord]] = defaultdict(list)
        for seed in self.seeds:
            by_label[seed.label].append(seed)
        nearby = self.nearby()

        def near(label: str, texts: Sequence[str]) -> Sequence[str]:
            return nearby.nearest_texts(label, texts, MAX_NEAREST_TEXTS)

        return PromptContext(self.prompt_task, by_label, near, self.run.id)

    def nearby(self) -> NoveltyCheck:
        """The records of this moment; synthetic ones with the label that was proposed for them."""
        with self.store.reading() as connection:
            rows = working_rows(connection)
            proposed = proposed_labels(connection)
        live = [row for row in rows if row["state"] not in ("superseded", "rejected")]
        for row in live:
            if row["state"] == "proposed":
                row["label"] = proposed[row["id"]][1] if row["id"] in proposed else ""
        return NoveltyCheck(live, self.task, self.embedder, self.folder.vectors)

    def labeled(self) -> Counter[str]:
        """Records of each label, proposed ones among them."""
        return Counter(row["label"] for row in self.nearby().rows if row["label"])

    def refusals(self, proposals: Sequence[Proposal]) -> list[str | None]:
        """Why each proposal would fall, as a word; None where it would stand."""
        return [drop.reason if drop else None for drop in self._drops(self.nearby(), proposals)]

    def edits(self) -> Sequence[str]:
        """The differences that this run's contrasts turn on already."""
        with self.store.reading() as connection:
            details = kept_details(connection, self.run.id)
        return list(dict.fromkeys(detail["edit"] for detail in details if "edit" in detail))

    def waiting(self, requests: Sequence[str]) -> Sequence[str]:
        """The questions of which nothing was taken in yet."""
        with self.store.reading() as connection:
            done = ingested_requests(connection, self.run.id)
        return [request for request in requests if request not in done]

    def kept(self) -> int:
        """Records of this run that survived."""
        with self.store.reading() as connection:
            return outcome_counts(connection, self.run.id)["kept"]

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals do not fall anyway, so that no judge is paid for the others."""
        drops = self._drops(self.nearby(), proposals)
        return [drop is None for drop in drops]

    def ingest(self, answered: Mapping[str, Sequence[Proposal]], verdicts: Mapping[str, JudgeVerdict] | None) -> None:
        """Let proposals enter by question, once: another process of the same run waits, and finds them entered."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            waiting = set(self.waiting(list(answered)))
            listed = [(request, one) for request, found in answered.items() if request in waiting for one in found]
            self._enter([one for _, one in listed], [request for request, _ in listed], verdicts)

    def enter(self, proposals: Sequence[Proposal]) -> None:
        """Let proposals of a rule enter; what entered before is known."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            self._enter(proposals, [None] * len(proposals), None)

    def _enter(
        self,
        proposals: Sequence[Proposal],
        requests: Sequence[str | None],
        verdicts: Mapping[str, JudgeVerdict] | None,
    ) -> None:
        if not proposals:
            return
        nearby = self.nearby()
        near = nearby.compare([self._as_proposed(one) for one in proposals])
        drops = self._drops(nearby, proposals, near, verdicts)
        ids = [record_id(self.task.kind, canonical_text(one.text)) for one in proposals]
        rows = [
            SourceRow(
                i + 1,
                one.text,
                one.label,
                session=one.group_key or None,
                problem=drop,
                group=self._groups.get(one.seed),
            )
            for i, (one, drop) in enumerate(zip(proposals, drops, strict=True))
        ]
        candidates = [
            GeneratedCandidate(
                identity,
                one.label,
                "dropped" if drop else "kept",
                drop.reason if drop else "",
                one.detail,
                request,
            )
            for identity, one, drop, request in zip(ids, proposals, drops, requests, strict=True)
        ]
        passing = [i for i, drop in enumerate(drops) if drop is None]
        suspected = [s for i in passing for s in self._suspected_errors(ids[i], proposals[i], near[i], verdicts)]
        self._add(rows, candidates, suspected)
        for i in passing:
            self.new_texts[proposals[i].label].append(proposals[i].text)

    @cached_property
    def _groups(self) -> dict[str, str]:
        return {seed.id: seed.group for seed in self.seeds}

    def _as_proposed(self, one: Proposal) -> ProposedText:
        return ProposedText(one.text, one.label, self._groups.get(one.seed) or one.group_key)

    def _drops(
        self,
        nearby: NoveltyCheck,
        proposals: Sequence[Proposal],
        near: Sequence[Novelty] | None = None,
        verdicts: Mapping[str, JudgeVerdict] | None = None,
    ) -> list[Drop | None]:
        """Why each proposal falls; None where it stands. A pair stands or falls together."""
        near = near or nearby.compare([self._as_proposed(one) for one in proposals])
        drops = [self._drop(one, found, verdicts) for one, found in zip(proposals, near, strict=True)]
        pairs_by_key: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(proposals):
            if one.detail.get("kind") == "contrasts":
                pairs_by_key[one.group_key].append(i)
        pairs = [pair for pair in pairs_by_key.values() if len(pair) == 2]
        alike = nearby.similarity([(proposals[a].text, proposals[b].text) for a, b in pairs])
        for pair, cosine in zip(pairs, alike, strict=True):
            dropped_side = next((drops[i] for i in pair if drops[i]), None)
            reason = not_minimal_edit(cosine)
            for i in pair:
                if drops[i] is None and (dropped_side or reason):
                    why = (
                        f"the other side fell: {dropped_side.reason}"
                        if dropped_side
                        else f"cosine {cosine:.3f} between the sides"
                    )
                    drops[i] = Drop("other_side_fell" if dropped_side else reason, why)
        return drops

    def _drop(self, one: Proposal, found: Novelty, verdicts: Mapping[str, JudgeVerdict] | None) -> Drop | None:
        if one.label not in self.task.label_names:
            return Drop("unknown_label", f"{one.label!r} is no label of the task")
        if found.status == "leaks":
            return Drop("leakage", "it repeats a hold-out row, or nearly")
        if found.status in ("known", "repeats"):
            reason = "repeats_a_record" if found.near_label == one.label else "labeled_otherwise"
            where = f"record {found.near_id}" if found.near_id else "another proposal"
            return Drop(reason, f"{where} ({found.near_label}) says it: {found.near_text!r}")
        scrubbed = self.scrubber.scrub(canonical_text(one.text))
        if scrubbed.dropped or scrubbed.replaced:
            held = scrubbed.dropped or ", ".join(scrubbed.replaced)
            return Drop("private_data", f"it holds {held}")
        if one.detail.get("kind") == "contrasts" and verdicts is not None:
            verdict = verdicts.get(one.text)
            if verdict is None:
                return Drop("not_judged", "the judge gave no verdict that can be read")
            if verdict.label != one.label:
                return Drop("judge_disagrees", f"{verdict.label}: {verdict.why}")
        return None

    def _suspected_errors(
        self, identity: str, one: Proposal, found: Novelty, verdicts: Mapping[str, JudgeVerdict] | None
    ) -> list[SuspectedRecord]:
        suspected = []
        if found.other_label:
            why = f"Nearest is a record of {found.near_label} (cosine {found.similarity:.2f})."
            suspected.append(SuspectedRecord(identity, BY_SIMILARITY, why, (found.near_id,)))
        verdict = (verdicts or {}).get(one.text)
        if verdict is not None and verdict.label != one.label:
            suspected.append(SuspectedRecord(identity, self.judge, f"A judge that saw no label chose {verdict.label}."))
        return suspected

    def _add(
        self, rows: list[SourceRow], candidates: list[GeneratedCandidate], suspected: list[SuspectedRecord]
    ) -> None:
        content = json.dumps([[row.text, row.label, row.session, row.group] for row in rows], ensure_ascii=False)
        digest = hashlib.sha256(f"{self.run.id}\n{content}".encode()).hexdigest()
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
        found = "other commands rename and forget all the while"
        raise ServiceError(Problem(str(self.folder.root), found, "a moment of rest", "run it again; nothing is lost"))


def _after_screening(one: GeneratedCandidate, entered: Set[str]) -> GeneratedCandidate:
    """The fate of a candidate when screening has had its say too."""
    if one.outcome == "dropped" or one.record_id in entered:
        return one
    return replace(one, outcome="dropped", reason="screening")


def combined_result(results: Iterable[AddResult]) -> AddResult:
    """Several additions as one."""
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
