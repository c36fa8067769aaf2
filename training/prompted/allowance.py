"""What a run of the prompted method may spend, and where its model answers: settings that may change at any time."""

from __future__ import annotations

from pathlib import Path

from winnow.config.task import EndpointConfig, Task
from winnow.core.atomic import atomic_write
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import PromptBackend
from winnow.core.record import Record
from winnow.generators.llm.model_roles import ModelRole
from winnow.generators.llm.prices import FREE_PRICES, endpoint_price, require_price
from winnow.generators.llm.request import CLAUDE, ModelChoice
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.prompted.router_prompt import RouterPrompt

ALLOWANCE_FILE = "allowance.json"
"""In the run folder. Not part of `run.json`, because it does not affect answers."""


class Allowance(Record):
    """The latest budget and endpoint of a run. They apply to all its requests, the budget also to past ones."""

    budget: float | None
    """Hard spending limit of the whole run in USD; None is no limit."""
    prices: str | None
    """`free`, or the absolute path of a price table; None is the shipped table."""
    endpoint: EndpointConfig = EndpointConfig()
    """Where the model answers."""


def chosen_allowance(settings: PromptSettings, task: Task) -> Allowance:
    """The allowance that the settings ask for. Raises WinnowError when Claude gets the model of another endpoint."""
    endpoint = _chosen_endpoint(settings, task)
    absolute = endpoint.model_copy(update={"prices": _absolute(endpoint.prices)})
    return Allowance(budget=settings.budget, prices=_absolute(settings.prices), endpoint=absolute)


def _chosen_endpoint(settings: PromptSettings, task: Task) -> EndpointConfig:
    ours = task.generate.endpoint
    if settings.backend == PromptBackend.ENDPOINT:
        return settings.endpoint or ours.model_copy(update={"prices": _if_free(ours.prices)})
    if ours.provider == CLAUDE:
        return ours.model_copy(update={"prices": _if_free(ours.prices)})
    if settings.model is None:
        found = f"backend is claude, but the task's model {task.generate.model} answers at another endpoint"
        raise WinnowError(Problem("settings", found, "a model of Claude", "set `model`, or backend=endpoint"))
    return EndpointConfig()


def _if_free(prices: str | None) -> str | None:
    """The task's price table is not part of a release, so that only `free` can be taken from its task file."""
    return prices if prices == FREE_PRICES else None


def _absolute(prices: str | None) -> str | None:
    return prices if prices in (None, FREE_PRICES) else str(Path(str(prices)).resolve())


def save_allowance(folder: Path, allowance: Allowance) -> None:
    """Store a run's allowance."""
    with atomic_write(folder / ALLOWANCE_FILE) as temporary:
        temporary.write_text(allowance.model_dump_json() + "\n", encoding="utf-8")


def load_allowance(folder: Path) -> Allowance:
    """A run's allowance."""
    return Allowance.model_validate_json((folder / ALLOWANCE_FILE).read_text(encoding="utf-8"))


def router_role(router_prompt: RouterPrompt, allowance: Allowance) -> ModelRole:
    """The model that answers, with its price.

    Raises WinnowError for a budget without a price: no worst case can be reserved then.
    """
    endpoint = allowance.endpoint
    price = endpoint_price(router_prompt.model, endpoint, folder=Path(), own_table=allowance.prices)
    fix = "set `prices` to `free` or to a price table of your own, or remove the limit with budget=null"
    problems = require_price(router_prompt.model, price, budgeted=allowance.budget is not None, fix=fix)
    if problems:
        raise WinnowError(problems)
    choice = ModelChoice(router_prompt.model, router_prompt.effort, router_prompt.cached, router_prompt.provider)
    return ModelRole(choice, endpoint, price)
