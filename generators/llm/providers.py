"""Every provider of language models by its name in the task file. A new provider is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.generators.llm.anthropic import ANTHROPIC
from winnow.generators.llm.client import Provider
from winnow.generators.llm.openai import OPENAI
from winnow.generators.llm.response import LlmResponse

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (ANTHROPIC, OPENAI)}


def find_provider(name: str) -> Provider:
    """A provider by its name. Raises WinnowError when there is none."""
    if name in PROVIDERS:
        return PROVIDERS[name]
    fix = suggestion(name, list(PROVIDERS), "choose one of these")
    raise WinnowError(Problem("endpoint.provider", repr(name), ", ".join(PROVIDERS), fix))


def read_response(provider: str, response: Mapping[str, Any]) -> LlmResponse:
    """Read a stored response with the provider that it came from."""
    return find_provider(provider).read(response)
