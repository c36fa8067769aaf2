"""Plain requests to an Argilla server; past any proxy to one on this machine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from validators.faults import Fault, ServiceError, WinnowError

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
BY_PROXY = urllib.request.build_opener()
LOCAL = ("http://127.", "http://localhost", "http://[::1]")
SECONDS = 60.0


@dataclass(frozen=True)
class Api:
    """An Argilla server and who asks it."""

    url: str
    key: str = ""

    def get(self, path: str, *, seconds: float = SECONDS) -> Any:
        """What the server says at a path."""
        return self.ask("GET", path, None, seconds=seconds)

    def ask(self, method: str, path: str, data: Any, *, seconds: float = SECONDS) -> Any:
        """Send a request; an empty answer is None.

        Raises WinnowError when the server refuses it, ServiceError when it does not answer.
        """
        headers = {"Content-Type": "application/json", **({"X-Argilla-Api-Key": self.key} if self.key else {})}
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=body, headers=headers, method=method)
        try:
            with (DIRECT if self.url.startswith(LOCAL) else BY_PROXY).open(request, timeout=seconds) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            detail = error.read().decode("utf-8", "replace")[:500]
            where = f"{self.url} {method} {path}"
            raise WinnowError(Fault(where, f"answered {error.code}: {detail}")) from error
        except (OSError, ValueError) as error:
            fix = "see that it runs; the embedded one starts with `winnow serve`"
            raise ServiceError(Fault(self.url, f"the labeling server does not answer: {error}", "", fix)) from error
        return json.loads(content) if content else None
