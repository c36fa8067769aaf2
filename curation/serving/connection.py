"""Which Argilla a workspace talks to: the team's own where the environment names one, else the embedded server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from curation.serving import people
from curation.serving.http import Api
from curation.serving.server import find
from validators.faults import Fault, ServiceError, WinnowError

URL, KEY, WORKSPACE = "WINNOW_ARGILLA_URL", "WINNOW_ARGILLA_API_KEY", "WINNOW_ARGILLA_WORKSPACE"


@dataclass(frozen=True)
class Connection:
    """An Argilla server that can be asked."""

    url: str
    key: str
    workspace: str
    """The Argilla workspace that holds the queues."""
    embedded: bool

    @property
    def api(self) -> Api:
        """For plain requests."""
        return Api(self.url, self.key)


def connect(home: Path, environment: Mapping[str, str] | None = None) -> Connection:
    """The server that the environment names, else the running embedded one of a home folder.

    Raises WinnowError when only half of it is named, ServiceError when none runs.
    """
    told = os.environ if environment is None else environment
    url, key = told.get(URL, "").rstrip("/"), told.get(KEY, "")
    workspace = told.get(WORKSPACE, "") or people.WORKSPACE
    if bool(url) != bool(key):
        missing = KEY if url else URL
        raise WinnowError(Fault(missing, "not set", f"both {URL} and {KEY}, or neither", f"set {missing}"))
    if url and not url.startswith(("http://", "https://")):
        raise WinnowError(Fault(URL, repr(url), "an address such as https://argilla.example.org", f"set {URL}"))
    if url:
        return Connection(url, key, workspace, embedded=False)
    server = find(home)
    if server is None:
        fix = f"run `winnow serve --background`, or set {URL} and {KEY} to use your own Argilla"
        raise ServiceError(Fault(str(home), "no labeling server of this workspace is running", "", fix))
    owner = server.owner()
    return Connection(owner.url, owner.key, workspace, embedded=True)
