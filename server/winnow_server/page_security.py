"""What protects the pages in a browser: headers, no request to another host, no pages about the API."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

API_DOCUMENTATION = {
    "/api", "/docs", "/redoc", "/openapi.json",
    "/api/v1/docs", "/api/v1/docs/oauth2-redirect", "/api/v1/redoc", "/api/v1/openapi.json",
}  # fmt: skip
"""Paths that describe the API; they are closed."""

GUIDELINES_PATH = "/guidelines/"

GUIDELINES_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The guidelines pages are text with their own style, nothing else."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every response."""

RANGE_HEADER = b"range"
"""Removed from requests: the pinned Starlette takes quadratic time for many ranges (CVE-2025-62727)."""

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

FOREIGN_IMPORT = re.compile(r"@import\s+url\(\s*[\"']?(?:https?:)?//[^)]*\)[^;]*;")
"""A stylesheet of another host, in CSS."""


def with_page_security(app: Any, pages: Path) -> Any:
    """The application with security headers, and without the API's documentation. `pages` are Argilla's pages."""
    argilla_policy = content_policy(pages)

    async def respond(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = re.sub("/+", "/", scope["path"])
        policy = GUIDELINES_POLICY if path.startswith(GUIDELINES_PATH) else argilla_policy

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**HEADERS, "Content-Security-Policy": policy})
            await send(message)

        closed = (path.rstrip("/") or "/") in API_DOCUMENTATION
        answer = PlainTextResponse("not found", status_code=404) if closed else app
        headers = [(name, value) for name, value in scope["headers"] if name != RANGE_HEADER]
        await answer({**scope, "headers": headers}, receive, send_with_headers)

    return respond


def content_policy(pages: Path) -> str:
    """Argilla's pages load from this server alone, run their own scripts, and are shown in no frame."""
    inline = INLINE_SCRIPT.findall((pages / "index.html").read_text())
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inline)
    return (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def remove_foreign_imports(pages: Path) -> None:
    """Remove fonts of other hosts from the stylesheets; the pages fall back to fonts of the system."""
    for stylesheet in pages.rglob("*.css"):
        text = stylesheet.read_text()
        if (local := FOREIGN_IMPORT.sub("", text)) != text:
            stylesheet.write_text(local)


def argilla_pages(app: Any) -> Path:
    """The folder from which Argilla serves its pages: a copy that it makes at each start."""
    return Path(next(route.app.directory for route in app.routes if getattr(route, "name", "") == "static"))
