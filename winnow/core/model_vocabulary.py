"""The fixed words about models: how they are trained, run and evaluated, and how they generate text."""

from __future__ import annotations

from enum import StrEnum


class ThinkingEffort(StrEnum):
    """How much a model of a provider thinks before it answers."""

    NONE = "none"
    """The model decides."""
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ResponseOutcome(StrEnum):
    """How a language model ended its response."""

    ANSWERED = "answered"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    """It ran into a limit of tokens, so that the answer is incomplete."""


class ClaimStatus(StrEnum):
    """Whether a request to a language model may be sent now, or why it may not."""

    CLAIMED = "claimed"
    """It may be sent: its worst-case cost is reserved."""
    ANSWERED = "answered"
    """Its response is stored."""
    IN_OTHER_PROCESS = "in_other_process"
    """Another process is sending it."""
    WAIT = "wait"
    """The budget suffices only if requests in flight cost less than was reserved for them."""
    BUDGET = "budget"
    """The budget does not suffice."""
    GIVEN_UP = "given_up"
    """It failed too often."""


class GenerationEnd(StrEnum):
    """How a generation run, or the sending of some of its requests, ended."""

    DONE = "done"
    BUDGET = "budget"
    """Stopped at the budget."""
    WAITING = "waiting"
    """Batch jobs are pending."""
    NO_YIELD = "no_yield"
    """Several rounds added nothing."""
    KNOWN = "known"
    """An earlier run did the same, so nothing was sent."""
    ESTIMATED = "estimated"
    """Only the cost was estimated."""


class PromptBackend(StrEnum):
    """What answers the requests of the method `prompt`."""

    CLAUDE = "claude"
    ENDPOINT = "endpoint"
    """A server that the setting or the task names."""
    LOCAL = "local"
    """A causal language model that this process loads."""


class EmbedderBackend(StrEnum):
    """The library that runs the embedding model."""

    OPENVINO = "openvino"
    TORCH = "torch"


class NoiseVerdict(StrEnum):
    """A difference of accuracy between two runs, compared with the audited share of wrong labels."""

    WITHIN = "within"
    """At most the share: wrong labels alone could explain the difference."""
    PERHAPS = "perhaps"
    """At most the upper end of its interval."""
    BEYOND = "beyond"
    """Larger than wrong labels alone could explain."""


class TrainingMethod(StrEnum):
    """How a model is trained; `training/methods.py` has the functions of each."""

    LINEAR = "linear"
    """Logistic regression on embeddings."""
    ENCODER = "encoder"
    """LoRA fine-tuning of a sentence encoder."""
    ADAPTER = "adapter"
    """LoRA fine-tuning of a causal language model."""
    PROMPT = "prompt"
    """The task as a prompt to Claude or a local model."""


class GoalStatus(StrEnum):
    """Whether a run meets a goal of the task."""

    MET = "met"
    NOT_MET = "not met"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    """The rows allow neither verdict at 5 %."""


class Device(StrEnum):
    """The hardware that a model is trained or run on."""

    CPU = "cpu"
    CUDA = "cuda"


class Precision(StrEnum):
    """The number format of a model's activations."""

    AUTO = "auto"
    """A setting only: bf16 where the hardware supports it natively, else f32."""
    BF16 = "bf16"
    F32 = "f32"


class Quantization(StrEnum):
    """The number format of a base model's weights while an adapter is trained on them."""

    NONE = "none"
    NF4 = "nf4"
    """Four bits (QLoRA)."""


class Pooling(StrEnum):
    """How the states of the tokens become one vector of the text."""

    OWN = "own"
    """A setting only: as configured in the model's folder."""
    MEAN = "mean"
    CLS = "cls"
    """The state of the first token."""
    LAST = "lasttoken"
    """The state of the last token, as in decoders that embed."""
    MAX = "max"
    """The largest value of each dimension."""
    ROOT_MEAN = "mean_sqrt_len_tokens"
    """The sum, divided by the root of the number of tokens."""
    WEIGHTED_MEAN = "weightedmean"
    """The mean, weighted by the position of the token."""


class ClassWeights(StrEnum):
    """How the loss weights the labels."""

    AUTO = "auto"
    """A setting only: balanced if labels are imbalanced, else none."""
    BALANCED = "balanced"
    """Inversely to the frequency of the label."""
    NONE = "none"


class MissingPrediction(StrEnum):
    """What happens when an imported file has no prediction for a row."""

    REFUSE = "refuse"
    """Refuse the file."""
    WRONG = "wrong"
    """Count the row as wrong."""


class GeneratorName(StrEnum):
    """What a run generates; where a language model writes it, the name of its prompt."""

    EXAMPLES = "examples"
    """Queries of a label in diverse wordings, personas and situations."""
    AMBIGUOUS = "ambiguous"
    """Queries that are hard to tell from a confusable label."""
    DOMAIN = "domain"
    """Queries with the words of the domain."""
    FIXES = "fixes"
    """Queries like those that a run labeled wrongly out-of-fold."""
    REGIONS = "regions"
    """Queries of uncovered regions, after real user queries."""
    CONTRASTS = "contrasts"
    """Pairs that differ little and have different labels."""
    NEGATIVES = "negatives"
    """Out-of-scope queries."""
    DIALOGUES = "dialogues"
    """Dialogues that call tools, and answers without a call."""
    RULES = "rules"
    """Contrasts of dialogues by rule, without a model."""
    VARIATIONS = "variations"
    """Changes of records by rule that keep the label, without a model."""


class ContrastSource(StrEnum):
    """Who makes contrasts."""

    MODEL = "model"
    RULES = "rules"


EXAMPLE_KINDS = (GeneratorName.EXAMPLES, GeneratorName.AMBIGUOUS, GeneratorName.DOMAIN, GeneratorName.FIXES)
"""The kinds of examples that can be requested for a label; each has a prompt file of the same name."""


class TemplateFault(StrEnum):
    """What a chat template does to an answer that a model is trained on."""

    REFUSED = "refused"
    """The template raises an error, or the answer cannot be written in the task's call format."""
    NOTHING_TRAINED = "nothing_trained"
    """No token of the answer is in the loss."""
    ANSWER_CUT = "answer_cut"
    """The window ends before the answer does."""
    STOP_NOT_TRAINED = "stop_not_trained"
    """The last token in the loss does not end the turn."""
    CALL_DROPPED = "call_dropped"
    """The name or an argument of a call is not in the text."""
    TEXT_DROPPED = "text_dropped"
    """Something that is said or returned is not in the text."""
    PREFIX_CHANGED = "prefix_changed"
    """What stands before a turn is written differently once the turn is added."""


class CallFormatName(StrEnum):
    """How an answer of an assistant writes its calls. The formats are in validators/tools/call_formats."""

    FENCED_JSON = "fenced_json"
    HERMES_TAGS = "hermes_tags"
    OPENAI_TOOL_CALLS = "openai_tool_calls"
