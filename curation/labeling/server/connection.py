"""Which Argilla a workspace uses: the team's own if the environment names one, else the embedded server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.curation.labeling.server import accounts
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import find_server

URL_VARIABLE, KEY_VARIABLE, WORKSPACE_VARIABLE = (
    "WINNOW_ARGILLA_URL",
    "WINNOW_ARGILLA_API_KEY",
    "WINNOW_ARGILLA_WORKSPACE",
)


@dataclass(frozen=True)
class ArgillaConnection:
    """How to reach an Argilla server."""

    url: str
    key: str
    workspace: str
    """The Argilla workspace that holds the queues."""
    embedded: bool

    @property
    def api(self) -> ArgillaApi:
        """Plain HTTP requests to the server."""
        return ArgillaApi(self.url, self.key)


def connect_to_argilla(home: Path, environment: Mapping[str, str] | None = None) -> ArgillaConnection:
    """The server given by environment variables, else the running embedded one of a home folder.

    Raises WinnowError when the variables are incomplete, ServiceError when no server is running.
    """
    variables = os.environ if environment is None else environment
    url, key = variables.get(URL_VARIABLE, "").rstrip("/"), variables.get(KEY_VARIABLE, "")
    workspace = variables.get(WORKSPACE_VARIABLE, "") or accounts.DEFAULT_WORKSPACE
    if bool(url) != bool(key):
        missing = KEY_VARIABLE if url else URL_VARIABLE
        raise WinnowError(
            Problem(missing, "not set", f"both {URL_VARIABLE} and {KEY_VARIABLE}, or neither", f"set {missing}")
        )
    if url and not url.startswith(("http://", "https://")):
        raise WinnowError(
            Problem(URL_VARIABLE, repr(url), "an address such as https://argilla.example.org", f"set {URL_VARIABLE}")
        )
    if url:
        return ArgillaConnection(url, key, workspace, embedded=False)
    server = find_server(home)
    if server is None:
        start = command("serve", background=True)
        fix = f"run `{start}`, or set {URL_VARIABLE} and {KEY_VARIABLE} to use your own Argilla"
        raise ServiceError(Problem(str(home), "the labeling server of this workspace is not running", "", fix))
    owner_api = server.owner_api()
    return ArgillaConnection(owner_api.url, owner_api.key, workspace, embedded=True)
