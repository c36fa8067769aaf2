"""Pages: self-contained HTML from templates, every text escaped, readable without a network or a script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from curation.folder import replacing


def render(template: str, /, **values: Any) -> str:
    """A page as HTML."""
    return _environment().get_template(template).render(**values)


def write_page(page: str, path: Path) -> Path:
    """Put a page in its place in one step; returns the path."""
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "interval": _interval}
    return environment


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _interval(bounds: Any) -> str:
    low, high = bounds
    return "not measured" if low is None else f"{100 * low:.1f} to {100 * high:.1f} %"
