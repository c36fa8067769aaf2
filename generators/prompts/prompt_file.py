"""Prompt files with a purpose and a version, rendered with all user text quoted as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template


@dataclass(frozen=True)
class PromptFile:
    """One prompt file."""

    name: str
    purpose: str
    version: str
    """Raised whenever the text changes; records store the version that produced them."""
    text: str

    def render(self, **values: object) -> str:
        """The prompt with its values. Raises jinja2's UndefinedError when one is missing."""
        return _template(self.text).render(**values).strip() + "\n"


@cache
def load_prompt(name: str) -> PromptFile:
    """Load a prompt file by its name."""
    raw = files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    _, head, text = raw.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return PromptFile(name, fields["purpose"], fields["version"], text)


def prompt_versions(*names: str) -> str:
    """The prompts that produced a record, as it stores them: `examples 1, task 1`."""
    return ", ".join(f"{name} {load_prompt(name).version}" for name in names)


def quote_as_data(value: Any) -> str:
    """A value as JSON on one line, escaped so that no text can end the quotation or open a tag."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")


@cache
def _template(text: str) -> Template:
    """The template of a prompt file, compiled once: every request renders it."""
    return _environment().from_string(text)


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.filters["data"] = quote_as_data
    return environment
