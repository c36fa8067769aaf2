"""Plain HTTP requests to an Argilla server; a local one is reached past any proxy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from winnow.core.commands import command
from winnow.core.errors import Problem, ServiceError, WinnowError

DIRECT_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

PROXY_OPENER = urllib.request.build_opener()

LOCAL_ADDRESSES = ("http://127.", "http://localhost", "http://[::1]")

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class ArgillaApi:
    """An Argilla server, and the API key that requests are sent with."""

    url: str
    key: str = ""

    def get(self, path: str, *, seconds: float = TIMEOUT_SECONDS) -> Any:
        """The response to a GET request."""
        return self.send("GET", path, None, seconds=seconds)

    def send(self, method: str, path: str, data: Any, *, seconds: float = TIMEOUT_SECONDS) -> Any:
        """Send a request; an empty response is None.

        Raises WinnowError when the server rejects it, ServiceError when it does not respond.
        """
        headers = {"Content-Type": "application/json", **({"X-Argilla-Api-Key": self.key} if self.key else {})}
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=body, headers=headers, method=method)
        try:
            with (DIRECT_OPENER if self.url.startswith(LOCAL_ADDRESSES) else PROXY_OPENER).open(
                request, timeout=seconds
            ) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            detail = error.read().decode("utf-8", "replace")[:500]
            where = f"{self.url} {method} {path}"
            raise WinnowError(Problem(where, f"responded {error.code}: {detail}")) from error
        except (OSError, ValueError) as error:
            fix = f"check that it is running; `{command('serve')}` starts the embedded one"
            raise ServiceError(Problem(self.url, f"the labeling server does not respond: {error}", "", fix)) from error
        return json.loads(content) if content else None
