"""The work of one run: rounds of questions, answers read into proposals, and proposals judged before they enter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from generators import contrasts, writing
from generators.books import Books, Question, Stage
from generators.claude import outcome_of, text_of
from generators.judging import Verdict, questions, verdicts
from generators.plan import Region
from generators.proposals import Material, Proposal
from generators.question import Voice
from generators.writing import Asked, Need

Generator = Literal["examples", "ambiguous", "domain", "fixes", "regions", "contrasts", "negatives"]
End = Literal["done", "budget", "waiting", "dry"]
"""`waiting`: batches are under way. `dry`: what still comes does not survive."""
MOST_TURNS = 50
DRY_TURNS = 3
"""Rounds of which nothing survives, after which `until` ends."""
SURPLUS = 1.3
"""How many more queries than are missing a later round asks for: some will fall again."""
JUDGED_AT_ONCE = 20


@dataclass(frozen=True)
class Job:
    """What a run is to write."""

    generator: Generator
    needs: Sequence[Need] = ()
    pairs: Sequence[tuple[contrasts.Pair, int]] = ()
    regions: Sequence[tuple[Region, Sequence[str], int]] = ()
    """Regions with their texts, and how many queries each is to have."""
    size: int = 10
    """Queries to a request."""
    until: int | None = None
    """Go on until so many survived; None: one round."""
    judge: Voice | None = None
    """Who labels blind what was written. Contrasts are always judged."""

    @property
    def count(self) -> int:
        """Queries of one round; a pair is two."""
        pairs = 2 * sum(count for _, count in self.pairs)
        return sum(need.count for need in self.needs) + pairs + sum(count for *_, count in self.regions)

    def scaled(self, count: int) -> Job:
        """The same job for about `count` queries, spread as before; nothing gets none."""
        if count == self.count:
            return self
        share = count / max(self.count, 1)

        def part(own: int) -> int:
            return max(1, round(own * share))

        return replace(
            self,
            needs=[replace(need, count=part(need.count), cells=()) for need in self.needs],
            pairs=[(pair, part(own)) for pair, own in self.pairs],
            regions=[(region, texts, part(own)) for region, texts, own in self.regions],
        )


class Desk(Protocol):
    """The front door's side of the work: where proposals are held against the dataset, and where they enter."""

    def material(self) -> Material:
        """What writing starts from, as the dataset stands now."""

    def edits(self) -> Sequence[str]:
        """The differences that this run's contrasts turn on already."""

    def worth_judging(self, proposals: Sequence[Proposal]) -> Sequence[bool]:
        """Which proposals do not fall anyway."""

    def take_in(self, answered: Mapping[str, Sequence[Proposal]], opinions: Mapping[str, Verdict] | None) -> None:
        """Let proposals enter, by question; once, whoever calls it and how often."""

    def waiting(self, questions: Sequence[str]) -> Sequence[str]:
        """The questions of which nothing was taken in yet."""

    def kept(self) -> int:
        """Records of this run that survived."""


def work(job: Job, voice: Voice, books: Books, ask: Callable[[Sequence[Question]], End], desk: Desk) -> End:
    """Do a job, or go on with it: what was asked is not asked again, what entered does not enter again."""
    dry = 0
    for turn in range(MOST_TURNS):
        asked = books.planned("write", turn)
        if not asked:
            wanted = _wanted(job, turn, desk.kept())
            if wanted == 0:
                return "done"
            asked = books.plan("write", turn, write(job.scaled(wanted), voice, desk.material(), desk.edits(), turn))
        if not asked:
            return "done"
        before = desk.kept()
        end = _open(asked, books, ask)
        end = _take_in(job, asked, books, ask, desk, end)
        if end != "done":
            return end
        if job.until is None or desk.kept() >= job.until:
            return "done"
        dry = dry + 1 if desk.kept() == before else 0
        if dry >= DRY_TURNS:
            return "dry"
    return "dry"


def _wanted(job: Job, turn: int, kept: int) -> int:
    if job.until is None:
        return job.count if turn == 0 else 0
    missing = max(0, job.until - kept)
    return missing if turn == 0 else round(missing * SURPLUS)


def write(job: Job, voice: Voice, material: Material, edits: Sequence[str], turn: int) -> list[Asked]:
    """The questions of one round of a job."""
    if job.generator == "contrasts":
        return [
            one
            for pair, count in job.pairs
            for one in contrasts.for_pair(material, voice, pair, count, edits=edits, size=job.size // 2 or 1, turn=turn)
        ]
    if job.generator == "negatives":
        return [
            one
            for need in job.needs
            for one in writing.negatives(material, voice, need.label, need.count, size=job.size, turn=turn)
        ]
    labels = [
        one
        for need in job.needs
        for one in writing.for_label(material, voice, need, kind=job.generator, size=job.size, turn=turn)
    ]
    regions = [
        one
        for region, texts, count in job.regions
        for one in writing.for_region(material, voice, texts, count, size=job.size, turn=turn, name=region.id)
    ]
    return [*labels, *regions]


def proposals_of(question: Question, books: Books) -> list[Proposal] | None:
    """What the answer to a question proposes; None where none was received. A refusal proposes nothing."""
    message = books.answer(question.id)
    if message is None:
        return None
    if outcome_of(message) != "answered":
        return []
    about = json.loads(question.about)
    if about["kind"] == "contrasts":
        return contrasts.proposed(about, text_of(message), question.id)
    return writing.proposed(about, text_of(message))


def _open(asked: Sequence[Question], books: Books, ask: Callable[[Sequence[Question]], End]) -> End:
    """Ask what stands open."""
    ended = books.outcomes(asked)
    left = [question for question in asked if question.id not in ended]
    return ask(left) if left else "done"


def _take_in(
    job: Job,
    asked: Sequence[Question],
    books: Books,
    ask: Callable[[Sequence[Question]], End],
    desk: Desk,
    end: End,
) -> End:
    """Judge what was received and let it enter, also what was received before the budget ended."""
    waiting = set(desk.waiting([question.id for question in asked]))
    read = {question.id: proposals_of(question, books) for question in asked if question.id in waiting}
    answered = {identity: found for identity, found in read.items() if found is not None}
    if job.judge is None or not answered:
        desk.take_in(answered, None)
        return end
    texts = _worth_judging(answered, desk)
    opinions, judged = _judge(texts, job.judge, books, ask, desk.material())
    complete = {
        identity: found
        for identity, found in answered.items()
        if judged == "done" or all(one.text in opinions or one.text not in texts for one in found)
    }
    desk.take_in(complete, opinions)
    return end if end != "done" else judged


def _worth_judging(answered: Mapping[str, Sequence[Proposal]], desk: Desk) -> list[str]:
    every = [one for found in answered.values() for one in found]
    worth = desk.worth_judging(every)
    return list(dict.fromkeys(one.text for one, keep in zip(every, worth, strict=True) if keep))


def _judge(
    texts: Sequence[str],
    voice: Voice,
    books: Books,
    ask: Callable[[Sequence[Question]], End],
    material: Material,
) -> tuple[dict[str, Verdict], End]:
    """The verdict on every text that gets one: those that were given before, then rounds until none is open."""
    stage: Stage = "judge"
    opinions: dict[str, Verdict] = {}
    for number in range(MOST_TURNS):
        asked = books.planned(stage, number)
        if not asked:
            left = [text for text in texts if text not in opinions]
            if not left:
                return opinions, "done"
            key = f"{material.key}/{number}"
            asked = books.plan(stage, number, questions(material.task, voice, left, key=key, size=JUDGED_AT_ONCE))
            fresh = True
        else:
            fresh = False
        end = _open(asked, books, ask)
        found = _verdicts(asked, books, material.task.names)
        opinions |= found
        if end != "done":
            return opinions, end
        if fresh and not found:
            break  # the judge answers nothing that can be read: what is left goes unjudged
    return opinions, "done"


def _verdicts(asked: Sequence[Question], books: Books, labels: Sequence[str]) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for question in asked:
        message = books.answer(question.id)
        if message is not None and outcome_of(message) == "answered":
            found |= verdicts(json.loads(question.about), text_of(message), labels)
    return found
