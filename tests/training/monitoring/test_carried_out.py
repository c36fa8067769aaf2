"""Each recommendation of `decide` is carried out on a workspace, and another one follows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.files import write_jsonl
from winnow.core.clock import utc_now
from winnow.core.decision_vocabulary import NextAction
from winnow.core.layout import TASK_FILE
from winnow.core.model_vocabulary import ClassWeights, Device, Pooling, Precision
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import State
from winnow.curation.store.queue_items import DatasetVariant, insert_dataset, insert_push, upsert_items, withdraw_items
from winnow.training.monitoring.recommend import FREEZE
from winnow.training.run_facts import (
    BaseModelFacts,
    EmbedderFacts,
    EncoderRunFacts,
    Hardware,
    PeakMemory,
    RowsOfALabel,
    RunIdentity,
)
from winnow.training.runs import create_run
from winnow.workspace import Workspace

Steps = Mapping[str, Callable[[list[str]], object]]
"""What carries out a recommended command, given its words, by its verb."""

ANY_TRAFFIC = "collect_below: 1, queries_per_day_min: 0, queries_per_day: 0"
QUEUE = "label-all"


def with_rules(folder: Path, copy: Path, rules: str) -> Workspace:
    shutil.copytree(folder, copy)
    with (copy / TASK_FILE).open("a", encoding="utf-8") as file:
        file.write(f"rules: {{{rules}}}\n")
    return Workspace.find(copy)


def followed(workspace: Workspace, steps: Steps, *, today: datetime | None = None) -> list[str]:
    """The recommendations up to the first without a step, each carried out before the next is asked for."""
    found = [workspace.decide(today=today).decision.next]
    while step := steps.get(found[-1].split()[1].strip(",")):
        step(found[-1].split())
        found.append(workspace.decide(today=today).decision.next)
        assert found[-1] not in found[:-1]
    return found


def record_encoder(workspace: Workspace, release: str) -> None:
    """A run of method `encoder`, as training leaves it, without weights."""

    def fill(folder: Path, identity: RunIdentity) -> EncoderRunFacts:
        return EncoderRunFacts(
            **dict(identity),
            method="encoder",
            trained_at=utc_now(),
            routes={},
            train_rows=1,
            embedder=EmbedderFacts(model=None, backend="none", identity="none"),
            epochs=1,
            best_epoch=1,
            validation_rows=1,
            rows_of_a_label=RowsOfALabel(smallest=1, largest=1),
            class_weights=ClassWeights.NONE,
            pooling=Pooling.MEAN,
            trained_parameters=1,
            hardware=Hardware(device=Device.CPU, precision=Precision.F32, threads=1),
            peak_memory=PeakMemory(process_bytes=1, cuda_bytes=NotMeasured("no CUDA device")),
            seconds=1.0,
            resumed=False,
            base=BaseModelFacts(model="tiny", weights_hash="0" * 64),
        )

    opened, runs = workspace.release(release), workspace.folder.runs
    workspace._context.record_run(create_run(runs, opened, method="encoder", settings={}, seed=0, fill_folder=fill).run)


def push(workspace: Workspace, queue: str) -> None:
    """Three unlabeled records wait in a queue, as a push leaves them."""
    records = workspace.records()
    waiting = records[records["state"] == State.UNLABELED]["id"].head(3)
    with workspace.store.writing() as connection:
        number = insert_push(connection, queue, {}, "[]", utc_now())
        insert_dataset(connection, QUEUE, queue, DatasetVariant(), ["it_vpn"])
        rows = [
            {"dataset": QUEUE, "record_id": one, "queue": queue, "push_id": number, "at": utc_now()} for one in waiting
        ]
        upsert_items(connection, rows)


def answer(workspace: Workspace) -> None:
    """The waiting records have the answers of annotators, as a pull leaves them."""
    records = workspace.records()
    waiting = records[records["state"] == State.UNLABELED].head(3)
    with workspace.store.writing() as connection:
        withdraw_items(connection, QUEUE, list(waiting["id"]))
    rows = [{"text": text, "label": "it_vpn"} for text in waiting["text"]]
    workspace.add(write_jsonl(workspace.folder.root / "answers.jsonl", rows), license="own")


def steps_of(workspace: Workspace, release: str, **more: Callable[[list[str]], object]) -> dict[str, Any]:
    """The real commands: `freeze` makes the named release."""
    return {
        "check": lambda words: workspace.freeze(release),
        "coverage": lambda words: workspace.coverage(),
        "deploy": lambda words: workspace.deploy(words[2], by="Ann", reason="better"),
        "evaluate": lambda words: workspace.evaluate(words[2]),
        "train": lambda words: workspace.train(words[2], method=words[4]),
        **more,
    }


def test_from_labels_to_a_simple_run_and_a_fine_tuned_one(example_with_traffic: Path, tmp_path: Path) -> None:
    workspace = with_rules(example_with_traffic, tmp_path / "ws", f"{ANY_TRAFFIC}, examples_per_label: 1")
    steps = steps_of(workspace, "first")
    trained = steps.pop("train")

    def train(words: list[str]) -> None:
        record_encoder(workspace, words[2]) if words[4] == "encoder" else trained(words)

    evaluate = steps.pop("evaluate")
    found = followed(workspace, {**steps, "train": train})
    run = workspace.runs()[0]["name"]
    evaluate(["winnow", "evaluate", run])
    found = followed(workspace, {**steps, "train": train})
    encoder = workspace.runs()[1]["name"]
    assert found == ["winnow train first --method encoder", f"winnow evaluate {encoder}"]


def test_an_outdated_run_is_retrained_on_labels_that_its_release_lacks(
    example_with_traffic: Path, tmp_path: Path
) -> None:
    """A release of the labels of today would be the one that is there: they have to change before it is frozen."""
    workspace = with_rules(example_with_traffic, tmp_path / "ws", f"{ANY_TRAFFIC}, fine_tune_below: 0.5")
    workspace.freeze("first")
    run = workspace.train("first").run.id
    workspace.evaluate(run)
    workspace.deploy(run, by="Ann", reason="first")
    later = datetime.now(UTC) + timedelta(days=400)
    outdated = workspace.decide(today=later).decision
    assert (outdated.recommended_action, outdated.next) == (NextAction.RETRAIN, "winnow push label")
    assert outdated.reason.endswith("the newest release has the labels of today, so another one would be the same")
    answers = {"push": lambda words: push(workspace, words[2]), "pull": lambda words: answer(workspace)}
    steps = steps_of(workspace, "second", **answers)
    evaluate = steps.pop("evaluate")
    found = followed(workspace, steps, today=later)
    newer = workspace.runs()[-1]["name"]
    trained = "winnow train second --method linear"
    assert found == ["winnow push label", "winnow pull", FREEZE, trained, f"winnow evaluate {newer}"]
    evaluate(found[-1].split())
    assert workspace.decide(today=later).decision.recommended_action not in (NextAction.RETRAIN, NextAction.EVALUATE)


def test_an_empty_workspace_collects_until_there_are_enough_labels(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b", more="rules: {collect_below: 2}\n")
    empty = workspace.decide().decision
    assert (empty.recommended_action, empty.exit_code, empty.next) == (NextAction.COLLECT, 10, "winnow add FILE")
    rows = [{"text": f"the {word} is blue", "label": label} for word, label in (("sky", "a"), ("car", "b"))]
    workspace.add(write_jsonl(workspace.folder.root / "rows.jsonl", rows), license="own")
    assert workspace.decide().decision.recommended_action != NextAction.COLLECT


def test_labels_that_wait_for_annotators_are_pulled(example_with_traffic: Path, tmp_path: Path) -> None:
    workspace = with_rules(example_with_traffic, tmp_path / "ws", "collect_below: 5000, queries_per_day_min: 0")
    assert workspace.decide().decision.next == "winnow push label"
    push(workspace, "label")
    assert workspace.decide().decision.next == "winnow pull"
    answer(workspace)
    assert workspace.decide().decision.next == "winnow push label"  # 5,000 are asked for
