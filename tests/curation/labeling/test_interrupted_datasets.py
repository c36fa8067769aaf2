"""Datasets that an interrupted push, an earlier version or another task left on a real Argilla server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.files import write_jsonl
from tests.support.labeling import LabelingSetup, annotators_of
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.argilla_client import OWNER_KEY, SESSION_FIELD, ArgillaClient
from winnow.curation.store import tables
from winnow.workspace import Workspace


def forget_server_ids(workspace: Workspace) -> None:
    """As a push leaves the database that is killed between publishing a dataset and storing its id."""
    with workspace.store.writing() as connection:
        connection.execute(tables.queue_dataset.update().values(server_id=None))
        connection.execute(tables.queue_item.update().values(delivered_at=None))


def publish(labeling: LabelingSetup, name: str, parts: dict[str, list[dict[str, Any]]], owner: Any = None) -> str:
    """Publish a dataset of one field and these parts, by the name that they have in a path; returns its id."""
    api, field = labeling.api, {"name": "text", "title": "Text", "required": True, "settings": {"type": "text"}}
    space = next(one["id"] for one in api.get("me/workspaces")["items"] if one["name"] == labeling.argilla_workspace)
    dataset = api.send("POST", "datasets", {"name": name, "workspace_id": space, "metadata": owner})["id"]
    for part, items in {"fields": [field], **parts}.items():
        for item in items:
            kept = ("name", "title", "description", "required", "settings", "dimensions")
            api.send("POST", f"datasets/{dataset}/{part}", {key: item[key] for key in kept if key in item})
    api.send("PUT", f"datasets/{dataset}/publish", None)
    return str(dataset)


def test_a_dataset_without_the_field_of_earlier_turns_is_filled_without_them(
    labeling: LabelingSetup, tmp_path: Path
) -> None:
    workspace, api = labeling.workspace, labeling.api
    turns = ("the projector of room four stays dark", "I changed its lamp, same thing")
    rows: list[dict[str, object]] = [{"text": text, "session": "projector"} for text in turns]
    workspace.add(write_jsonl(tmp_path / "chat.jsonl", rows), origin="log", columns=Columns(group="session"))
    count = workspace.status().by_state["unlabeled"]
    workspace.push("label", count=count, second_reviewer_share=0)
    assert any(SESSION_FIELD in one["fields"] for one in labeling.records("label"))
    current = labeling.dataset("label")
    path = f"datasets/{current['id']}"
    parts = {name: api.get(f"{path}/{name}")["items"] for name in ("questions", "vectors-settings")}
    parts["metadata-properties"] = api.get(f"me/{path}/metadata-properties")["items"]
    api.send("DELETE", path, None)
    forget_server_ids(workspace)
    earlier = publish(labeling, "label", parts, current["metadata"])
    assert workspace.push("label", count=count, second_reviewer_share=0).records == count
    assert labeling.dataset("label")["id"] == earlier
    assert {name for one in labeling.records("label") for name in one["fields"]} == {"text"}


def test_a_refused_dataset_and_its_server_are_not_changed(labeling: LabelingSetup) -> None:
    annotators_of(labeling, "ann")
    other = {"name": "label", "title": "Which color?", "required": True, "settings": {"type": "text"}}
    publish(labeling, "label", {"questions": [other]})
    before = labeling.dataset("label")
    with pytest.raises(WinnowError, match="it asks other questions"):
        labeling.workspace.push("label", count=5, second_reviewer_share=0)
    after = labeling.dataset("label")
    assert OWNER_KEY not in (after["metadata"] or {})
    assert after == before


def test_a_closed_dataset_states_when_it_was_closed(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=4, second_reviewer_share=0)
    text = workspace.folder.task_file.read_text()
    workspace.folder.task_file.write_text(text.replace("labels:\n", "labels:\n  - name: it_tunnel\n"))
    for _ in range(2):
        workspace.push("label", count=4, second_reviewer_share=0)
        with workspace.store.writing() as connection:
            closed = tables.queue_dataset.c.closed_at.is_not(None)
            connection.execute(tables.queue_dataset.update().where(closed).values(closed_at="2026-01-02T03:04:05Z"))
    assert "this dataset was closed on 2026-01-02, " in labeling.dataset("label")["guidelines"]


def test_a_server_that_fails_is_not_one_without_the_dataset(labeling: LabelingSetup) -> None:
    labeling.workspace.push("label", count=1, second_reviewer_share=0)
    client = ArgillaClient(labeling.api.url, labeling.api.key)
    assert client.dataset_exists(labeling.dataset("label")["id"])
    assert not client.dataset_exists(str(UUID(int=1)))
    assert not client.dataset_exists(None)
    with pytest.raises(ServiceError):
        client.dataset_exists("malformed")  # Argilla responds with 422
