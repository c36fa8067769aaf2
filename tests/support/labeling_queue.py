"""A queue of six records on a labeling server, with every kind of question, metadata and vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from winnow.curation.labeling.server.accounts import annotator_accounts
from winnow.curation.labeling.server.argilla_api import ArgillaApi

TEXTS = {
    "vpn": "The VPN is down again",
    "reset": "please reset my password, I can't log in",
    "down": "Down payment for the house",
    "password": "My new password does not work",
    "cafe": "Wo ist das Café?",
    "mail": "reset the mail account and the VPN",
}

TOPICS = {"vpn": ["net"], "reset": ["account", "login"], "down": ["money"], "password": ["account"], "mail": ["net"]}

SIZES = {"vpn": 3, "reset": 10, "down": 1, "password": 7, "mail": 3}

VECTORS = {"vpn": [1, 0], "reset": [0, 1], "down": [-1, 0], "password": [1, 1], "mail": [0.9, 0.1]}


@dataclass
class Queue:
    """A dataset with six records, and the accounts that see it."""

    api: ArgillaApi
    id: str
    ids: dict[str, str]
    people: dict[str, ArgillaApi]
    questions: dict[str, str]

    def search(self, who: str | None = None, query: dict[str, Any] | None = None, **more: Any) -> Any:
        """Records as the API gives them, to an annotator or to the owner."""
        paging = f"limit={more.pop('limit', 50)}&offset={more.pop('offset', 0)}"
        body = {**({"query": query} if query else {}), **more}
        api, me = (self.people[who], "me/") if who else (self.api, "")
        return api.send("POST", f"{me}datasets/{self.id}/records/search?include=responses&{paging}", body)

    def names(self, found: Any) -> list[str]:
        """The records' names in `TEXTS`."""
        by_id = {record: name for name, record in self.ids.items()}
        return [by_id[item["record"]["id"]] for item in found["items"]]

    def typed(self, text: str, field: str | None = None) -> set[str]:
        """What a typed search finds."""
        found = self.search(query={"text": {"q": text, **({"field": field} if field else {})}})
        assert found["total"] == len(found["items"])
        return set(self.names(found))

    def filtered(self, *filters: dict[str, Any], who: str | None = None) -> set[str]:
        """What filters let through."""
        return set(self.names(self.search(who, filters={"and": list(filters)})))

    def sorted(self, scope: dict[str, Any], order: str = "asc") -> list[str]:
        """All names in an order."""
        return self.names(self.search(sort=[{"scope": scope, "order": order}]))

    def answer(self, who: str, name: str, label: str, status: str = "submitted") -> None:
        """An annotator's response to all three questions."""
        values = {"label": {"value": label}, "tags": {"value": sorted({"a", label})}, "stars": {"value": len(label)}}
        self.people[who].send("POST", f"records/{self.ids[name]}/responses", {"values": values, "status": status})


def make_queue(api: ArgillaApi, name: str, people: dict[str, ArgillaApi], argilla_workspace: str = "winnow") -> Queue:
    """A published queue with the six records."""
    annotator_accounts(api)  # makes the workspace
    spaces = {space["name"]: space["id"] for space in api.get("me/workspaces")["items"]}
    if argilla_workspace not in spaces:
        spaces[argilla_workspace] = api.send("POST", "workspaces", {"name": argilla_workspace})["id"]
    distribution = {"strategy": "overlap", "min_submitted": 2}
    body = {"name": name, "workspace_id": spaces[argilla_workspace], "distribution": distribution}
    dataset = api.send("POST", "datasets", body)["id"]

    def add_part(part: str, name: str, **more: Any) -> str:
        return str(api.send("POST", f"datasets/{dataset}/{part}", {"name": name, "title": name, **more})["id"])

    add_part("fields", "text", required=True, settings={"type": "text"})
    add_part("fields", "note", settings={"type": "text"})
    options = [{"value": value, "text": value} for value in ("a", "b", "wide")]
    questions = {
        "label": add_part(
            "questions", "label", required=True, settings={"type": "label_selection", "options": options}
        ),
        "tags": add_part("questions", "tags", settings={"type": "multi_label_selection", "options": options}),
        "stars": add_part(
            "questions", "stars", settings={"type": "rating", "options": [{"value": n} for n in range(1, 11)]}
        ),
    }
    add_part("metadata-properties", "topic", settings={"type": "terms"}, visible_for_annotators=True)
    add_part("metadata-properties", "size", settings={"type": "integer"}, visible_for_annotators=True)
    add_part("vectors-settings", "meaning", dimensions=2)
    api.send("PUT", f"datasets/{dataset}/publish", None)
    items = []
    for key, text in TEXTS.items():
        metadata = {"topic": TOPICS[key], "size": SIZES[key]} if key in TOPICS else {}
        vectors = {"meaning": VECTORS[key]} if key in VECTORS else None
        fields = {"text": text, "note": "urgent" if key == "vpn" else "later"}
        items.append({"fields": fields, "external_id": key, "metadata": metadata, "vectors": vectors})
    made = api.send("POST", f"datasets/{dataset}/records/bulk", {"items": items})
    ids = {record["external_id"]: record["id"] for record in made["items"]}
    return Queue(api, dataset, ids, people, questions)


def scope(entity: str, **more: str) -> dict[str, str]:
    """What a filter or an order is about, in the API's words."""
    return {"entity": entity, **more}


def terms(where: dict[str, str], *values: str) -> dict[str, Any]:
    """A filter: one of these values."""
    return {"type": "terms", "scope": where, "values": list(values)}


def between(where: dict[str, str], **ends: Any) -> dict[str, Any]:
    """A filter: a range."""
    return {"type": "range", "scope": where, **ends}
