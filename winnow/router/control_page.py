"""The page over the service: it holds nothing of the workspace but its name, and loads nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from winnow.core.package_vocabulary import PackageTarget
from winnow.reports.html import render

SCRIPT = Path(__file__).with_name("page.js")

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What the browser must not do with the page: no script but its own, no address but this one, no frame around it."""


def page_html(task: str) -> str:
    """The page; its script asks for the token and draws everything."""
    return render("router.html.j2", task=task, targets=list(PackageTarget))


def page_script() -> bytes:
    """The script of the page."""
    return SCRIPT.read_bytes()
