"""Which models write and judge, where they answer, and at which price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from winnow.config.task import EndpointConfig, GenerateConfig, Task
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import ThinkingEffort
from winnow.generators.llm.client import LlmClient, Provider
from winnow.generators.llm.prices import Price, Usage, endpoint_price, require_price
from winnow.generators.llm.providers import PROVIDERS, find_provider
from winnow.generators.llm.request import CLAUDE, LlmRequest, ModelChoice


@dataclass(frozen=True)
class ModelRole:
    """One model, where it answers, and its price."""

    choice: ModelChoice
    endpoint: EndpointConfig
    price: Price | None
    """None where it is not known."""

    @property
    def provider(self) -> Provider:
        """How to reach the model."""
        return find_provider(self.choice.provider)

    def connect(self, no_key_fix: str = "") -> LlmClient:
        """A connection to the model. Raises WinnowError when a key is missing."""
        return self.provider.connect(self.endpoint, no_key_fix)

    def cost(self, usage: Usage, *, batch: bool = False) -> int | None:
        """The cost of a response in nanodollars; None where the price is not known."""
        return self.price.cost(usage, batch=batch) if self.price else None

    def worst_case(self, request: LlmRequest, *, batch: bool = False) -> int:
        """The worst-case cost of a request in nanodollars; 0 where the price is not known."""
        return self.price.worst_case(request, batch=batch) if self.price else 0


@dataclass(frozen=True)
class ModelRoles:
    """The model that writes, and the one that labels what was written blind."""

    writer: ModelRole
    judge: ModelRole | None

    def __iter__(self) -> Iterator[ModelRole]:
        return iter([self.writer] if self.judge is None else [self.writer, self.judge])

    @property
    def free(self) -> bool:
        """Whether no request of the run costs anything."""
        return all(role.price is not None and role.price.is_free for role in self)


def choose_models(task: Task, root: Path, *, judged: bool, budgeted: bool, batches: bool = False) -> ModelRoles:
    """Choose the models.

    Raises WinnowError for an unknown provider, for batches at a provider that has none, and for a budget without a
    price: no worst case can be reserved then.
    """
    settings = task.generate
    budgeted = budgeted or settings.budget is not None
    writer = choose_model(settings, settings.model, settings.endpoint, root)
    judge = None
    if judged:
        endpoint = settings.judge_endpoint or settings.endpoint
        judge = choose_model(settings, settings.judge_model or settings.model, endpoint, root)
    roles = ModelRoles(writer, judge)
    fix = "set the `prices` of its endpoint to a table or to `free`, or leave out the budget"
    problems = [
        problem
        for role in dict.fromkeys(roles)
        for problem in require_price(role.choice.model, role.price, budgeted=budgeted, fix=fix)
    ]
    problems += [_no_batches(role) for role in dict.fromkeys(roles) if batches and role.provider.batches is None]
    if problems:
        raise WinnowError(problems)
    return roles


def choose_model(settings: GenerateConfig, model: str, endpoint: EndpointConfig, root: Path) -> ModelRole:
    """A model at an endpoint, with the task's settings. Raises WinnowError for an unknown provider."""
    find_provider(endpoint.provider)
    choice = ModelChoice(model, chosen_effort(settings, endpoint), settings.cache, endpoint.provider)
    return ModelRole(choice, endpoint, endpoint_price(model, endpoint, folder=root, own_table=settings.prices))


def chosen_effort(settings: GenerateConfig, endpoint: EndpointConfig) -> ThinkingEffort:
    """The effort of a model at an endpoint.

    A server that is not Claude's gets an effort only if the task names one: many models have no such setting.
    """
    named = endpoint.provider == CLAUDE or "effort" in settings.model_fields_set
    return settings.effort if named else ThinkingEffort.NONE


def _no_batches(role: ModelRole) -> Problem:
    with_batches = ", ".join(name for name, provider in PROVIDERS.items() if provider.batches)
    found = f"{role.choice.model} answers at the provider {role.choice.provider}, which has no batch API"
    return Problem(Parameter("batch_api"), found, f"a provider with batches: {with_batches}", "leave it out")
