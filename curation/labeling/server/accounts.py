"""Annotators' accounts on an Argilla server: add, list, reset, remove."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.labeling.server.argilla_api import ArgillaApi

DEFAULT_WORKSPACE = "winnow"
"""The Argilla workspace that holds the queues by default."""

LEADS_SUFFIX = "-leads"
"""Suffix of the Argilla workspace whose members adjudicate."""

ACCOUNT_NAME = re.compile(r"[^\s/\\]{1,60}")


@dataclass(frozen=True)
class AnnotatorAccount:
    """One account."""

    name: str
    active: bool
    """Whether the annotator has access; False after `remove`."""
    lead: bool = False
    """Whether the annotator also adjudicates."""
    password: str | None = None
    """Known only when it was just created."""


def annotator_accounts(api: ArgillaApi, workspace: str = DEFAULT_WORKSPACE) -> list[AnnotatorAccount]:
    """All accounts, removed ones included, by name."""
    members, leads = _member_ids(api, workspace), _member_ids(api, workspace + LEADS_SUFFIX)
    accounts = [user for user in api.get("users")["items"] if user["role"] == "annotator"]
    found = [AnnotatorAccount(user["username"], user["id"] in members, user["id"] in leads) for user in accounts]
    return sorted(found, key=lambda one: one.name)


def add_annotator(
    api: ArgillaApi, name: str, workspace: str = DEFAULT_WORKSPACE, *, lead: bool = False
) -> AnnotatorAccount:
    """Create an account with a random password, or give an existing one access. A lead also adjudicates.

    An existing account without any access was removed, and gets a new password; otherwise it keeps its own. Raises
    WinnowError for a name that is taken.
    """
    if not ACCOUNT_NAME.fullmatch(name):
        raise WinnowError(Problem(name, "not a valid account name", "1 to 60 characters without spaces or slashes"))
    user = next((one for one in api.get("users")["items"] if one["username"] == name), None)
    target_workspaces = {workspace, workspace + LEADS_SUFFIX} if lead else {workspace}
    memberships = {one["name"] for one in api.get(f"users/{user['id']}/workspaces")["items"]} if user else set()
    if user is not None and (user["role"] != "annotator" or target_workspaces <= memberships):
        fix = f"choose another name, or run `{command('annotators reset', name)}` for a new password"
        raise WinnowError(Problem(name, "this name is taken", "a new name", fix))
    password = None if memberships else secrets.token_urlsafe(12)
    if user is None:
        user = api.send("POST", "users", {"username": name, "first_name": name, "password": password})
    elif password:
        api.send("PATCH", f"users/{user['id']}", {"password": password})
    for target_workspace in sorted(target_workspaces - memberships):
        api.send("POST", f"workspaces/{_workspace_id(api, target_workspace)}/users", {"user_id": user["id"]})
    return AnnotatorAccount(name, True, lead or workspace + LEADS_SUFFIX in memberships, password)


def reset_annotator(api: ArgillaApi, name: str, workspace: str = DEFAULT_WORKSPACE) -> AnnotatorAccount:
    """Give an annotator a new random password."""
    user = _user(api, name)
    password = secrets.token_urlsafe(12)
    api.send("PATCH", f"users/{user['id']}", {"password": password})
    return AnnotatorAccount(name, True, user["id"] in _member_ids(api, workspace + LEADS_SUFFIX), password)


def remove_annotator(api: ArgillaApi, name: str, workspace: str = DEFAULT_WORKSPACE) -> AnnotatorAccount:
    """Revoke an annotator's access to a workspace and those that belong to it. Responses are kept.

    An account that then has no access at all gets a password that nobody knows.
    """
    user = _user(api, name)
    memberships = api.get(f"users/{user['id']}/workspaces")["items"]
    own_workspaces = [one for one in memberships if one["name"] == workspace or one["name"].startswith(f"{workspace}-")]
    for target_workspace in own_workspaces:
        api.send("DELETE", f"workspaces/{target_workspace['id']}/users/{user['id']}", None)
    if len(own_workspaces) == len(memberships):
        api.send("PATCH", f"users/{user['id']}", {"password": secrets.token_urlsafe(48)})
    return AnnotatorAccount(name, False)


def _user(api: ArgillaApi, name: str) -> dict[str, Any]:
    for user in api.get("users")["items"]:
        if user["username"] == name and user["role"] == "annotator":
            return dict(user)
    raise WinnowError(Problem(name, "no annotator has this name", f"a name that `{command('annotators list')}` shows"))


def _member_ids(api: ArgillaApi, workspace: str) -> set[str]:
    return {user["id"] for user in api.get(f"workspaces/{_workspace_id(api, workspace)}/users")["items"]}


def _workspace_id(api: ArgillaApi, name: str) -> str:
    """The id of an Argilla workspace, created on first use."""
    for workspace in api.get("me/workspaces")["items"]:
        if workspace["name"] == name:
            return str(workspace["id"])
    return str(api.send("POST", "workspaces", {"name": name})["id"])
