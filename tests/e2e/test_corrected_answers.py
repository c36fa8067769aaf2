"""Corrected answers over a long life: whatever is added, retracted or forgotten, the same records count."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.dialogues import dialogue, dialogue_id, tools_workspace
from tests.support.files import write_jsonl
from tests.support.processes import ROUNDS, stored_rows

QUESTIONS = ("Weather in Rome?", "Weather in Bonn?")

CITIES = ("Rome", "Oslo", "Bonn", "Lima", "Riga", "Kyiv", "Bern", "Cork")


@dataclass
class Source:
    """A file that was added, with what was kept of it."""

    live: bool = True
    kept: set[str] = field(default_factory=set)
    corrects: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Model:
    """What the workspace must hold, worked out without it but for the splits, which are drawn."""

    sources: dict[str, Source] = field(default_factory=dict)
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    group: dict[str, str] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    question: dict[str, str] = field(default_factory=dict)

    def corrections(self) -> set[tuple[str, str]]:
        return {pair for one in self.sources.values() if one.live for pair in one.corrects}

    def live(self) -> set[str]:
        return {record for one in self.sources.values() if one.live for record in one.kept} - self.forgotten

    def corrected(self) -> set[str]:
        return {old for _, old in self.corrections()} & self.live()

    def superseded(self) -> set[str]:
        return (self.group.keys() - self.forgotten - self.live()) | self.corrected()

    def add(self, name: str, split: dict[str, str]) -> int:
        """The rows of a file are kept or dropped; returns how many are dropped."""
        rows = [(dialogue_id(row), row.get("supersedes")) for row in self.rows[name]]
        self.question |= {
            one: str(row["messages"][0]["content"])  # type: ignore[index]
            for (one, _), row in zip(rows, self.rows[name], strict=True)
        }
        kept = [
            (new, None if new in self.group and old in self.forgotten else old)
            for new, old in rows
            if new not in self.forgotten
        ]
        while True:
            known = (self.group.keys() | {new for new, _ in kept}) - self.forgotten
            valid = [(new, old) for new, old in kept if old is None or self._fits(new, str(old), known, split)]
            if valid == kept:
                around = _in_circles(self.corrections() | {(new, str(old)) for new, old in kept if old})
                valid = [(new, old) for new, old in kept if (new, old) not in around]
            if valid == kept:
                break
            kept = valid
        pairs = {(new, str(old)) for new, old in kept if old}
        for new, _ in kept:
            self.group.setdefault(new, "")
        while open_ones := sorted(record for record in self.group if not self.group[record]):
            for record in open_ones:
                older = min((old for new, old in pairs if new == record), default="")
                self.group[record] = self.group[older] if older else record
        source = self.sources.get(name)
        if source is None or not source.live:
            source = self.sources[name] = Source()
        source.kept |= {new for new, _ in kept}
        source.corrects |= pairs
        return len(rows) - len(kept)

    def _fits(self, new: str, old: str, known: set[str], split: dict[str, str]) -> bool:
        moves = split.get(old, "train") != "train" and split.get(new, split.get(old)) != split.get(old)
        return old in known and old != new and self.question[new] == self.question[old] and not moves

    def forget(self, record: str) -> None:
        older = {old for new, old in self.corrections() if new == record}
        for source in self.sources.values():
            joined = {(new, old) for new, middle in source.corrects if middle == record for old in older}
            source.corrects = {pair for pair in source.corrects | joined if record not in pair}
        self.forgotten.add(record)


def _in_circles(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs on a circle: those from which a walk comes back."""
    after: dict[str, set[str]] = defaultdict(set)
    for new, old in pairs:
        after[new].add(old)
    for middle in sorted(after):
        for first in sorted(after):
            if middle in after[first]:
                after[first] |= after[middle]
    return {(new, old) for new, old in pairs if new in after.get(old, set())}


class Life:
    """A workspace, the model of it, and what is done to both."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.workspace = tools_workspace(folder / "ws")
        self.folder, self.chance, self.model = folder, random.Random(seed), Model()
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        model, files = self.model, sorted(self.model.sources)
        live = [name for name in files if model.sources[name].live]
        candidates = sorted(model.group.keys() - model.forgotten)
        action = self.chance.choices(("add", "again", "retract", "forget"), (6, 3, 2, 1))[0]
        if action == "add" or not live or not candidates:
            action, name = "add", f"f{len(model.rows)}.jsonl"
            model.rows[name] = [self.row(index) for index in range(self.chance.randint(1, 4))]
            self.add(write_jsonl(self.folder / name, model.rows[name]))
        elif action == "again":
            self.add(self.folder / self.chance.choice(files))
        elif action == "retract":
            name = self.chance.choice(live)
            before = model.corrected()
            model.sources[name].live = False
            result = self.workspace.retract(name)
            assert result.count_again == len((before & model.live()) - model.corrected())
        else:
            record = self.chance.choice(candidates)
            before = model.corrected()
            model.forget(record)
            again = before - model.corrected() - {record}
            assert self.workspace.forget(record).count_again == sorted(again)
        self.done[action] += 1
        self.check()

    def row(self, index: int) -> dict[str, object]:
        """A dialogue that corrects nothing, mostly a record with its question, or any one, known or not."""
        question = self.chance.choice(QUESTIONS)
        named = [dialogue_id(dialogue(question, city, result=f"at {city}")) for city in CITIES]
        known = sorted(self.model.group) or named
        alike = [one for one in known if self.model.question.get(one) == question] or named
        older = self.chance.choice([None, None, *self.chance.choices(alike, k=4), *self.chance.choices(named + known)])
        city = self.chance.choice(CITIES)
        return dialogue(question, city, result=f"at {city}", supersedes=older)

    def add(self, path: Path) -> None:
        table = self.workspace.records()
        split = dict(zip(table["id"], table["assigned_split"], strict=True))
        before = {old for _, old in self.model.corrections()}
        dropped = self.model.add(path.name, split)
        newly = len(self.model.corrected() - before) if self.model.sources[path.name].corrects else 0
        for preview in (True, False):
            result = self.workspace.add(path, dry_run=preview)
            assert (result.dropped, result.superseded) == (dropped, newly), result.reasons
        assert self.workspace.add(path).superseded == 0

    def check(self) -> None:
        """The records that count, their groups and splits, and what the tables refer to."""
        stored_rows(self.workspace.folder.root)
        model, table = self.model, self.workspace.records()
        assert set(table["id"]) == model.group.keys() - model.forgotten
        assert set(table.loc[table["state"] == "superseded", "id"]) == model.superseded() - model.forgotten
        assert dict(zip(table["id"], table["group"], strict=True)).items() <= model.group.items()
        assert all(count == 1 for count in table.groupby("group")["assigned_split"].nunique())
        by = {(new, old) for old, found in zip(table["id"], table["superseded_by"], strict=True) for new in found}
        assert by == model.corrections()
        assert self.workspace.status().corrected == len(model.corrected())


def corrected_life(folder: Path, steps: int, seed: int) -> Counter[str]:
    life = Life(folder, seed)
    for _ in range(steps):
        life.step()
    return life.done


def test_the_same_records_count_as_in_a_model_of_the_rules(tmp_path: Path) -> None:
    done = corrected_life(tmp_path, 30, seed=20)
    assert set(done) == {"add", "again", "retract", "forget"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_the_same_records_count_as_in_a_model_of_the_rules_for_long(tmp_path: Path, seed: int) -> None:
    corrected_life(tmp_path, 4 * ROUNDS, seed=100 + seed)
