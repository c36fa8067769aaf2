"""The prompt template of a task: the words around the text of an example in chat exports."""

from __future__ import annotations

from typing import NamedTuple

PLACEHOLDER = "{text}"
"""Where the text stands. Every other brace is a character like any other."""


class PromptText(str):
    """A text as a prompt for a language model has it: perhaps with the words of a template around it."""


class PromptTemplate(NamedTuple):
    """A prompt template in two parts."""

    before: str = ""
    """What stands before the text."""
    after: str = ""
    """What stands after it."""

    def fill(self, text: str) -> str:
        """The prompt with this text."""
        return self.before + text + self.after

    def text_of(self, prompt: str) -> str:
        """The text of a prompt; all of it, if it was not written with this template."""
        fits = prompt.startswith(self.before) and prompt.endswith(self.after)
        end = len(prompt) - len(self.after)
        return prompt[len(self.before) : end] if fits and end >= len(self.before) else prompt


def template_fault(template: str) -> str:
    """What is wrong with a template, in words for a message; empty when nothing is."""
    count = template.count(PLACEHOLDER)
    if count == 1:
        return ""
    return f"{PLACEHOLDER} is missing" if count == 0 else f"{PLACEHOLDER} occurs {count} times"


def parse_template(template: str | None) -> PromptTemplate:
    """The parts of a template that `template_fault` found nothing wrong with; None is the text alone."""
    before, _, after = (template or PLACEHOLDER).partition(PLACEHOLDER)
    return PromptTemplate(before, after)
