"""HTML pages: self-contained, every text escaped, no network and no scripts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from winnow.core.atomic import atomic_write
from winnow.core.result import NotMeasured
from winnow.reports.formatting import goal_value, interval, percent, percentage_points, why_not_measured


def render(template: str, /, **values: Any) -> str:
    """A page as HTML."""
    return _environment().get_template(template).render(**values)


def write_page(page: str, path: Path) -> Path:
    """Write a page atomically; returns the path."""
    with atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _figure_or_dash(value: object) -> object:
    """What a page prints for a value: a figure that was not measured is a dash."""
    return "–" if isinstance(value, NotMeasured) else value


def _with_commands(text: str) -> Markup:
    """A text with its parts in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("winnow.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_figure_or_dash,
    )
    environment.filters |= {
        "percent": percent,
        "points": percentage_points,
        "interval": interval,
        "goal_value": goal_value,
        "why": why_not_measured,
        "commands": _with_commands,
    }
    return environment
