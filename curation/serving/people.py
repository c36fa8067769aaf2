"""The people who label: their accounts on an Argilla server.

A person who is removed is shut out; the account stays, because Argilla deletes all answers along with an account.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from curation.serving.http import Api
from validators.faults import Fault, WinnowError

WORKSPACE = "winnow"
"""The Argilla workspace that holds the queues, unless another is named."""
LEADS = "-leads"
"""What the name of the workspace ends with whose members adjudicate."""
NAME = re.compile(r"[^\s/\\]{1,60}")


@dataclass(frozen=True)
class Annotator:
    """One account."""

    name: str
    active: bool
    """Whether the person may label; False after `remove`."""
    lead: bool = False
    """Whether the person may adjudicate too."""
    password: str | None = None
    """Known only where it has just been made."""


def annotators(api: Api, workspace: str = WORKSPACE) -> list[Annotator]:
    """Everybody who labels or did, by name."""
    members, leads = _members(api, workspace), _members(api, workspace + LEADS)
    people = [user for user in api.get("users")["items"] if user["role"] == "annotator"]
    found = [Annotator(user["username"], user["id"] in members, user["id"] in leads) for user in people]
    return sorted(found, key=lambda one: one.name)


def add_annotator(api: Api, name: str, workspace: str = WORKSPACE, *, lead: bool = False) -> Annotator:
    """Make an account with a random password, or let one in that is there. A lead adjudicates too.

    An account that may enter nowhere was removed, and gets a new password; another one keeps its own. Raises
    WinnowError for a name that is taken.
    """
    if not NAME.fullmatch(name):
        raise WinnowError(Fault(name, "no name for an account", "1 to 60 characters without spaces or slashes"))
    user = next((one for one in api.get("users")["items"] if one["username"] == name), None)
    places = {workspace, workspace + LEADS} if lead else {workspace}
    enters = {one["name"] for one in api.get(f"users/{user['id']}/workspaces")["items"]} if user else set()
    if user is not None and (user["role"] != "annotator" or places <= enters):
        fix = f"choose another, or `winnow annotators reset {name}` for a new password"
        raise WinnowError(Fault(name, "this name is taken", "a new name", fix))
    password = None if enters else secrets.token_urlsafe(12)
    if user is None:
        user = api.ask("POST", "users", {"username": name, "first_name": name, "password": password})
    elif password:
        api.ask("PATCH", f"users/{user['id']}", {"password": password})
    for place in sorted(places - enters):
        api.ask("POST", f"workspaces/{_workspace(api, place)}/users", {"user_id": user["id"]})
    return Annotator(name, True, lead or workspace + LEADS in enters, password)


def reset_annotator(api: Api, name: str, workspace: str = WORKSPACE) -> Annotator:
    """Give a person a new random password."""
    user = _user(api, name)
    password = secrets.token_urlsafe(12)
    api.ask("PATCH", f"users/{user['id']}", {"password": password})
    return Annotator(name, True, user["id"] in _members(api, workspace + LEADS), password)


def remove_annotator(api: Api, name: str, workspace: str = WORKSPACE) -> Annotator:
    """Shut a person out of a workspace and those that belong to it. What was answered stays.

    Who may enter nowhere then has no password that anybody knows.
    """
    user = _user(api, name)
    enters = api.get(f"users/{user['id']}/workspaces")["items"]
    ours = [one for one in enters if one["name"] == workspace or one["name"].startswith(f"{workspace}-")]
    for place in ours:
        api.ask("DELETE", f"workspaces/{place['id']}/users/{user['id']}", None)
    if len(ours) == len(enters):
        api.ask("PATCH", f"users/{user['id']}", {"password": secrets.token_urlsafe(48)})
    return Annotator(name, False)


def _user(api: Api, name: str) -> dict[str, Any]:
    for user in api.get("users")["items"]:
        if user["username"] == name and user["role"] == "annotator":
            return dict(user)
    raise WinnowError(Fault(name, "no annotator of this name", "one that `winnow annotators list` shows"))


def _members(api: Api, workspace: str) -> set[str]:
    return {user["id"] for user in api.get(f"workspaces/{_workspace(api, workspace)}/users")["items"]}


def _workspace(api: Api, name: str) -> str:
    """The id of an Argilla workspace, made on first use."""
    for workspace in api.get("me/workspaces")["items"]:
        if workspace["name"] == name:
            return str(workspace["id"])
    return str(api.ask("POST", "workspaces", {"name": name})["id"])
