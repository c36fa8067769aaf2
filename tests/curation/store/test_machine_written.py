"""No file makes a machine-written or refused row exportable again; only people and accepted lots do."""

from __future__ import annotations

import html
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.config.load import parse_task
from winnow.core.example import fold_key, record_id, repeat_key, repeat_key_with_markup
from winnow.core.markup import without_markup
from winnow.core.vocabulary import CandidateOutcome
from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.checks.eligibility import EXCLUDED, eligible_rows
from winnow.curation.ingest.add import add
from winnow.curation.ingest.add_options import AddOptions
from winnow.curation.ingest.retract import retract
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.curation.review.lots import draw_lots
from winnow.curation.store.database import Store, open_store
from winnow.curation.store.decisions import DecisionKey, insert_decision, last_decision_id
from winnow.curation.store.generation_runs import GeneratedCandidate, RunSpec, begin_run, write_candidates
from winnow.curation.store.label_renames import store_label_rename
from winnow.curation.store.lot_tables import insert_verdict, lot_members, lot_rows
from winnow.curation.store.machine_written import key_hash, machine_written
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.working_view import working_rows, working_table
from winnow.workspace import Workspace

TASK = parse_task("name: t\nkind: intents\nlabels: [{name: a}, {name: b}, {name: c}]\n")

AT = "2026-01-01T00:00:00+00:00"

BASES = ("reset my password", "where is order 15", "wo ist das büro", "cancel the café table")

FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: f"  {text} !",
    lambda text: text.replace(" ", "  ").replace("e", "e\u200b"),
    lambda text: unicodedata.normalize("NFD", text) + ".",
    lambda text: "".join(chr(ord(one) + 0xFEE0) if "a" <= one <= "z" else one for one in text),
    lambda text: text.replace(" ", "-", 1),
    lambda text: text.replace("é", "&eacute;").replace("ü", "&#252;").replace("e", "&#x65;", 1),
    lambda text: html.escape(f"<b>{text}</b>"),
    lambda text: f'<p class="q">{text.upper()}</p><br/>',
    lambda text: text.replace(" ", "<br>", 1) + "&nbsp;<!-- end -->",
)


@pytest.mark.parametrize("base", BASES)
def test_forms_of_a_text_share_the_repeat_key(base: str) -> None:
    assert len({repeat_key(fold_key(form(base))) for form in FORMS}) == 1


def test_a_character_that_is_not_shown_does_not_split_a_number() -> None:
    assert repeat_key(fold_key("order 1\u200b5")) == repeat_key(fold_key("order 15"))


@pytest.mark.parametrize(
    ("one", "other"), [("version 1.5", "version 15"), ("at 1 5", "at 15"), ("👍", "👎"), ("की", "का"), ("?", "!")]
)
def test_different_texts_keep_different_repeat_keys(one: str, other: str) -> None:
    assert repeat_key(fold_key(one)) != repeat_key(fold_key(other))


@pytest.mark.parametrize("text", ["the caf&eacute; is <b>shut</b>", "a &lt; b in python"])
def test_hashes_that_were_stored_with_html_still_count(make_workspace: Callable[..., Workspace], text: str) -> None:
    ws = make_workspace("a")
    human = "tea &amp; milk for <i>two</i>"
    ws.add(pd.DataFrame({"text": [human, *(f"human text {i}" for i in range(20))], "label": "a"}))
    former = [key_hash(repeat_key_with_markup(fold_key(one))) for one in (text, human)]
    candidates = [
        GeneratedCandidate(identity(one), hashed, "a", CandidateOutcome.DROPPED, "judge_disagrees")
        for one, hashed in zip((text, human), former, strict=True)
    ]
    with ws.store.writing() as connection:
        run = begin_run(connection, RunSpec("examples", "v1", "m", {}))
        write_candidates(connection, run.id, candidates)
        machine = machine_written(connection)
        assert [machine.repeats(fold_key(one)) for one in (text, human)] == [True, False]
    result = ws.add(pd.DataFrame({"text": [text, f"{text}!", human.upper()], "label": "a"}))
    assert any(note.startswith("2 rows repeat machine-written rows") for note in result.notes)
    states = ws.records().set_index("text")["state"]
    assert states[[text, f"{text}!", human.upper()]].tolist() == ["proposed", "proposed", "labeled"]
    ws.add(pd.DataFrame({"text": [without_markup(text)], "label": "a"}))
    assert ws.records().set_index("text").loc[without_markup(text), "state"] == "proposed"


def test_a_candidate_that_was_dropped_is_recognized_in_a_file(make_workspace: Callable[..., Workspace]) -> None:
    ws = make_workspace("a")
    people = [{"text": f"human text {i}", "label": "a"} for i in range(20)]
    ws.add(pd.DataFrame(people))
    texts = ["a bad proposal", "Human text 3."]
    candidates = [
        GeneratedCandidate(
            identity(text), key_hash(repeat_key(fold_key(text))), "a", CandidateOutcome.DROPPED, "judge_disagrees"
        )
        for text in texts
    ]
    with ws.store.writing() as connection:
        run = begin_run(connection, RunSpec("examples", "v1", "m", {}))
        write_candidates(connection, run.id, candidates)
    result = ws.add(pd.DataFrame({"text": ["A bad proposal!", "a bad proposal", "HUMAN TEXT 3"], "label": "a"}))
    assert [note for note in result.notes if "machine-written" in note] == [
        "2 rows repeat machine-written rows: their origin stays synthetic, and only people or lots decide their labels"
    ]
    table = ws.records().set_index("text")
    assert set(table.loc[["A bad proposal!", "a bad proposal"], "state"]) == {"proposed"}
    assert table.loc["HUMAN TEXT 3", ["state", "origin"]].tolist() == ["labeled", "human"]
    with ws.store.writing() as connection:
        draw_lots(connection, working_rows(connection), key="k", review=TASK.review)
        assert [lot.producer for lot in lot_rows(connection)] == [("examples", "v1", "m")]


@dataclass
class Shown:
    """One file that was added."""

    origin: str
    texts: tuple[str, ...]
    retracted: bool = False


@dataclass
class Sequel:
    """A workspace's database, what happened to it, and which rows may be exported after all that."""

    store: Store
    folder: Path
    shown: list[Shown] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Record to what the person last decided: a label, or `rejection`."""
    ruled: dict[str, str] = field(default_factory=dict)
    """Record to the verdict of its lot."""
    count: int = 0

    def add(self, origin: str, rows: Sequence[tuple[int, int, str | None]], again: int | None) -> None:
        """Add a file. `again` repeats the texts of an earlier file under this origin, with other labels."""
        texts = [FORMS[form](BASES[base]).strip() for base, form, _ in rows]
        labels = [label for *_, label in rows]
        if again is not None and self.shown:
            texts = list(self.shown[again % len(self.shown)].texts)
            labels = [labels[i % len(labels)] for i in range(len(texts))]
        self.count += 1
        listed = [SourceRow(i, {"text": t}, label) for i, (t, label) in enumerate(zip(texts, labels, strict=True), 1)]
        reading = SourceRows(f"{self.count}.jsonl", f"{self.count:012d}", Columns(), listed, [])
        batch = GenerationBatch("g", "examples", "v1", "m") if origin == "synthetic" else None
        options = AddOptions(origin=origin, license="own", batch=batch)
        result = add(self.store, TASK, [reading], options, SCRUBBER, dropped_dir=self.folder / "dropped")
        assert result.dropped == 0
        self.shown.append(Shown(origin, tuple(texts)))
        self.sources += result.sources

    def retract(self, which: int) -> None:
        if self.sources:
            retract(self.store, self.sources[which % len(self.sources)], why="")
            self.shown[which % len(self.sources)].retracted = True

    def rule(self, verdict: str) -> None:
        """Draw the lots and decide those that are undecided."""
        with self.store.writing() as connection:
            draw_lots(connection, working_rows(connection), key="k", review=TASK.review)
            members = lot_members(connection)
            for lot in lot_rows(connection):
                if not {record for record, _ in members[lot.id]} & self.ruled.keys():
                    insert_verdict(connection, lot.id, verdict, {"fully_inspected_labels": []}, at=AT)
                    self.ruled |= {record: verdict for record, _ in members[lot.id]}

    def say(self, base: int, form: int, value: str) -> None:
        """A person decides about a record that is there."""
        record = identity(FORMS[form](BASES[base]).strip())
        if record in {identity(text) for one in self.shown for text in one.texts}:
            kind = "rejection" if value == "rejection" else "label"
            key = DecisionKey(record, "person", "ann", kind, value)
            self.count += 1
            with self.store.writing() as connection:
                insert_decision(connection, key, turn=self.count, why="", at=AT)
            self.said[record] = value

    def rename(self, old: str, new: str) -> None:
        with self.store.writing() as connection:
            renamed = LabelRename(old, new, last_decision_id(connection))
            store_label_rename(connection, renamed, why="", at=AT)

    def exported(self) -> dict[str, tuple[str, str]]:
        """Text to origin and who decided, of every row that may be exported."""
        with self.store.reading() as connection:
            table = eligible_rows(working_table(connection))
        kept = table[table["split"] != EXCLUDED]
        return {text: (o, by) for text, o, by in zip(kept["text"], kept["origin"], kept["decided_by"], strict=True)}

    def forbidden(self, text: str) -> bool:
        """Whether a machine wrote this text, or a lot or a person refused it, and nothing has accepted it since."""
        record = identity(text)
        if record in self.said:
            return self.said[record] == "rejection"
        if self.first(text, machine=True, form=False) < self.first(text, machine=False, form=True):
            refused = [one for one in KNOWN_FORMS if base_of(one) == base_of(text) and self.refused(one)]
            return bool(refused) or (self.generated(text) and self.ruled.get(record) != "accepted")
        return self.generated(text)

    def first(self, text: str, *, machine: bool, form: bool) -> int:
        """The first file of a machine, or the first unretracted other one, with a text in this or any form."""
        for number, one in enumerate(self.shown):
            if (one.origin == "synthetic") == machine and (machine or not one.retracted):
                same = (identity(text) == identity(t) if form else base_of(text) == base_of(t) for t in one.texts)
                if any(same):
                    return number
        return len(self.shown)

    def generated(self, text: str) -> bool:
        """Whether a machine wrote this form, or the text in any form, before any file did."""
        return any(
            self.first(text, machine=True, form=form) < self.first(text, machine=False, form=form)
            for form in (True, False)
        )

    def refused(self, text: str) -> bool:
        """Whether a lot or a person refused this form of a text that a machine wrote."""
        record = identity(text)
        by_person = self.said.get(record) == "rejection" and self.generated(text)
        return by_person or self.ruled.get(record) == "refused"


def identity(text: str) -> str:
    return record_id("intents", text)


def base_of(text: str) -> int:
    """Which text this is a form of."""
    return KNOWN_FORMS[text]


KNOWN_FORMS = {form(base).strip(): number for number, base in enumerate(BASES) for form in FORMS}
KNOWN_FORMS |= {unicodedata.normalize("NFC", text): number for text, number in KNOWN_FORMS.items()}

SCRUBBER = Scrubber(policy=DEFAULT_POLICY, key=b"k")

LABELS = st.sampled_from(["a", "b", None])
FILE_ROWS = st.lists(
    st.tuples(st.integers(0, len(BASES) - 1), st.integers(0, len(FORMS) - 1), LABELS),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[:2],
)
ORIGINS = st.sampled_from(["synthetic", "synthetic", "human", "human", "log", "public"])
STEPS = st.one_of(
    st.tuples(st.just("add"), ORIGINS, FILE_ROWS, st.none() | st.integers(0, 9)),
    st.tuples(st.just("add"), ORIGINS, FILE_ROWS, st.integers(0, 9)),
    st.tuples(st.just("retract"), st.integers(0, 9)),
    st.tuples(st.just("rule"), st.sampled_from(["accepted", "refused"])),
    st.tuples(st.just("say"), st.integers(0, 3), st.integers(0, 6), st.sampled_from(["a", "rejection"])),
    st.tuples(st.just("rename"), st.sampled_from("ab"), st.just("c")),
)


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "winnow.db"
    open_store(path)
    return path


STEPS_IN_A_ROW = st.lists(STEPS, min_size=3, max_size=12)


@settings(max_examples=50, deadline=None)
@given(steps=STEPS_IN_A_ROW)
def test_no_sequence_exports_what_a_machine_wrote_and_nobody_accepted(
    steps: list[tuple[Any, ...]], empty_database: Path
) -> None:
    check_sequence(steps, empty_database)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(steps=STEPS_IN_A_ROW)
def test_none_of_a_thousand_sequences_does(steps: list[tuple[Any, ...]], empty_database: Path) -> None:
    check_sequence(steps, empty_database)


def check_sequence(steps: list[tuple[Any, ...]], empty_database: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "winnow.db"
        shutil.copy(empty_database, path)
        sequel = Sequel(open_store(path), Path(folder))
        for name, *details in steps:
            getattr(sequel, name)(*details)
            exported = sequel.exported()
            assert [text for text in exported if sequel.forbidden(text)] == []


def human(*forms: int) -> tuple[Any, ...]:
    """Add a file of a person with these forms of one text."""
    return "add", "human", [(0, form, "a") for form in forms], None


def synthetic(*forms: int) -> tuple[Any, ...]:
    """Add a file of a machine with these forms of the same text."""
    return "add", "synthetic", [(0, form, "a") for form in forms], None


ACCEPTED, REFUSED = ("rule", "accepted"), ("rule", "refused")


@pytest.mark.parametrize(
    ("steps", "exported_forms"),
    [
        ([human(0), synthetic(0)], {0}),
        ([synthetic(0), human(0)], set()),
        ([synthetic(0), human(1, 2, 3, 4, 5, 6)], set()),
        ([synthetic(0), ("retract", 0), human(0, 1)], set()),
        ([human(0), synthetic(0), ("retract", 0), human(0)], set()),
        ([human(0), ("retract", 0), synthetic(0), human(0)], set()),
        ([human(0), synthetic(1), human(1)], {0}),
        ([human(0), synthetic(1), human(2)], {0, 2}),
        ([human(0), synthetic(1), REFUSED, human(2)], {0}),
        ([synthetic(0), ACCEPTED, human(1)], {0}),
        ([synthetic(0), REFUSED, human(0, 1), ("say", 0, 1, "a")], {1}),
        ([synthetic(0), ("say", 0, 0, "rejection"), synthetic(1), ACCEPTED], set()),
        ([synthetic(0), ("rename", "a", "c"), human(0), REFUSED, ("retract", 0), synthetic(1), ACCEPTED], set()),
    ],
)
def test_each_rule_decides_on_its_own(
    steps: list[tuple[Any, ...]], exported_forms: set[int], empty_database: Path, tmp_path: Path
) -> None:
    shutil.copy(empty_database, tmp_path / "winnow.db")
    sequel = Sequel(open_store(tmp_path / "winnow.db"), tmp_path)
    for name, *details in steps:
        getattr(sequel, name)(*details)
    assert set(sequel.exported()) == {FORMS[form](BASES[0]).strip() for form in exported_forms}


def test_a_forgotten_machine_written_row_is_recognized_in_later_files(make_workspace: Callable[..., Workspace]) -> None:
    ws = make_workspace("a")
    batch = GenerationBatch("g", "examples", "v1", "m")
    texts = ["a text of a model", "another one of its kind"]
    ws.add(pd.DataFrame({"text": texts, "label": "a"}), origin="synthetic", license="own", batch=batch)
    for text in texts:
        ws.forget(identity(text))
    ws.add(pd.DataFrame({"text": [text.upper() + "!" for text in texts], "label": "a", "split": "test"}), license="own")
    table = ws.records()
    assert (len(table), set(table["state"]), set(table["origin"])) == (2, {"proposed"}, {"synthetic"})
    assert set(table["assigned_split"]) == {"train"}
