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
    environment.filters |= {"percent": _percent, "points": _points, "interval": _interval, "why": _why}
    return environment


def _percent(value: Any) -> str:
    """A share; a dash where it was not measured."""
    return f"{100 * value:.1f} %" if isinstance(value, int | float) else "–"


def _points(value: Any) -> str:
    """A difference of shares, in percentage points, with its sign."""
    return f"{100 * value:+.1f}" if isinstance(value, int | float) else "–"


def _interval(bounds: Any) -> str:
    """From two bounds, or from what has `low` and `high`."""
    ends = [bounds.get("low"), bounds.get("high")] if isinstance(bounds, dict) else bounds
    low, high = (None if end is None else 100 * float(end) for end in ends)
    return "not measured" if low is None else f"{low:.1f} to {high:.1f} %"


def _why(figure: Any) -> str:
    """Why a figure was not measured; empty where it was."""
    return str(figure.get("why", "")) if isinstance(figure, dict) else ""
