"""Annotators on a real Argilla server, and a workspace that is connected to it."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, NamedTuple

from winnow.curation.labeling.server.accounts import DEFAULT_WORKSPACE, add_annotator
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer
from winnow.workspace import Workspace


@dataclass
class LabelingSetup:
    """A workspace, and the Argilla server that it is connected to."""

    workspace: Workspace
    api: ArgillaApi
    """As the server's owner."""
    argilla_workspace: str

    def dataset(self, name: str, suffix: str = "") -> dict[str, Any]:
        """The dataset of a queue."""
        spaces = {one["id"]: one["name"] for one in self.api.get("me/workspaces")["items"]}
        wanted = (name, self.argilla_workspace + suffix)
        found = self.api.get("me/datasets")["items"]
        return next(one for one in found if (one["name"], spaces[one["workspace_id"]]) == wanted)

    def records(self, name: str, suffix: str = "", *, bare: bool = False) -> list[dict[str, Any]]:
        """A dataset's records, sorted by Winnow's id."""
        include = () if bare else ("responses", "suggestions", "vectors")
        path = f"datasets/{self.dataset(name, suffix)['id']}/records?limit=1000"
        answer = self.api.get(f"{path}{''.join(f'&include={one}' for one in include)}")
        return sorted(answer["items"], key=lambda one: one["external_id"])

    def answer(
        self, annotator: ArgillaApi, record: dict[str, Any], label: str, status: str = "submitted", **more: Any
    ) -> None:
        """An annotator's response to a record; `more` are answers to further questions."""
        values = {"label": {"value": label}, **{name: {"value": value} for name, value in more.items()}}
        annotator.send("POST", f"records/{record['id']}/responses", {"values": values, "status": status})


def sign_in(server: EmbeddedServer, name: str, password: str) -> str:
    """An access token for a user."""
    form = f"username={name}&password={password}".encode()
    with urllib.request.urlopen(f"{server.url}/api/v1/token", data=form, timeout=30) as answer:
        return str(json.load(answer)["access_token"])


class SignInAnswer(NamedTuple):
    """The answer to an attempt to sign in."""

    status: int
    wait: int
    """Seconds after which the next attempt is accepted; 0 if the server does not say."""


def try_password(
    server: EmbeddedServer, name: str, password: str, address: str, *, patience: float = 30
) -> SignInAnswer:
    """Try a password from an address, as a proxy on this machine tells it to the server; wait `patience` seconds."""
    form = urllib.parse.urlencode({"username": name, "password": password}).encode()
    request = urllib.request.Request(f"{server.url}/api/v1/token", data=form, headers={"X-Forwarded-For": address})
    try:
        answer = urllib.request.urlopen(request, timeout=patience)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return SignInAnswer(answer.status, int(answer.headers.get("Retry-After", 0)))


def new_annotator(api: ArgillaApi, name: str, argilla_workspace: str = DEFAULT_WORKSPACE) -> ArgillaApi:
    """Add an annotator and connect as them."""
    add_annotator(api, name, argilla_workspace)
    key = next(user["api_key"] for user in api.get("users")["items"] if user["username"] == name)
    return ArgillaApi(api.url, key)


def annotators_of(labeling: LabelingSetup, *names: str) -> list[ArgillaApi]:
    """Add annotators to the setup's Argilla workspace, which is appended to their names, and connect as each."""
    space = labeling.argilla_workspace
    return [new_annotator(labeling.api, f"{name}-{space}", space) for name in names]
