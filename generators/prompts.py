"""Prompts: files with a purpose and a version, rendered with everything that strangers wrote quoted as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

NAMES = (
    "task",
    "examples",
    "ambiguous",
    "domain",
    "fixes",
    "regions",
    "contrasts",
    "negatives",
    "judge_task",
    "judge",
    "router_task",
    "router",
    "router_local",
)


@dataclass(frozen=True)
class Prompt:
    """One prompt file."""

    name: str
    purpose: str
    version: str
    """Raised whenever the text changes: records name the version that they come from."""
    text: str

    def render(self, **values: object) -> str:
        """The prompt with its values. Raises jinja2's UndefinedError when one is missing."""
        return _environment().from_string(self.text).render(**values).strip() + "\n"


@cache
def prompt(name: str) -> Prompt:
    """A prompt by its name."""
    raw = files("generators").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    _, head, text = raw.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return Prompt(name, fields["purpose"], fields["version"], text)


def version_of(*names: str) -> str:
    """What records say of the prompts that they come from: `examples 1, task 1`."""
    return ", ".join(f"{name} {prompt(name).version}" for name in names)


def data(value: Any) -> str:
    """A value as JSON on one line, in which no text can end the quotation or open a tag."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.filters["data"] = data
    return environment
