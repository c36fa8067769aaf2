"""The task: the content of winnow.yaml, as models that reject unknown keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from winnow.config.agent_roles import AgentRole
from winnow.config.decision_rules import DecisionRulesConfig
from winnow.config.embedder_options import EmbedderConfig, with_measured_cosines
from winnow.config.gate_thresholds import GateThresholds
from winnow.config.interactions import InteractionsConfig
from winnow.config.privacy import PrivacyConfig
from winnow.config.section import Count, LoosenableSection, Name, Number, Share, TaskSection
from winnow.config.serving_goals import GoalValue
from winnow.config.source_options import SourceOptions
from winnow.core.model_vocabulary import CallFormatName, ThinkingEffort
from winnow.core.prompt_template import template_fault

GOALS = ("accuracy", "in_scope_accuracy", "macro_f1", "out_of_scope_recall")
"""Measures that `goals` may contain, in addition to GOALS_BY_LABEL."""

TOOL_GOALS = (
    "valid",
    "schema",
    "selection",
    "arguments",
    "values",
    "accuracy",
    "pairs",
    "no_call_precision",
    "no_call_recall",
)
"""For `kind: tools`: measures that `goals` may contain, in addition to GOALS_BY_LABEL of a tool or behavior."""

GOALS_BY_LABEL = ("recall", "precision")
"""Measures of one label, written as `recall.LABEL`."""


def _with_place(template: str) -> str:
    if fault := template_fault(template):
        raise ValueError(f"{fault}; a template has it exactly once")
    return template


class NearMiss(TaskSection):
    """A text that looks like the label but belongs to another one."""

    text: str
    """The query."""
    label: str
    """The label that it belongs to."""


class Label(TaskSection):
    """One class."""

    name: Name
    """Name of the label, unique in the task."""
    route: Name | None = None
    """Where queries with this label are sent (the agent id)."""
    description: str = ""
    """When to use the label, as a person would explain it; annotators see it in the guidelines."""
    examples: list[str] = []
    """Typical queries; annotators and prompts show them."""
    near_miss: NearMiss | None = None
    """A query that looks like the label and is not."""


class CompositionTargets(LoosenableSection):
    """For `kind: tools`: the composition of the dataset. The defaults are the lower ends of usual figures."""

    single_per_tool: Count = 20
    """Dialogues that call only this tool, for each tool of the task."""
    contrastive_pairs: Count = 60
    """Pairs of rows of one group with different labels, for each confusable pair."""
    multi_turn: Count = 100
    """Dialogues with two or more turns of the user."""
    threads_id: Count = 50
    """Dialogues with a call whose id comes from a result, for each tool that changes something by its id."""
    compound: Count = 50
    """Dialogues that call several tools."""
    no_call_share: tuple[Share, Share] = (0.10, 0.15)
    """Lowest and highest share of dialogues without a call although tools are offered."""
    general_share: tuple[Share, Share] = (0.05, 0.15)
    """Lowest and highest share of instruction data without tools."""


class TargetsConfig(LoosenableSection):
    """The composition of the dataset that the data lead wants."""

    per_label: Annotated[Count, Field(ge=1)] = 50
    """Labeled records that each label should have, in all splits together."""
    synthetic_share_max: Share = 0.7
    """Maximum share of train."""
    fallback_share: tuple[Share, Share] = (0.10, 0.15)
    """Lowest and highest share of train."""
    composition: CompositionTargets = CompositionTargets()
    """For `kind: tools`: of which dialogues the dataset is composed."""
    mix: dict[str, tuple[Share, Share]] = {}
    """Lowest and highest share of train, by origin or by the name of a source file."""
    facets: dict[str, dict[str, Share]] = {}
    """Lowest share of a facet's value among the train rows of every label."""


class ReviewConfig(LoosenableSection):
    """How synthetic records are reviewed and accepted (design rule 5)."""

    share: Share = 0.15
    """Share of a lot that is sampled and reviewed."""
    proposals_sample: Annotated[Count, Field(ge=20)] = 100
    """Records that people read first of a lot of labels that a model proposed, if `share` of it is more; the later
    looks read at most 2, 4 and 8 times as many."""
    defect_rate_target: Share = 0.05
    """Observed defect rate up to which a lot can be accepted."""
    defect_rate_max: Share = 0.10
    """Defect rate that an accepted lot must not exceed."""
    confidence: Share = 0.95
    """Confidence of a verdict, over all looks at a lot together."""
    second_reviewer_share: Share = 0.2
    """Share of the records that two people decide independently."""
    blind_share: Share = 0.2
    """Share of the records that are shown without the proposed label."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.defect_rate_target > self.defect_rate_max:
            raise ValueError("defect_rate_target is above defect_rate_max")
        if not 0 < self.confidence < 1:
            raise ValueError("confidence must be greater than 0 and less than 1")
        return self


class SplitsConfig(LoosenableSection):
    """How records are assigned to splits. Changes never move records that already have an assigned split."""

    validation: Annotated[Number, Field(ge=0, le=0.5)] = 0.15
    """Share of eligible human rows."""
    test: Annotated[Number, Field(ge=0, le=0.5)] = 0.15
    """Share of eligible human rows."""
    key: str = "winnow"
    """The key of the hash that determines the order of records."""
    hold_out_tools: list[Name] = []
    """For `kind: tools`: tools that only test calls. Groups that call one go to test when they are first added."""


class LicensesConfig(LoosenableSection):
    """Licenses under which records may be exported."""

    allow: list[Name] = []
    """Licenses that pass although they are `unknown` or forbid commercial use."""


class ScreenConfig(TaskSection):
    """Limits on the texts that `add` accepts."""

    max_characters: Annotated[int, Field(ge=1)] = 2000
    """Longest text that is accepted."""


class EndpointConfig(TaskSection):
    """Where a language model answers. By default, Claude's API."""

    provider: Name = "claude"
    """`claude`, or `openai` for a server with OpenAI's chat completions API, such as llama.cpp, vLLM or Ollama."""
    base_url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    """The address of the API, for example http://localhost:8000/v1; by default the provider's own."""
    key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """The environment variable that holds the key. By default Claude's own; other providers get no key."""
    prices: str | None = None
    """`free` for a model that costs nothing, or a JSON file of prices next to `winnow.yaml`."""


class GenerateConfig(TaskSection):
    """How language models are asked to generate queries."""

    model: Name = "claude-sonnet-5-5"
    """The model that writes queries."""
    endpoint: EndpointConfig = EndpointConfig()
    """Where `model` answers."""
    effort: ThinkingEffort = ThinkingEffort.LOW
    """Thinking effort, billed as output tokens; `none` leaves it to the model."""
    judge_model: Name | None = None
    """The model that labels queries blind; `model` by default."""
    judge_endpoint: EndpointConfig | None = None
    """Where `judge_model` answers; `endpoint` by default."""
    per_request: Annotated[int, Field(ge=1, le=50)] = 10
    """Queries per request."""
    cache: bool = True
    """Mark the shared part of all requests for caching; off for a gateway that does not support it."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """Maximum cost of all runs of the workspace together, in USD."""
    prices: str | None = None
    """A JSON file of prices next to `winnow.yaml`, for when the shipped table is out of date."""


class BaseModelConfig(TaskSection):
    """The model that is to be trained; its name alone stands for a section with nothing else."""

    model: Name
    """A folder or hub id with the model's tokenizer and chat template."""
    window: Annotated[Count, Field(ge=1)] | None = None
    """Tokens of a row in training; by default what the model states."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"model": value} if isinstance(value, str) else value


class Task(TaskSection):
    """All of `winnow.yaml`."""

    name: Name
    """Name of the task."""
    kind: Annotated[str, Field(min_length=1)]
    """What an example is: the name of one of `winnow.validators.kinds.KINDS`."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    """ISO 639-1 code."""
    fallback: str | None = None
    """The out-of-scope label."""
    labels: list[Label] = []
    """Class ids follow this order; new labels are appended."""
    confusable: list[tuple[str, str]] = []
    """Pairs of labels that people mix up."""
    slots: dict[str, list[str]] = {}
    """Values by slot that can replace each other without changing the label."""
    variations_per_seed: Annotated[Count, Field(ge=1)] = 6
    """Maximum number of records of one group that stay in train."""
    targets: TargetsConfig = TargetsConfig()
    """The composition of the dataset that is wanted."""
    review: ReviewConfig = ReviewConfig()
    """How synthetic records are reviewed."""
    splits: SplitsConfig = SplitsConfig()
    """How records are assigned to splits."""
    sources: list[SourceOptions] = []
    """How files are read, by their names; the first section whose pattern matches holds."""
    facets: dict[Name, Annotated[str, Field(pattern=r"^[\w./-]+\.py:\w+$")]] = {}
    """The team's own facets: name to FILE.py:FUNCTION, next to `winnow.yaml`. The function maps a text to a word."""
    licenses: LicensesConfig = LicensesConfig()
    """Licenses under which records may be exported."""
    private: PrivacyConfig = PrivacyConfig()
    """How private data is handled."""
    goals: dict[str, GoalValue] = {}
    """Values a model must reach to be deployed, by measure: those of `winnow.config.goal_checks.GOALS_BY_KIND`."""
    general_loss_max: Share = 0.02
    """For `kind: tools`: what a run may lose on general instructions, as a share, before `deploy` refuses it."""
    rules: DecisionRulesConfig = DecisionRulesConfig()
    """By which numbers `decide` recommends a next step."""
    must_pass: str | None = None
    """A file next to `winnow.yaml` with queries that every model has to get right."""
    gates: GateThresholds = GateThresholds()
    """Thresholds of the gates."""
    screen: ScreenConfig = ScreenConfig()
    """Limits on texts."""
    interactions: InteractionsConfig = InteractionsConfig()
    """How the interactions of a log are judged."""
    embedder: EmbedderConfig = EmbedderConfig()
    """The embedding model."""
    generate: GenerateConfig = GenerateConfig()
    """How language models are asked for queries."""
    tools: str | None = None
    """For `kind: tools`: a JSON file of tool schemas."""
    system_prompt: str | None = None
    """For `kind: tools`: a text file with the system prompt. `{tools}` in it stands for the offered tools."""
    roles: list[AgentRole] = []
    """For `kind: tools`: agents that share the dataset, each with its tools, its system prompt and an adapter."""
    tools_in_prompt: bool = True
    """For `kind: tools`: whether the offered tools are documented in the system prompt where calls are text."""
    tools_without_result: list[Name] = []
    """For `kind: tools`: names of tools whose result may be empty, such as a tool for thinking."""
    call_format: CallFormatName = CallFormatName.FENCED_JSON
    """For `kind: tools`: how a call is written in a message."""
    base_model: BaseModelConfig | None = None
    """For `kind: tools`: the model in whose chat template dialogues are checked."""
    prompt_template: Annotated[str, AfterValidator(_with_place)] | None = None
    """For `kind: intents`: the words around a query in exports for language models; `{text}` stands for the query."""
    _role: AgentRole | None = PrivateAttr(default=None)
    _document_texts: dict[str, str] = PrivateAttr(default_factory=dict)
    """The texts of the files that `tools`, `system_prompt` and `roles` name, by key."""

    @model_validator(mode="before")
    @classmethod
    def _with_measured_cosines(cls, values: Any) -> Any:
        return with_measured_cosines(values)

    @property
    def tool_schemas_text(self) -> str:
        """The content of the file `tools`; empty if there is none or it was not read."""
        return self._document_texts.get("tools", "")

    @property
    def system_prompt_text(self) -> str:
        """The content of the file `system_prompt`; empty if there is none or it was not read."""
        return self._document_texts.get("system_prompt", "")

    def with_documents_of(self, other: Task) -> Task:
        """The task with the texts of the files that another version of it was read with."""
        return self.with_document_texts(other._document_texts)

    @property
    def documents(self) -> dict[str, str]:
        """The texts of the files that the task names and that were read, by the file's name."""
        return {self.document_files[key]: text for key, text in self._document_texts.items()}

    @property
    def document_files(self) -> dict[str, str]:
        """The names of the files that are a part of the task, by key."""
        own = {"tools": self.tools, "system_prompt": self.system_prompt}
        named = own | {role.document_key: role.system_prompt for role in self.roles}
        return {key: file for key, file in named.items() if file is not None}

    def of_role(self, role: AgentRole) -> Task:
        """The task as one of its roles has it: with the role's system prompt, and with its tools alone."""
        text = self._document_texts.get(role.document_key, self.system_prompt_text)
        task = self.with_document_texts({**self._document_texts, "system_prompt": text})
        task._role = role
        return task

    @property
    def role(self) -> AgentRole | None:
        """The role that the task is reduced to; None: it is the whole task."""
        return self._role

    def with_document_texts(self, texts: Mapping[str, str]) -> Task:
        """The task with the texts of the files that it names, by key."""
        task = self.model_copy()
        task._document_texts = dict(texts)
        return task

    @property
    def label_names(self) -> list[str]:
        """Label names in the order of the class ids."""
        return [label.name for label in self.labels]

    @property
    def routes(self) -> dict[str, str | None]:
        """Each label's route."""
        return {label.name: label.route for label in self.labels}
