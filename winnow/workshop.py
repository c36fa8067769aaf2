"""The workshop: where proposals are held against the dataset, and where those that stand enter it."""

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

from curation.add import TRIES, Addition, AddResult, Meanwhile
from curation.add import add as add_readings
from curation.folder import Folder
from curation.generation import candidates as c
from curation.generation.runs import NOT_BEGUN, Run
from curation.intake import Batch
from curation.lots import proposals as proposed_labels
from curation.nearby import Found, Nearby, Proposed
from curation.private import Scrubber
from curation.reading import Columns, Reading
from curation.reading.source import Row
from curation.records import canonical_text, record_id
from curation.store import Store
from curation.task import Task
from curation.working import working_rows
from generators.contrasts import unlike_an_edit
from generators.judging import Verdict
from generators.proposals import Material, Proposal
from generators.task import Seed, TaskBrief, brief_of
from validators.diversity import mean_distance
from validators.faults import Fault, ServiceError
from validators.screening import Drop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curation.check import Check
    from curation.embed import Embedder

LICENCE = "own"
"""Whoever generates owns what is generated."""
NEAREST = 16
"""Texts that stand nearby from which a prompt takes its own."""
BY_NEARNESS = "nearness"
FEWEST = 10
"""Texts below which nothing is said of their diversity."""
LEAST_SPREAD = 0.9
"""Of the mean cosine distance among people's records: what a batch needs not to be called less diverse."""


@dataclass
class Workshop:
    """One run's work on one workspace. It remembers what it added."""

    folder: Folder
    store: Store
    task: Task
    embedder: Embedder
    scrubber: Scrubber
    check: Callable[[], Check]
    """The selection of the moment: few-shot seeds come from its train rows."""
    run: Run = NOT_BEGUN
    judge: str = ""
    """The judge's model, where there is one."""
    added: list[AddResult] = field(default_factory=list)
    suspects: int = 0
    new_texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What this run added, by label."""

    @property
    def brief(self) -> TaskBrief:
        """The task as prompts show it."""
        return brief_of(self.task)

    @cached_property
    def seeds(self) -> list[Seed]:
        """The rows of train that people wrote or chose, as a release would hold them now, in the order of their ids."""
        train = self.check().train
        real = train[train["origin"] != "synthetic"]
        columns = (real[name] for name in ("id", "text", "label", "family"))
        return [Seed(*map(str, row)) for row in zip(*columns, strict=True)]

    def material(self) -> Material:
        """What writing starts from, as the dataset stands now."""
        by_label: dict[str, list[Seed]] = defaultdict(list)
        for seed in self.seeds:
            by_label[seed.label].append(seed)
        nearby = self.nearby()

        def near(label: str, texts: Sequence[str]) -> Sequence[str]:
            return nearby.nearest_texts(label, texts, NEAREST)

        return Material(self.brief, by_label, near, self.run.id)

    def nearby(self) -> Nearby:
        """The records of this moment; synthetic ones with the label that was proposed for them."""
        with self.store.reading() as connection:
            rows = working_rows(connection)
            proposed = proposed_labels(connection)
        live = [row for row in rows if row["state"] not in ("superseded", "rejected")]
        for row in live:
            if row["state"] == "proposed":
                row["label"] = proposed[row["id"]][1] if row["id"] in proposed else ""
        return Nearby(live, self.task, self.embedder, self.folder.vectors)

    def labeled(self) -> Counter[str]:
        """Records of each label, proposed ones among them."""
        return Counter(row["label"] for row in self.nearby().rows if row["label"])

    def refusals(self, proposals: Sequence[Proposal]) -> list[str | None]:
        """Why each proposal would fall, as a word; None where it would stand."""
        return [drop.reason if drop else None for drop in self._drops(self.nearby(), proposals)]

    def edits(self) -> Sequence[str]:
        """The differences that this run's contrasts turn on already."""
        with self.store.reading() as connection:
            details = c.details(connection, self.run.id)
        return list(dict.fromkeys(detail["edit"] for detail in details if "edit" in detail))

    def waiting(self, questions: Sequence[str]) -> Sequence[str]:
        """The questions of which nothing was taken in yet."""
        with self.store.reading() as connection:
            done = c.taken_in(connection, self.run.id)
        return [question for question in questions if question not in done]

    def kept(self) -> int:
        """Records of this run that survived."""
        with self.store.reading() as connection:
            return c.fates(connection, self.run.id)["kept"]

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals do not fall anyway, so that no judge is paid for the others."""
        drops = self._drops(self.nearby(), proposals)
        return [drop is None for drop in drops]

    def take_in(self, answered: Mapping[str, Sequence[Proposal]], opinions: Mapping[str, Verdict] | None) -> None:
        """Let proposals enter by question, once: another process of the same run waits, and finds them entered."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            waiting = set(self.waiting(list(answered)))
            listed = [(question, one) for question, found in answered.items() if question in waiting for one in found]
            self._enter([one for _, one in listed], [question for question, _ in listed], opinions)

    def enter(self, proposals: Sequence[Proposal]) -> None:
        """Let proposals of a rule enter; what entered before is known."""
        with FileLock(self.folder.state / f"{self.run.id}.lock"):
            self._enter(proposals, [None] * len(proposals), None)

    def _enter(
        self,
        proposals: Sequence[Proposal],
        questions: Sequence[str | None],
        opinions: Mapping[str, Verdict] | None,
    ) -> None:
        if not proposals:
            return
        nearby = self.nearby()
        near = nearby.look([self._placed(one) for one in proposals])
        drops = self._drops(nearby, proposals, near, opinions)
        ids = [record_id(self.task.kind, canonical_text(one.text)) for one in proposals]
        rows = [
            Row(
                i + 1,
                one.text,
                one.label,
                session=one.kin or None,
                fault=drop,
                family=self._families.get(one.seed),
            )
            for i, (one, drop) in enumerate(zip(proposals, drops, strict=True))
        ]
        fates = [
            c.Candidate(
                identity,
                one.label,
                "dropped" if drop else "kept",
                drop.reason if drop else "",
                one.detail,
                question,
            )
            for identity, one, drop, question in zip(ids, proposals, drops, questions, strict=True)
        ]
        standing = [i for i, drop in enumerate(drops) if drop is None]
        suspected = [s for i in standing for s in self._suspicions(ids[i], proposals[i], near[i], opinions)]
        self._add(rows, fates, suspected)
        for i in standing:
            self.new_texts[proposals[i].label].append(proposals[i].text)

    @cached_property
    def _families(self) -> dict[str, str]:
        return {seed.id: seed.family for seed in self.seeds}

    def _placed(self, one: Proposal) -> Proposed:
        return Proposed(one.text, one.label, self._families.get(one.seed) or one.kin)

    def _drops(
        self,
        nearby: Nearby,
        proposals: Sequence[Proposal],
        near: Sequence[Found] | None = None,
        opinions: Mapping[str, Verdict] | None = None,
    ) -> list[Drop | None]:
        """Why each proposal falls; None where it stands. A pair stands or falls together."""
        near = near or nearby.look([self._placed(one) for one in proposals])
        drops = [self._drop(one, found, opinions) for one, found in zip(proposals, near, strict=True)]
        sides: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(proposals):
            if one.detail.get("kind") == "contrasts":
                sides[one.kin].append(i)
        pairs = [pair for pair in sides.values() if len(pair) == 2]
        alike = nearby.similarity([(proposals[a].text, proposals[b].text) for a, b in pairs])
        for pair, cosine in zip(pairs, alike, strict=True):
            fell = next((drops[i] for i in pair if drops[i]), None)
            reason = unlike_an_edit(cosine)
            for i in pair:
                if drops[i] is None and (fell or reason):
                    why = f"the other side fell: {fell.reason}" if fell else f"cosine {cosine:.3f} between the sides"
                    drops[i] = Drop("other_side_fell" if fell else reason, why)
        return drops

    def _drop(self, one: Proposal, found: Found, opinions: Mapping[str, Verdict] | None) -> Drop | None:
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
        if one.detail.get("kind") == "contrasts" and opinions is not None:
            verdict = opinions.get(one.text)
            if verdict is None:
                return Drop("not_judged", "the judge gave no verdict that can be read")
            if verdict.label != one.label:
                return Drop("judge_disagrees", f"{verdict.label}: {verdict.why}")
        return None

    def _suspicions(
        self, identity: str, one: Proposal, found: Found, opinions: Mapping[str, Verdict] | None
    ) -> list[c.Suspicion]:
        suspected = []
        if found.other_label:
            why = f"Nearest is a record of {found.near_label} (cosine {found.similarity:.2f})."
            suspected.append(c.Suspicion(identity, BY_NEARNESS, why, (found.near_id,)))
        verdict = (opinions or {}).get(one.text)
        if verdict is not None and verdict.label != one.label:
            suspected.append(c.Suspicion(identity, self.judge, f"A judge that saw no label chose {verdict.label}."))
        return suspected

    def _add(self, rows: list[Row], fates: list[c.Candidate], suspected: list[c.Suspicion]) -> None:
        content = json.dumps([[row.text, row.label, row.session, row.family] for row in rows], ensure_ascii=False)
        digest = hashlib.sha256(f"{self.run.id}\n{content}".encode()).hexdigest()
        batch = Batch(self.run.id, self.run.generator, self.run.prompt_version, self.run.model)
        addition = Addition(origin="synthetic", licence=LICENCE, batch=batch)
        name = f"{self.run.id}-{digest[:6]}.jsonl"

        def also(connection: Connection, entered: Set[str]) -> None:
            c.write_candidates(connection, self.run.id, [_after_screening(one, entered) for one in fates])
            c.write_suspicions(connection, [one for one in suspected if one.record_id in entered])

        for _ in range(TRIES):
            reading = Reading(name, digest, Columns(), rows, [])
            try:
                self.added.append(
                    add_readings(
                        self.store,
                        self.task,
                        [reading],
                        addition,
                        self.scrubber,
                        dropped_dir=self.folder.dropped,
                        also=also,
                    )
                )
            except Meanwhile:
                continue
            self.suspects += len({s.record_id for s in suspected})
            return
        found = "other commands rename and forget all the while"
        raise ServiceError(Fault(str(self.folder.root), found, "a moment of rest", "run it again; nothing is lost"))


def _after_screening(one: c.Candidate, entered: Set[str]) -> c.Candidate:
    """The fate of a candidate when screening has had its say too."""
    if one.outcome == "dropped" or one.record_id in entered:
        return one
    return replace(one, outcome="dropped", reason="screening")


def less_diverse(shop: Workshop) -> list[str]:
    """Labels of which this command's new records are less various than as many of people's."""
    human: dict[str, list[str]] = defaultdict(list)
    for seed in shop.seeds if shop.new_texts else ():
        human[seed.label].append(seed.text)
    nearby = Nearby((), shop.task, shop.embedder, shop.folder.vectors)
    found = []
    for label, texts in sorted(shop.new_texts.items()):
        equal = min(len(texts), len(human[label]))
        if equal < FEWEST:
            continue
        own, real = texts[:equal], human[label][:equal]
        if mean_distance(nearby.vectors(own)) < LEAST_SPREAD * mean_distance(nearby.vectors(real)):
            found.append(label)
    return found


def total(results: Iterable[AddResult]) -> AddResult:
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
