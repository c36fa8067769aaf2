"""The task: what winnow.yaml says, as models that reject unknown keys."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from winnow.config.gate_thresholds import GateThresholds
from winnow.config.section import Name, Share, TaskSection

GOALS = ("accuracy", "in_scope_accuracy", "macro_f1", "out_of_scope_recall")
"""Measures that `goals` may name, beside GOALS_BY_LABEL."""

GOALS_BY_LABEL = ("recall", "precision")
"""Of one label: `recall.LABEL`."""


class NearMiss(TaskSection):
    """A text that looks like the label but belongs to another one."""

    text: str
    label: str


class Label(TaskSection):
    """One class."""

    name: Name
    route: Name | None = None
    """Where the label is sent (the agent id)."""
    description: str = ""
    """When to use it, as a person would explain it; it becomes the guideline."""
    examples: list[str] = []
    near_miss: NearMiss | None = None


class TargetsConfig(TaskSection):
    """What the data lead wants the dataset to hold."""

    per_label: Annotated[int, Field(ge=1)] = 50
    """Labeled records a label should have, over all splits."""
    synthetic_share_max: Share = 0.7
    """Of train."""
    fallback_share: tuple[Share, Share] = (0.10, 0.15)
    """Of train, lowest and highest."""
    mix: dict[str, tuple[Share, Share]] = {}
    """Lowest and highest share of train, by origin or by the name of a source file."""
    facets: dict[str, dict[str, Share]] = {}
    """Lowest share that a facet's value should have among the train rows of every label."""


class ReviewConfig(TaskSection):
    """How synthetic records are accepted (design rule 5)."""

    share: Share = 0.15
    defect_rate_target: Share = 0.05
    defect_rate_max: Share = 0.10
    confidence: Share = 0.95
    second_reviewer_share: Share = 0.2
    blind_share: Share = 0.2

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.defect_rate_target > self.defect_rate_max:
            raise ValueError("defect_rate_target is above defect_rate_max")
        if not 0 < self.confidence < 1:
            raise ValueError("confidence lies between 0 and 1, both left out")
        return self


class SplitsConfig(TaskSection):
    """How records are reserved. Changing it never moves what is already reserved."""

    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.15
    """Share of eligible human rows."""
    test: Annotated[float, Field(ge=0, le=0.5)] = 0.15
    key: str = "winnow"
    """The key of the hash that gives the order."""


Entity = Literal[
    "SECRET", "URL", "EMAIL_ADDRESS", "IBAN_CODE", "CRYPTO", "MAC_ADDRESS", "IP_ADDRESS", "US_DRIVER_LICENSE",
    "US_PASSPORT", "US_SSN", "CREDIT_CARD", "US_BANK_NUMBER", "PHONE_NUMBER", "PERSON", "LOCATION", "ORGANIZATION",
]  # fmt: skip


class PrivacyConfig(TaskSection):
    """What happens to private data when it is added."""

    policy: dict[Entity, Literal["replace", "drop", "allow"]] = {}
    """By entity; the others are replaced, names of people, places and organizations allowed."""
    model: str | None = None
    """A folder with a token-classification model that finds names; without one none are found."""


class LicensesConfig(TaskSection):
    """Under which licenses records may be exported."""

    allow: list[Name] = []
    """Licenses that pass although they are `unknown` or forbid commercial use."""


class ScreenConfig(TaskSection):
    """What `add` lets in."""

    max_characters: Annotated[int, Field(ge=1)] = 2000


class GenerateConfig(TaskSection):
    """How Claude is asked to write."""

    model: Name = "claude-sonnet-5-5"
    effort: Literal["none", "low", "medium", "high"] = "low"
    """How hard it is to think, which is billed as output; `none` leaves it to the model."""
    judge_model: Name | None = None
    """Who labels blind; the same model when left out."""
    per_request: Annotated[int, Field(ge=1, le=50)] = 10
    """Queries to a request."""
    cache: bool = True
    """Mark what all questions share to be cached; off for a gateway that does not know it."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """USD that all runs of the workspace together may cost."""
    prices: str | None = None
    """A JSON file of prices beside `winnow.yaml`, where the shipped table is out of date."""


class EmbedderConfig(TaskSection):
    """Which model measures nearness."""

    model: str | None = None
    """A folder or hub id of a sentence-transformers model; the bundled all-MiniLM-L6-v2 when left out."""
    backend: Literal["openvino", "torch"] = "openvino"


class Task(TaskSection):
    """The whole of `winnow.yaml`."""

    name: Name
    kind: Literal["intents", "tools"]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    """ISO 639-1 code."""
    fallback: str | None = None
    """The out-of-scope label."""
    labels: list[Label] = []
    """Class ids follow this order; new labels are appended."""
    confusable: list[tuple[str, str]] = []
    slots: dict[str, list[str]] = {}
    variations_per_seed: Annotated[int, Field(ge=1)] = 6
    """At most so many records of one group stay in train."""
    targets: TargetsConfig = TargetsConfig()
    review: ReviewConfig = ReviewConfig()
    splits: SplitsConfig = SplitsConfig()
    facets: dict[Name, Annotated[str, Field(pattern=r"^[\w./-]+\.py:\w+$")]] = {}
    """The team's own facets: name to FILE.py:FUNCTION beside `winnow.yaml`; the function takes a text, returns a word.
    """
    licenses: LicensesConfig = LicensesConfig()
    private: PrivacyConfig = PrivacyConfig()
    goals: dict[str, Share] = {}
    """What a model must reach to be deployed, by measure: one of GOALS, or `recall.LABEL` or `precision.LABEL`."""
    must_pass: str | None = None
    """A file beside `winnow.yaml` of queries that every model has to get right."""
    gates: GateThresholds = GateThresholds()
    screen: ScreenConfig = ScreenConfig()
    embedder: EmbedderConfig = EmbedderConfig()
    generate: GenerateConfig = GenerateConfig()
    tools: str | None = None
    """kind tools: a JSON file of tool schemas."""
    system_prompt: str | None = None
    """kind tools: a text file."""
    call_format: str = "fenced_json"

    @property
    def label_names(self) -> list[str]:
        """Label names in the order of the class ids."""
        return [label.name for label in self.labels]

    @property
    def routes(self) -> dict[str, str | None]:
        """Each label's route."""
        return {label.name: label.route for label in self.labels}
