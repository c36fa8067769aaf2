"""What the search engine says, held against the same question answered plainly in Python."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.labeling_queue import between, scope, terms
from winnow.curation.labeling.server.accounts import annotator_accounts
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import start_server, stop_server

KINDS = {"topic": "terms", "size": "integer", "share": "float"}

TERMS = ("net", "login", "3", "x y", "é")


class Table:
    """A dataset, and what was written into it, by external id."""

    def __init__(self, api: ArgillaApi, name: str) -> None:
        annotator_accounts(api)  # makes the workspace
        space = next(one["id"] for one in api.get("me/workspaces")["items"] if one["name"] == "winnow")
        self.api, self.held = api, dict[str, dict[str, Any]]()
        self.id = api.send("POST", "datasets", {"name": name, "workspace_id": space})["id"]
        self.settle("fields", "text", required=True, settings={"type": "text"})
        self.settle("questions", "note", required=True, settings={"type": "text"})
        for kind, of in KINDS.items():
            self.settle("metadata-properties", kind, settings={"type": of})
        self.settle("vectors-settings", "meaning", dimensions=3)
        api.send("PUT", f"datasets/{self.id}/publish", None)

    def settle(self, part: str, name: str, **told: Any) -> None:
        self.api.send("POST", f"datasets/{self.id}/{part}", {"name": name, "title": name, **told})

    def write(self, items: list[dict[str, Any]]) -> None:
        for record in self.api.send("PUT", f"datasets/{self.id}/records/bulk", {"items": items})["items"]:
            self.held[record["external_id"]] = {"id": record["id"]}
        for item in items:
            self.held[item["external_id"]] |= item

    def delete(self, names: list[str]) -> None:
        ids = ",".join(self.held.pop(name)["id"] for name in names)
        self.api.send("DELETE", f"datasets/{self.id}/records?ids={ids}", None)

    def asked(self, **body: Any) -> list[str]:
        found = self.api.send("POST", f"datasets/{self.id}/records/search?limit=1000", body)
        return [item["record"]["external_id"] for item in found["items"]]


@pytest.fixture(scope="module")
def api(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArgillaApi]:
    home = tmp_path_factory.mktemp("search") / "server"
    server, process = start_server(home, host="127.0.0.1", port=0, note=print)
    yield server.owner_api()
    stop_server(home)
    assert process is not None
    process.wait(10)


def anything(chance: random.Random, name: str) -> dict[str, Any]:
    """A record with some metadata: lists, single values or none."""
    some = chance.sample(TERMS, chance.randint(1, 3))
    metadata = {
        "topic": chance.choice([some, some[0], None]),
        "size": chance.choice([chance.randint(-3, 9), None]),
        "share": chance.choice([round(chance.uniform(-1, 1), 2), 0.0]),
    }
    kept = {key: value for key, value in metadata.items() if value is not None and chance.random() < 0.8}
    vector = [chance.uniform(-1, 1) for _ in range(3)]
    return {"fields": {"text": f"text {name}"}, "external_id": name, "metadata": kept, "vectors": {"meaning": vector}}


def values(item: dict[str, Any], kind: str) -> list[Any]:
    value = item["metadata"].get(kind)
    return value if isinstance(value, list) else [] if value is None else [value]


def metadata(kind: str) -> dict[str, str]:
    return scope("metadata", metadata_property=kind)


def test_metadata_filters_and_sorts_are_those_of_plain_python(api: ArgillaApi) -> None:
    chance = random.Random(1)
    table = Table(api, "random metadata")
    table.write([anything(chance, f"r{number}") for number in range(200)])
    for _ in range(40):
        low, high = sorted((chance.randint(-3, 9), chance.randint(-3, 9)))
        wanted = chance.sample(TERMS, chance.randint(1, 2))
        filters = [between(metadata("size"), ge=low, le=high), terms(metadata("topic"), *wanted)]
        asked = chance.choice([filters, filters[:1], filters[1:]])
        truly = {
            name
            for name, item in table.held.items()
            if (filters[0] not in asked or any(low <= value <= high for value in values(item, "size")))
            and (filters[1] not in asked or set(values(item, "topic")) & set(wanted))
        }
        assert set(table.asked(filters={"and": asked})) == truly
    for kind, way in [(kind, way) for kind in KINDS for way in ("asc", "desc")]:
        found = table.asked(sort=[{"scope": metadata(kind), "order": way}])
        best = max if way == "desc" else min
        keys = [best(held) if (held := values(table.held[name], kind)) else None for name in found]
        given = [key for key in keys if key is not None]
        assert given == sorted(given, reverse=way == "desc")
        assert keys == given + [None] * (len(keys) - len(given))  # what has no value is last
        assert len(found) == len(table.held)


def test_similar_is_that_of_plain_numbers_whatever_was_written(api: ArgillaApi) -> None:
    chance = random.Random(2)
    table = Table(api, "random vectors")
    for turn in range(12):
        new = [f"v{turn}.{number}" for number in range(chance.randint(0, 40))]
        old = chance.sample(sorted(table.held), len(table.held) // 3)
        if new or old:
            table.write([anything(chance, name) for name in (*new, *old)])
        if turn % 3 == 2:
            table.delete(chance.sample(sorted(table.held), len(table.held) // 4))
        vector = [chance.uniform(-1, 1) for _ in range(3)]
        names = sorted(table.held)
        rows = np.array([table.held[name]["vectors"]["meaning"] for name in names])
        scores = rows @ np.array(vector) / np.linalg.norm(rows, axis=1)
        truly = [names[at] for at in np.argsort(-scores)]
        assert table.asked(query={"vector": {"name": "meaning", "value": vector}}) == truly


def test_similar_among_what_is_typed_and_least_similar(api: ArgillaApi) -> None:
    chance = random.Random(3)
    table = Table(api, "similar and text")
    table.write([anything(chance, f"{'left' if number % 2 else 'right'} {number}") for number in range(60)])
    names = sorted(table.held)
    rows = np.array([table.held[name]["vectors"]["meaning"] for name in names])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    at = 7
    nearest = [names[n] for n in np.argsort(-(rows @ rows[at])) if n != at and "left" in names[n]]
    of = {"name": "meaning", "record_id": table.held[names[at]]["id"]}
    assert table.asked(query={"text": {"q": "left"}, "vector": of}) == nearest
    farthest = [names[n] for n in np.argsort(rows @ rows[at]) if n != at]
    assert table.asked(query={"vector": {**of, "order": "least_similar"}}) == farthest


def test_messages_and_free_fields_are_searched_by_their_contents(api: ArgillaApi) -> None:
    space = next(one["id"] for one in api.get("me/workspaces")["items"] if one["name"] == "winnow")
    dataset = api.send("POST", "datasets", {"name": "kinds of fields", "workspace_id": space})["id"]
    for name, settings in (
        ("talk", {"type": "chat"}),
        ("free", {"type": "custom", "template": "<b></b>"}),
        ("seen", {"type": "image"}),
    ):
        api.send("POST", f"datasets/{dataset}/fields", {"name": name, "title": name, "settings": settings})
    note = {"name": "note", "title": "note", "required": True, "settings": {"type": "text"}}
    api.send("POST", f"datasets/{dataset}/questions", note)
    api.send("PUT", f"datasets/{dataset}/publish", None)
    talk = [{"role": "user", "content": "reset the mail"}, {"role": "agent", "content": "done at once"}]
    fields = {"talk": talk, "free": {"deep": ["orange", 42]}, "seen": "https://example.org/apple.png"}
    api.send("POST", f"datasets/{dataset}/records/bulk", {"items": [{"fields": fields}]})

    def found(typed: str, field: str | None = None) -> int:
        text = {"q": typed, **({"field": field} if field else {})}
        return int(api.send("POST", f"datasets/{dataset}/records/search", {"query": {"text": text}})["total"])

    assert [found(typed) for typed in ("mail", "done", '"the mail"', "orange", "42")] == [1] * 5
    assert [found(typed) for typed in ("apple", "content", "user")] == [0] * 3  # neither addresses nor names of parts
    assert (found("mail", "talk"), found("mail", "free"), found("orange", "free")) == (1, 0, 1)


def test_a_changed_or_deleted_answer_is_searched_as_it_is_now(api: ArgillaApi) -> None:
    table = Table(api, "answers")
    table.write([anything(random.Random(4), f"a{number}") for number in range(3)])
    status = scope("response", property="status")

    def now(of: str) -> list[str]:
        path = f"me/datasets/{table.id}/records/search"
        found = api.send("POST", path, {"filters": {"and": [terms(status, of)]}})
        return sorted(item["record"]["external_id"] for item in found["items"])

    answer = {"values": {"note": {"value": "x"}}, "status": "submitted"}
    made = api.send("POST", f"records/{table.held['a1']['id']}/responses", answer)["id"]
    assert (now("submitted"), now("pending")) == (["a1"], ["a0", "a2"])
    assert api.get(f"datasets/{table.id}/progress")["completed"] == 1
    api.send("PUT", f"responses/{made}", {**answer, "status": "draft"})
    assert (now("submitted"), now("draft")) == ([], ["a1"])
    assert api.get(f"datasets/{table.id}/progress")["completed"] == 0
    api.send("DELETE", f"responses/{made}", None)
    assert (now("draft"), now("pending")) == ([], ["a0", "a1", "a2"])
    table.write([anything(random.Random(5), "a3")])  # a new record joins the order that is kept
    table.delete(["a0"])
    assert now("pending") == ["a1", "a2", "a3"]
