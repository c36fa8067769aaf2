"""One spelling for equal JSON, and its hash: by this hash requests are counted."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON without spaces, keys sorted."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def request_hash(body: Any) -> str:
    """SHA-256 of a request's canonical body; the same for a request alone and inside a batch."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()
