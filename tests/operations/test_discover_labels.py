"""A first taxonomy from queries without labels: what is suggested, what is never read, and what accepting changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

import winnow
from tests.support.build_once import build_once
from tests.support.files import write_jsonl
from tests.support.unlabeled_queries import OTHERS, QUERIES, TOPICS, topics_of
from winnow.config.taxonomy import TAXONOMY_FILE, Taxonomy, read_taxonomy
from winnow.core.errors import WinnowError
from winnow.operations.discover import discover_in_file

PRIVATE = "my parcel has not arrived, write to ann.smith@acme-mail.org"
HELD_OUT = ("my parcel is lost in the test split", "the parcel of the test split is open")


@pytest.fixture(scope="session")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with traffic and a workspace with suggestions; tests copy it before they change it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        rows = [
            {"text": query, "split": "train"} for query in (*QUERIES, *QUERIES[:8] * 3, "Where is my PARCEL", PRIVATE)
        ]
        rows += [{"text": query, "split": "test"} for query in HELD_OUT]
        write_jsonl(folder / "traffic.jsonl", rows)
        winnow.init(folder / "router", from_file=folder / "traffic.jsonl", discover=True)

    return build_once(tmp_path_factory, "discovered", make)


@pytest.fixture
def folder(discovered: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(discovered, tmp_path / "copy"))


def suggested(folder: Path) -> Taxonomy:
    return read_taxonomy(folder / "router" / TAXONOMY_FILE, [])


def edit(folder: Path, **names: str) -> Path:
    """Accept each suggestion under the name of its topic; `names` maps a topic to another name."""
    file = folder / "router" / TAXONOMY_FILE
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    for one in raw["suggestions"]:
        (topic, *_) = topics_of(tuple(one["examples"]))
        one |= {"name": names.get(topic, topic), "accept": True}
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return file


def test_each_topic_is_suggested_and_what_belongs_nowhere_is_stated(discovered: Path) -> None:
    found = suggested(discovered)
    topics = [topics_of(one.examples) for one in found.suggestions]
    assert all(len(one) == 1 for one in topics)
    assert set.union(*topics) == set(TOPICS)
    assert all(one.found and topic <= {*one.found.words} for one, topic in zip(found.suggestions, topics, strict=True))
    assert not any(one.accept or one.merge_with for one in found.suggestions)
    assert len({one.name for one in found.suggestions}) == len(found.suggestions)
    assigned = sum(one.found.queries for one in found.suggestions if one.found)
    assert found.unassigned == pytest.approx(1 - assigned / found.queries, abs=1e-4)
    assert found.unassigned == pytest.approx(len(OTHERS) / found.queries, abs=1e-3)


def test_repeats_weigh_once_and_count_as_often_as_they_were_asked(discovered: Path) -> None:
    found = suggested(discovered)
    assert found.queries == len(QUERIES) + 8 * 3 + 2
    assert found.distinct <= len(QUERIES) + 1
    (parcel,) = (one.found for one in found.suggestions if topics_of(one.examples) == {"parcel"})
    assert parcel
    assert parcel.queries >= 4 * parcel.distinct - 4 > 16


def test_private_data_and_the_hold_out_are_nowhere_in_the_file(discovered: Path) -> None:
    text = (discovered / "router" / TAXONOMY_FILE).read_text(encoding="utf-8")
    assert "acme-mail" not in text
    assert "test split" not in text


def test_the_same_queries_give_the_same_file(discovered: Path, tmp_path: Path) -> None:
    again = winnow.init(tmp_path / "router", from_file=discovered / "traffic.jsonl")
    again.add(discovered / "traffic.jsonl")
    found = again.discover(dry_run=True)
    assert not (tmp_path / "router" / TAXONOMY_FILE).exists()
    assert any("in validation or test" in note for note in found.notes)
    train = again.records().query("assigned_split == 'train'")
    assert found.taxonomy.distinct <= len(train)
    assert again.discover().taxonomy == found.taxonomy
    with pytest.raises(WinnowError, match=r"taxonomy\.yaml: the file already exists"):
        again.discover()


def test_accepting_makes_labels_and_labels_no_query(folder: Path) -> None:
    workspace = winnow.open(folder / "router")
    with pytest.raises(WinnowError, match=r"none of \d suggestions is accepted"):
        workspace.accept(TAXONOMY_FILE)
    edit(folder, vacation="parcel")
    before = workspace.folder.task_file.read_text(encoding="utf-8")
    assert workspace.accept(TAXONOMY_FILE, dry_run=True).written is False
    assert workspace.folder.task_file.read_text(encoding="utf-8") == before
    result = workspace.accept(TAXONOMY_FILE)
    assert {one.name for one in result.labels} == {"parcel", "password", "invoice"}
    assert result.next == f"winnow add {suggested(folder).source}"
    assert Path(suggested(folder).source).name == "traffic.jsonl"
    examples = {label.name: label.examples for label in workspace.task.labels}
    assert topics_of(tuple(examples["parcel"])) == {"parcel", "vacation"}
    workspace.add(folder / "traffic.jsonl")
    status = workspace.status()
    assert (status.by_state["unlabeled"], status.by_state["labeled"]) == (len(workspace.records()), 0)
    assert status.next == "winnow serve --background, then winnow push label"
    again = workspace.accept(TAXONOMY_FILE)
    assert (again.labels, again.written, {*again.known}) == ((), False, {"parcel", "password", "invoice"})
    assert again.next == status.next


def test_names_that_look_alike_are_said(folder: Path) -> None:
    edit(folder, vacation="Parcel")
    advice = winnow.open(folder / "router").accept(TAXONOMY_FILE).advice
    assert [one.fix for one in advice] in (
        ["`winnow rename Parcel parcel --yes`"],
        ["`winnow rename parcel Parcel --yes`"],
    )


def test_without_labels_the_next_step_is_the_suggestions(folder: Path) -> None:
    workspace = winnow.open(folder / "router")
    workspace.add(folder / "traffic.jsonl")
    assert workspace.status().next == "winnow accept taxonomy.yaml"
    (folder / "router" / TAXONOMY_FILE).unlink()
    assert workspace.status().next == "winnow discover"


def test_a_file_with_labels_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "labeled.jsonl", [{"text": q, "label": "ab"[i % 2]} for i, q in enumerate(QUERIES)])
    with pytest.raises(
        WinnowError, match=r"labeled\.jsonl has 2 labels in the column 'label'.*Columns\(label='none'\)"
    ):
        winnow.init(tmp_path / "router", from_file=file, discover=True)
    with pytest.raises(WinnowError, match=r"no file with queries"):
        winnow.init(tmp_path / "router", discover=True)
    with pytest.raises(WinnowError, match=r"dialogues, whose labels are the tools"):
        winnow.init(tmp_path / "router", from_file=file, template="tools", discover=True)
    assert not (tmp_path / "router").exists()


def test_texts_that_the_embedder_cannot_read_are_in_no_suggestion_and_are_counted(tmp_path: Path) -> None:
    texts = [
        f"打开{room}的{thing}" for room in ("卧室", "客厅", "厨房", "车库") for thing in ("灯", "窗", "门", "空调")
    ]
    file = write_jsonl(tmp_path / "zh.jsonl", [{"text": text} for text in texts])
    described = winnow.describe_file(file)
    assert described.embedder
    assert described.embedder.unreadable == 16
    found = discover_in_file(tmp_path / "router", file, described, dry_run=True)
    assert (found.taxonomy.suggestions, found.taxonomy.unassigned) == ((), 1)
    assert not (tmp_path / "router").exists()
    workspace = winnow.init(tmp_path / "router", from_file=file)
    workspace.add(file)
    assert any("does not read" in note and "multilingual model" in note for note in workspace.discover().notes)


def test_labels_of_dialogues_are_not_suggested(tmp_path: Path) -> None:
    workspace = winnow.init(tmp_path / "assistant", template="tools")
    for call in (workspace.discover, lambda: workspace.accept(TAXONOMY_FILE)):
        with pytest.raises(WinnowError, match=r"a task of kind tools"):
            call()


def test_few_queries_make_no_suggestion_but_a_file(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "few.jsonl", [{"text": query} for query in OTHERS])
    workspace = winnow.init(tmp_path / "router", from_file=file, discover=True)
    assert read_taxonomy(workspace.folder.root / TAXONOMY_FILE, []).suggestions == ()
