"""Bulk logging goes by shortcuts: it must store, answer, refuse and notify as the published code does."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.labeling import new_annotator
from tests.support.labeling_queue import Queue, make_queue
from winnow.core.errors import WinnowError
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server

CHANGING = {
    "id",
    "inserted_at",
    "updated_at",
    "record_id",
    "user_id",
    "dataset_id",
    "question_id",
    "vector_settings_id",
}


@pytest.fixture(scope="module")
def pair(
    environment: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[EmbeddedServer, Queue]]]:
    """The same dataset on two servers: one with our shortcuts, one as published."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        made = {}
        for name in ("on", "off"):
            home = tmp_path_factory.mktemp(f"bulk-{name}") / "server"
            patch.setenv("WINNOW_SERVER_PATCHES", name)
            server, process = start_server(home, host="127.0.0.1", port=0, note=print)
            assert process is not None
            stack.callback(process.wait, 10)
            stack.callback(stop_server, home)
            made[name] = (
                server,
                make_queue(server.owner_api(), "bulk", {"ann": new_annotator(server.owner_api(), "ann")}),
            )
        yield made


def records(queue: Queue, count: int) -> list[dict[str, Any]]:
    """Records with much, little or nothing beside the text."""
    users = [queue.api.get("me")["id"], queue.people["ann"].get("me")["id"]]
    asked = queue.questions
    made = []
    for number in range(count):
        item: dict[str, Any] = {"fields": {"text": f"text {number} é"}, "external_id": f"new {number}"}
        if number % 2:
            item["metadata"] = {"topic": ["net", "login"], "size": number, "more": {"deep": [1, None]}}
        if number % 3:
            score = [0.1, 0.7] if number % 2 else None
            tags = {"question_id": asked["tags"], "value": ["a", "wide"], "score": score, "type": "model"}
            label = {"question_id": asked["label"], "value": "a", "agent": "one" if number % 2 else None}
            item["suggestions"] = [label, tags]
        if number % 4:
            item["vectors"] = {"meaning": [number / 7, -1.0]}
        status = ("submitted", "draft", "discarded", "submitted")[number % 4]
        values = {"label": {"value": "b"}, "tags": {"value": ["a"]}, "stars": {"value": 3}}
        item["responses"] = [{"user_id": user, "status": status, "values": values} for user in users[: number % 3]]
        made.append(item)
    return made


def change(queue: Queue, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Half of the records again, with other contents, and as many new ones between them."""
    old = [{**item, "metadata": {"size": 1}, "vectors": {"meaning": [1, 1]}} for item in items[::2]]
    for item in old:
        item["suggestions"] = [{"question_id": queue.questions["label"], "value": "wide", "score": 0.5}]
    new = [{**item, "external_id": f"{item['external_id']} later"} for item in items[::2]]
    return [item for both in zip(old, new, strict=True) for item in both]


def plain(value: Any) -> Any:
    """A reply without what differs from server to server."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key not in CHANGING}
    return [plain(part) for part in value] if isinstance(value, list) else value


def stored(server: EmbeddedServer) -> dict[str, list[Any]]:
    """Everything in the tables that a bulk writes, as SQLite holds it, tied to the external ids."""
    tables = {
        "suggestions": "s.value, s.score, s.agent, s.type, typeof(s.score), length(s.id), s.inserted_at > ''",
        "responses": 's."values", s.status, typeof(s."values"), length(s.id), length(s.user_id)',
        "vectors": "s.value, typeof(s.value), length(s.id), length(s.inserted_at)",
    }
    with sqlite3.connect(server.home / "argilla.db") as database:
        own = "SELECT external_id, fields, metadata, status, typeof(metadata) FROM records ORDER BY 1"
        found = {"records": database.execute(own).fetchall()}
        for table, columns in tables.items():
            sql = f"SELECT r.external_id, {columns} FROM {table} s JOIN records r ON r.id = s.record_id ORDER BY 1, 2"
            found[table] = database.execute(sql).fetchall()
        found["seen"] = database.execute("SELECT count(*) FROM datasets_users").fetchall()
    return found


def test_a_bulk_stores_and_answers_what_the_published_code_does(pair: dict[str, tuple[EmbeddedServer, Queue]]) -> None:
    replies: dict[str, list[Any]] = {}
    for name, (_, queue) in pair.items():
        path = f"datasets/{queue.id}/records/bulk"
        items = records(queue, 60)
        replies[name] = [
            queue.api.send("POST", path, {"items": items}),
            queue.api.send("PUT", path, {"items": change(queue, items)}),
            queue.api.get(f"datasets/{queue.id}/records?include=responses,suggestions,vectors&limit=200"),
            queue.api.get(f"datasets/{queue.id}/progress")["completed"],
        ]
    assert plain(replies["on"]) == plain(replies["off"])
    assert {item["status"] for item in replies["on"][0]["items"]} == {"pending", "completed"}
    assert stored(pair["on"][0]) == stored(pair["off"][0])


def wrong(queue: Queue) -> list[Any]:
    """Items that must be refused, each for a reason of its own."""
    label, text = queue.questions["label"], {"fields": {"text": "x"}}
    me = queue.api.get("me")["id"]
    answer = {"user_id": me, "status": "submitted", "values": {"label": {"value": "none"}}}
    return [
        {"fields": {}},
        {"fields": {"text": 1.5, "else": "x"}},
        {**text, "metadata": {"size": "many"}},
        {**text, "suggestions": [{"question_id": label, "value": "none"}]},
        {**text, "suggestions": [{"question_id": label, "value": "a"}] * 2},
        {**text, "suggestions": [{"question_id": me, "value": "a"}]},
        {**text, "vectors": {"meaning": [1, 2, 3]}},
        {**text, "vectors": {"else": [1, 2]}},
        {**text, "responses": [answer]},
        {**text, "responses": [{**answer, "user_id": label}]},
        {**text, "external_id": "vpn"},
    ]


def test_what_is_wrong_is_refused_with_the_same_words(pair: dict[str, tuple[EmbeddedServer, Queue]]) -> None:
    told: dict[str, list[str]] = {}
    for name, (server, queue) in pair.items():
        before = queue.api.get(f"datasets/{queue.id}/progress")["total"]
        for item in wrong(queue):
            with pytest.raises(WinnowError, match="422") as refused:
                queue.api.send(
                    "POST", f"datasets/{queue.id}/records/bulk", {"items": [{"fields": {"text": "y"}}, item]}
                )
            said = str(refused.value).replace(server.url, "")
            for known in (queue.id, *queue.questions.values(), queue.api.get("me")["id"]):
                said = said.replace(known, "ID")
            told.setdefault(name, []).append(said)
        assert queue.api.get(f"datasets/{queue.id}/progress")["total"] == before  # all or none
    assert told["on"] == told["off"]


def queued(server: EmbeddedServer) -> int:
    """How many jobs wait in Redis for the worker."""
    with socket.socket(socket.AF_UNIX) as redis:
        redis.connect(str(Path(server.run) / "redis.sock"))
        redis.sendall(b"LLEN rq:queue:high\r\n")
        return int(redis.recv(100).strip(b":\r\n"))


def test_an_enabled_webhook_gets_its_notifications(pair: dict[str, tuple[EmbeddedServer, Queue]]) -> None:
    for server, queue in pair.values():
        told = {"url": "http://127.0.0.1:9/hook", "events": ["record.created", "response.created", "record.completed"]}
        items = {"items": [{"fields": {"text": f"heard {number}"}} for number in range(3)]}
        hook = queue.api.send("POST", "webhooks", told)["id"]
        counts = [queued(server)]
        for enabled in (True, False, True):
            queue.api.send("PATCH", f"webhooks/{hook}", {"enabled": enabled})
            queue.api.send("POST", f"datasets/{queue.id}/records/bulk", items)
            counts.append(queued(server))
        queue.answer("ann", "vpn", "a")
        counts.append(queued(server))
        queue.api.send("DELETE", f"webhooks/{hook}", None)
        queue.api.send("POST", f"datasets/{queue.id}/records/bulk", items)
        assert [*counts, queued(server)] == [0, 3, 3, 6, 7, 7], json.dumps(counts)
