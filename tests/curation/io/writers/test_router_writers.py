"""Exports for routers and for what trains them: no hold-out row is an example, and each train row is there or named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.core.export_losses import ExportLoss
from winnow.curation.io.readers.source_rows import read_file
from winnow.curation.io.writers import WRITERS
from winnow.curation.io.writers.plain_writer import FEW
from winnow.curation.io.writers.query_release import QueryRelease, ReleasedQuery, WholeExport
from winnow.curation.io.writers.yaml_scalar import yaml_list, yaml_scalar
from winnow.workspace import Workspace

WHOLE = [name for name, one in WRITERS.items() if one.whole]

TASK = """
name: desk router
kind: intents
labels:
  - {name: vpn, route: agent_it, description: The VPN drops.}
  - {name: leave}
  - {name: other}
fallback: other
"""

ROWS = {
    "train": [("VPN drops", "vpn"), ("vpn is slow", "vpn"), ("a day off", "leave"), ("tell me a joke", "other")],
    "validation": [("no vpn", "vpn"), ("hello there", "other")],
    "test": [("holiday in May", "leave")],
}


def release_of(rows: Mapping[str, list[tuple[str, str]]] = ROWS, **of_all: Any) -> QueryRelease:
    """A release of these texts and labels."""
    numbers = {split: range(1, len(found) + 1) for split, found in rows.items()}
    queries = {
        split: [
            ReleasedQuery(f"{split}{n}", *one, **{"group": "", "origin": "human", "weight": 1, **of_all})
            for n, one in zip(numbers[split], found, strict=True)
        ]
        for split, found in rows.items()
    }
    return QueryRelease(parse_task(TASK), ["vpn", "leave", "other"], queries)


def export_of(name: str, release: QueryRelease | None = None) -> WholeExport:
    """A release in a format."""
    write = WRITERS[name].whole
    assert write is not None
    return write(release or release_of())


def files_of(name: str, release: QueryRelease | None = None) -> dict[str, str]:
    """The same as texts by file name."""
    return {file.name: file.text for file in export_of(name, release).files}


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", WHOLE)
def test_an_export_of_the_example_holds_each_train_row_once_or_names_it(
    frozen_example: Workspace, tmp_path: Path, name: str
) -> None:
    result = frozen_example.export("first", name, out=tmp_path / "a")
    again = frozen_example.export("first", name, out=tmp_path / "b")
    files = {path.name: path.read_text("utf-8") for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_text("utf-8") for path in (tmp_path / "b").iterdir()}
    assert set(files) == set(result.rows)
    assert result.exported == again.exported
    release = frozen_example.release("first")
    written = next(result.rows[file] for file in ("router.json", "train.yml", "train.jsonl") if file in result.rows)
    assert written + sum(result.exported.losses.values()) == release.counts["train"]
    learned = "".join(text for file, text in files.items() if file.split(".")[0] not in ("validation", "dev", "test"))
    held_out = [text for split in ("validation", "test") for text in release.rows(split)["text"]]
    assert [text for text in held_out if json.dumps(text, ensure_ascii=False) in learned] == []
    assert all(f"- {text}\n" not in learned for text in held_out)


def test_the_data_of_the_trainer_of_vllm_has_the_class_order_of_the_release() -> None:
    files = files_of("vllm-semantic-router")
    assert list(files) == [
        *("train.jsonl", "dev.jsonl", "test.jsonl"),
        *("contract.json", "category_mapping.json", "labels.json", "signals.yaml"),
    ]
    assert lines_of(files["dev.jsonl"])[0] == {
        "id": "validation1",
        "text": "no vpn",
        "label": "vpn",
        "group_id": "validation1",
        "source": "human",
        "language": "en",
    }
    contract = json.loads(files["contract.json"])
    assert contract["id2label"] == {"0": "vpn", "1": "leave", "2": "other"}
    assert contract["label2id"] == {label: int(number) for number, label in contract["id2label"].items()}
    mapping = json.loads(files["category_mapping.json"])
    assert (mapping["category_to_idx"], mapping["idx_to_category"]) == (contract["label2id"], contract["id2label"])
    (signal,) = yaml.safe_load(files["signals.yaml"])["routing"]["signals"]["classifiers"]
    assert signal["labels"] == ["vpn", "leave", "other"]
    assert (signal["name"], signal["model_path"]) == ("desk-router", "models/desk-router")


def test_the_knowledge_base_of_vllm_holds_the_train_rows_by_label() -> None:
    entries = json.loads(files_of("vllm-semantic-router")["labels.json"])["labels"]
    assert entries["vpn"] == {"description": "The VPN drops.", "exemplars": ["VPN drops", "vpn is slow"]}
    assert {label: len(entry["exemplars"]) for label, entry in entries.items()} == {"vpn": 2, "leave": 1, "other": 1}


def test_what_the_trainer_of_vllm_refuses_is_named() -> None:
    rows = {"train": [("No  VPN", "vpn"), ("no vpn", "leave")], "validation": [("Ｎo vpn", "vpn")]}
    assert list(export_of("vllm-semantic-router", release_of(rows)).warnings) == [
        "train.jsonl: the trainer refuses equal texts with different labels: train2",
        "dev.jsonl: the trainer refuses a text that another file has too: validation1",
    ]
    grouped = export_of("vllm-semantic-router", release_of(group="g1"))
    assert [warning.split(": ")[1] for warning in grouped.warnings] == [
        "the trainer refuses a group that another file has too"
    ] * 2
    assert export_of("vllm-semantic-router").warnings == []


def test_labels_that_the_router_of_vllm_refuses_are_named() -> None:
    task = parse_task("name: 'a: b'\nkind: intents\nlabels: [{name: 'it: vpn'}, {name: leave}]")
    found = export_of("vllm-semantic-router", QueryRelease(task, ["it: vpn", "leave"], {}))
    assert found.warnings == ["signals.yaml: the router refuses labels with a colon or outer white space: it: vpn"]
    (signal,) = yaml.safe_load(found.files[-1].text)["routing"]["signals"]["classifiers"]
    assert signal["name"] == "a-b"


def test_autotrain_reads_the_columns_that_its_configuration_names() -> None:
    files = files_of("autotrain")
    config = yaml.safe_load(files["config.yaml"])
    data = config["data"]
    assert (config["task"], config["backend"], data["path"]) == ("text_classification", "local", ".")
    assert set(files) == {f"{data['train_split']}.jsonl", f"{data['valid_split']}.jsonl", "config.yaml"}
    assert lines_of(files["train.jsonl"])[0] == {
        data["column_mapping"]["text_column"]: "VPN drops",
        data["column_mapping"]["target_column"]: "vpn",
    }
    without = yaml.safe_load(files_of("autotrain", release_of({"train": ROWS["train"]}))["config.yaml"])
    assert without["data"]["valid_split"] is None


def test_autotrain_requires_the_same_labels_in_train_and_validation() -> None:
    (warning,) = export_of("autotrain").warnings
    assert warning == "validation.jsonl: AutoTrain requires the same labels in train and validation; it lacks leave"
    whole = {"train": ROWS["train"], "validation": [*ROWS["validation"], ("a day", "leave")]}
    assert export_of("autotrain", release_of(whole)).warnings == []


def test_the_fallback_is_no_route_of_semantic_router_and_its_queries_are_answered_with_none() -> None:
    found = export_of("semantic-router")
    files = {file.name: file.text for file in found.files}
    router = json.loads(files["router.json"])
    assert router["routes"] == [
        {
            "name": "vpn",
            "utterances": ["VPN drops", "vpn is slow"],
            "description": "The VPN drops.",
            "metadata": {"route": "agent_it"},
        },
        {"name": "leave", "utterances": ["a day off"]},
    ]
    assert lines_of(files["validation.jsonl"]) == [
        {"text": "no vpn", "route": "vpn"},
        {"text": "hello there", "route": None},
    ]
    assert found.left_out == {ExportLoss.NO_ROUTE: ["train4"]}
    rows = {"train": [row for row in ROWS["train"] if row[1] != "leave"]}
    assert export_of("semantic-router", release_of(rows)).warnings == [
        "router.json: no route for leave: no train row has the label"
    ]


@pytest.mark.parametrize("name", ["rasa", "semantic-router", "vllm-semantic-router"])
def test_the_train_rows_are_read_back_with_their_labels(frozen_example: Workspace, tmp_path: Path, name: str) -> None:
    result = frozen_example.export("first", name, out=tmp_path)
    file = next(one for one in ("train.yml", "router.json", "labels.json") if one in result.rows)
    found = Counter((row.content["text"], row.label) for row in read_file(tmp_path / file).rows)
    train = frozen_example.release("first").rows("train")
    if name == "semantic-router":
        train = train[train["label"] != "fallback"]
    assert found == Counter(zip(train["text"], train["label"], strict=True))


def test_a_text_that_rasa_would_read_as_another_one_is_left_out_and_named(tmp_path: Path) -> None:
    odd = ["two\nlines", "in [Rome](city)", 'a [b]{"entity": "c"}', "a\u2028b", " space", "a\x7fb"]
    fine = ["- dash", "# hash", "a: b", "[list](", '"quoted"', "é ü 漢字", "{brace}", "50% off | now"]
    rows = {"train": [*((text, "vpn") for text in odd), *((text, "leave") for text in fine)]}
    found = export_of("rasa", release_of(rows))
    assert found.left_out == {ExportLoss.NOTATION: [f"train{n}" for n in range(1, len(odd) + 1)]}
    (tmp_path / "nlu.yml").write_text(found.files[0].text, encoding="utf-8")
    read = read_file(tmp_path / "nlu.yml").rows
    assert [(row.content["text"], row.label) for row in read] == [(text, "leave") for text in fine]


def test_labels_that_yaml_or_rasa_would_read_differently_are_quoted_or_named() -> None:
    task = parse_task("name: t\nkind: intents\nlabels: [{name: 'yes'}, {name: 'faq/a: b'}]")
    query = ReleasedQuery("x", "hello", "yes", "", "human", 1)
    other = ReleasedQuery("y", "good day", "faq/a: b", "", "human", 1)
    found = export_of("rasa", QueryRelease(task, ["yes", "faq/a: b"], {"train": [query, other]}))
    assert [entry["intent"] for entry in yaml.safe_load(found.files[0].text)["nlu"]] == ["yes", "faq/a: b"]
    assert found.warnings == ["Rasa reads 'faq/a: b' as a retrieval intent, because of the slash"]


def test_plain_examples_have_the_labels_and_the_most_frequent_rows_of_each() -> None:
    files = files_of("plain")
    assert lines_of(files["test.jsonl"]) == [{"text": "holiday in May", "label": "leave"}]
    labels = json.loads(files["labels.json"])
    assert [(line["id"], line["label"], line["is_fallback"]) for line in labels] == [
        (0, "vpn", False),
        (1, "leave", False),
        (2, "other", True),
    ]
    assert labels[0]["route"] == "agent_it"
    rows = [ReleasedQuery(f"r{n:02}", f"query {n}", "vpn", "", "log", weight=n) for n in range(FEW + 3)]
    few = files_of("plain", QueryRelease(parse_task(TASK), ["vpn", "leave", "other"], {"train": rows}))
    first, *others = json.loads(few["few_shot.json"])
    assert first["examples"] == [f"query {n}" for n in range(FEW + 2, 2, -1)]
    assert [line["examples"] for line in others] == [[], []]
    warnings = export_of("plain", release_of({"train": ROWS["train"][:2]})).warnings
    assert warnings == ["few_shot.json: no examples of leave, other: no train row has the label"]


@pytest.mark.parametrize("name", WHOLE)
def test_a_prompt_is_refused_where_the_queries_stand_alone(
    frozen_example: Workspace, tmp_path: Path, name: str
) -> None:
    with pytest.raises(WinnowError, match=rf"a template for the format {name}, which holds queries without a prompt"):
        frozen_example.export("first", name, out=tmp_path / "x", prompt_template="Classify: {text}")
    assert not (tmp_path / "x").exists()


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_yaml_reads_every_text_as_it_was(text: str) -> None:
    assert yaml.safe_load(yaml_scalar(text)) == text
    assert yaml.safe_load(yaml_list([text, "b"])) == [text, "b"]
