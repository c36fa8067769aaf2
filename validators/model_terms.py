"""What makers of language models say about training other models with what theirs wrote.

Read on 2026-11-29 in stored copies of the pages named here. An entry that is `quoted` was not read at the maker's own
page: its clause is what third parties quote or summarize. Terms change: read the current text before you rely on one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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
    """Since when the text that was read applies, year first; empty where it does not say so or was not read."""
    quoted: bool
    """Whether the clause is known from third parties only, and not from the maker's page or repository."""


def _terms(
    models: str, maker: str, terms: TrainingTerms, clause: str, link: str, dated: str = "", *, quoted: bool = False
) -> ModelTerms:
    return ModelTerms(re.compile(models), maker, terms, clause, link, dated, quoted)


_FREE, _FORBIDDEN, _CONDITIONAL = TrainingTerms.FREE, TrainingTerms.FORBIDDEN, TrainingTerms.CONDITIONAL
_UNREAD = TrainingTerms.UNREAD

_GITHUB, _HUB = "https://github.com", "https://huggingface.co"

MODEL_TERMS: tuple[ModelTerms, ...] = (
    _terms(r"\bgpt-?oss", "OpenAI", _FREE, "Apache-2.0", f"{_GITHUB}/openai/gpt-oss"),
    _terms(
        r"\bgpt-?[3-9](?!all)|chatgpt|\btext-davinci|\bo[1345](?:$|-(?:mini|pro|preview|\d))",
        "OpenAI",
        _FORBIDDEN,
        "users may not use output to develop models that compete with OpenAI",
        "https://openai.com/policies/terms-of-use/",
        quoted=True,
    ),
    _terms(
        r"\bclaude",
        "Anthropic",
        _FORBIDDEN,
        "customers may not build a competing product or service, nor train competing models",
        "https://www.anthropic.com/legal/commercial-terms",
        quoted=True,
    ),
    _terms(
        r"\bgemini",
        "Google",
        _FORBIDDEN,
        'users "may not use the Services to develop models that compete with the Services"',
        "https://ai.google.dev/gemini-api/terms",
        "2025-02-05",
    ),
    _terms(
        r"\bgemma-?(?:[123]|\d+b|$)",
        "Google",
        _CONDITIONAL,
        "a model trained with outputs to perform like Gemma is a Model Derivative, to which the Gemma terms apply",
        "https://ai.google.dev/gemma/terms",
        quoted=True,
    ),
    _terms(
        r"\bgrok",
        "xAI",
        _FORBIDDEN,
        "users may not use outputs to develop models or services that compete with xAI",
        "https://x.ai/legal/terms-of-service",
        quoted=True,
    ),
    _terms(
        r"llama-?(?:3[.-][1-9](?!\d*b)|4)|distill-llama",
        "Meta",
        _CONDITIONAL,
        'a model that is trained with outputs and distributed has a name that begins with "Llama"',
        f"{_GITHUB}/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE",
        "2024-07-23",
    ),
    _terms(
        r"llama-?[23](?!\d)|codellama",
        "Meta",
        _FORBIDDEN,
        "the license restricts training any other model with outputs",
        "https://www.llama.com/faq/",
    ),
    _terms(
        r"\bcommand-(?:r|a|light|nightly)(?:$|[-+\d])|\bcohere|\baya-",
        "Cohere",
        _UNREAD,
        "the API has terms of use, and the open weights have licenses of their own",
        "https://cohere.com/terms-of-use",
    ),
    _terms(
        r"\bqwen-?2\.5.*(?<![\d.])72b",
        "Alibaba",
        _CONDITIONAL,
        'a model that is trained with outputs and distributed shows "Built with Qwen" or "Improved using Qwen"',
        f"{_HUB}/Qwen/Qwen2.5-72B-Instruct/discussions/18",
    ),
    _terms(r"\bqwen-?2-.*(?<![\d.])72b", "Alibaba", _UNREAD, "the Tongyi Qianwen license", f"{_HUB}/Qwen/Qwen2-72B"),
    _terms(r"\bqwen-?2\.5.*(?<![\d.])3b", "Alibaba", _UNREAD, "the Qwen research license", f"{_HUB}/Qwen/Qwen2.5-3B"),
    _terms(r"\bqwen-?3.*\d+b", "Alibaba", _FREE, "Apache-2.0", f"{_GITHUB}/QwenLM/Qwen3"),
    _terms(r"\bqwen-?2.*\d+b|\bqwq-32b", "Alibaba", _FREE, "Apache-2.0", f"{_HUB}/Qwen", quoted=True),
    _terms(
        r"\bmi[sx]tral-(?:7b|8x7b|8x22b|nemo)|\bmixtral\b",
        "Mistral AI",
        _FREE,
        "Apache-2.0",
        "https://docs.mistral.ai/getting-started/open_weight_models/",
    ),
    _terms(
        r"\bmistral-small-(?:24b|3|2501|2503|2506)", "Mistral AI", _FREE, "Apache-2.0", f"{_HUB}/mistralai", quoted=True
    ),
    _terms(r"\bdeepseek-r1", "DeepSeek", _FREE, "MIT", f"{_GITHUB}/deepseek-ai/DeepSeek-R1"),
    _terms(
        r"\bdeepseek-(?:coder|llm|v2|v3(?:$|-base))",
        "DeepSeek",
        _CONDITIONAL,
        "a model trained with outputs to perform like the model is one of its Derivatives: "
        "its license must pass on the use restrictions",
        f"{_GITHUB}/deepseek-ai/DeepSeek-V3/blob/main/LICENSE-MODEL",
        "2023-10-23",
    ),
    _terms(r"\bdeepseek", "DeepSeek", _UNREAD, "the license differs by version", f"{_HUB}/deepseek-ai"),
    _terms(r"\bphi-?4", "Microsoft", _FREE, "MIT", f"{_HUB}/microsoft/phi-4"),
    _terms(r"\bphi-?3", "Microsoft", _FREE, "MIT", f"{_HUB}/microsoft", quoted=True),
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
