"""What makers of language models say about training other models with what theirs wrote.

The clauses are quoted or summarized from the texts named beside them. These may have changed: read the current ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CHECKED = "2026-11-29"
"""The day on which the table was compared with copies of these texts, some of them quoted by others."""

MIN_NAME_SHARE = 0.9
"""Share of the values of a column that must be names of known models before it is used automatically."""


class TrainingTerms(StrEnum):
    """Whether other models may be trained with what a model wrote."""

    FORBIDDEN = "forbidden"
    """Not for models that compete with the maker, or for no other model at all."""
    CONDITIONAL = "conditional"
    """Under conditions, such as a name or a license for the trained model."""
    UNREAD = "unread"
    """The maker has terms, and this table does not know the clause."""
    FREE = "free"
    """The license has no such clause."""


@dataclass(frozen=True)
class ModelTerms:
    """The terms of some models."""

    models: re.Pattern[str]
    """Found in their names, in lower case."""
    maker: str
    terms: TrainingTerms
    clause: str
    """What the terms say, in a few words."""
    link: str
    """Where the terms are."""
    dated: str
    """Since when the text with the clause applied, year first; empty where its copy does not say it."""


def _terms(models: str, maker: str, terms: TrainingTerms, clause: str, link: str, dated: str = "") -> ModelTerms:
    return ModelTerms(re.compile(models), maker, terms, clause, link, dated)


_FREE, _FORBIDDEN, _CONDITIONAL = TrainingTerms.FREE, TrainingTerms.FORBIDDEN, TrainingTerms.CONDITIONAL

_HUB = "https://huggingface.co"

MODEL_TERMS: tuple[ModelTerms, ...] = (
    _terms(r"\bgpt-?oss", "OpenAI", _FREE, "Apache-2.0", f"{_HUB}/openai/gpt-oss-120b"),
    _terms(
        r"\bgpt-?[3-9](?!all)|chatgpt|\btext-davinci|\bo[1345](?:$|-(?:mini|pro|preview|\d))",
        "OpenAI",
        _FORBIDDEN,
        'users may not "use Output to develop models that compete with OpenAI"',
        "https://openai.com/policies/terms-of-use/",
        "2024-01-31",
    ),
    _terms(
        r"\bclaude",
        "Anthropic",
        _FORBIDDEN,
        'customers may not "build a competing product or service, including to train competing AI models"',
        "https://www.anthropic.com/legal/commercial-terms",
        "2025-06-17",
    ),
    _terms(
        r"\bgemini|\bbard\b|\bpalm-?2",
        "Google",
        _FORBIDDEN,
        'users may not "develop models that compete with the Services (e.g., Gemini API or Google AI Studio)"',
        "https://ai.google.dev/gemini-api/terms",
        "2025-05-20",
    ),
    _terms(
        r"\bgemma-?(?:[123]|\d+b|$)",
        "Google",
        _CONDITIONAL,
        "a model trained with outputs to perform like Gemma is a Model Derivative, to which the Gemma terms apply",
        "https://ai.google.dev/gemma/terms",
    ),
    _terms(
        r"\bgrok",
        "xAI",
        _FORBIDDEN,
        "users may not use outputs to develop models or services that compete with xAI",
        "https://x.ai/legal/terms-of-service",
    ),
    _terms(
        r"llama-?(?:3[.-][1-9](?!\d*b)|4)|distill-llama",
        "Meta",
        _CONDITIONAL,
        'a distributed model that was improved with outputs shows "Built with Llama" and has a name with "Llama" first',
        "https://www.llama.com/faq/",
    ),
    _terms(
        r"llama-?[23](?!\d)|codellama",
        "Meta",
        _FORBIDDEN,
        'outputs may not be used "to improve any other large language model"',
        "https://www.llama.com/faq/",
    ),
    _terms(
        r"\bcommand-(?:r|a|light|nightly)(?:$|[-+\d])|\bcohere|\baya-",
        "Cohere",
        TrainingTerms.UNREAD,
        "the terms of the API and the licenses of the open weights (CC-BY-NC) differ",
        "https://cohere.com/terms-of-use",
    ),
    _terms(
        r"\bqwen-?2\.5.*(?<![\d.])72b|\bqwen-?2-.*(?<![\d.])72b",
        "Alibaba",
        _CONDITIONAL,
        'a distributed model that was improved with outputs shows "Built with Qwen" or "Improved using Qwen"',
        f"{_HUB}/Qwen/Qwen2.5-72B-Instruct/blob/main/LICENSE",
    ),
    _terms(
        r"\bqwen-?2\.5.*(?<![\d.])3b",
        "Alibaba",
        TrainingTerms.UNREAD,
        "the Qwen research license",
        f"{_HUB}/Qwen/Qwen2.5-3B-Instruct/blob/main/LICENSE",
    ),
    _terms(r"\bqwen-?(?:2\.5|3|2).*\d+b|\bqwq-32b", "Alibaba", _FREE, "Apache-2.0", f"{_HUB}/Qwen"),
    _terms(
        r"\bmi[sx]tral-(?:7b|8x7b|8x22b|nemo)|\bmistral-small-(?:24b|3|2501|2503|2506)|\bmixtral\b",
        "Mistral AI",
        _FREE,
        "Apache-2.0",
        "https://docs.mistral.ai/getting-started/models/",
    ),
    _terms(r"\bdeepseek", "DeepSeek", _FREE, "MIT, or the DeepSeek model license", f"{_HUB}/deepseek-ai"),
    _terms(r"\bphi-?[34]", "Microsoft", _FREE, "MIT", f"{_HUB}/microsoft"),
    _terms(r"\bsmollm", "Hugging Face", _FREE, "Apache-2.0", f"{_HUB}/HuggingFaceTB"),
    _terms(r"\bolmo", "Ai2", _FREE, "Apache-2.0", f"{_HUB}/allenai"),
)
"""The first entry whose pattern is found in a name holds."""


def terms_of(model: str) -> ModelTerms | None:
    """The terms of the model of this name; None for a name that the table does not have."""
    folded = model.casefold().replace("_", "-").replace(" ", "-")
    return next((one for one in MODEL_TERMS if one.models.search(folded)), None)


def are_model_names(values: Iterable[str]) -> bool:
    """Whether nearly all values are names of known models: a column called `model` may also list products."""
    given = [value for value in values if value.strip()]
    return bool(given) and sum(terms_of(value) is not None for value in given) >= MIN_NAME_SHARE * len(given)
