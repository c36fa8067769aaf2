"""The base models that `decide` recommends, as data: base_models.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from winnow.core.record import Record

TABLE = Path(__file__).parent / "base_models.yaml"


class BaseModelEntry(Record):
    """One base model: when to use it, what it takes, and where that is from."""

    name: str
    """Name of the model."""
    kind: str
    """The kind of task that it is for."""
    use: str
    """When to use it."""
    speed: str
    """What its time for a query depends on."""
    source: str
    """Where the figures come from."""
    languages: tuple[str, ...] = ()
    """Languages of the task that it is for; empty: any."""
    set_model: str | None = None
    """The setting `model` that names it; null where it is the default."""
    settings: str | None = None
    """The settings file that Winnow ships for it; null where there is none."""
    trains_on_cpu: bool = False
    """Whether a processor without a GPU trains it in hours."""
    bf16_gib: float | None = None
    """Memory of LoRA in bf16 on a GPU at the peak; null where it is not a question."""
    nf4_gib: float | None = None
    """The same on four-bit weights."""
    cpu_gib: float | None = None
    """The same in f32 without a GPU."""


@lru_cache(maxsize=1)
def read_base_models() -> tuple[BaseModelEntry, ...]:
    """Every base model of the table, the smallest of a kind first."""
    return tuple(BaseModelEntry.model_validate(one) for one in yaml.safe_load(TABLE.read_text(encoding="utf-8")))
