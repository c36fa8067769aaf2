"""Which runs send requests to a service when they answer."""

from __future__ import annotations

from winnow.training.run_facts import PromptRunFacts, RunFacts


def asks_a_service(facts: RunFacts) -> bool:
    """Whether a run sends its requests to a service, which costs money and answers a repeated text as it did before."""
    return isinstance(facts, PromptRunFacts) and facts.base is None
