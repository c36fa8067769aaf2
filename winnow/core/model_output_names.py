"""The forms in which models write answers with calls, by the names that options take."""

from __future__ import annotations

from enum import StrEnum


class ModelOutputName(StrEnum):
    """How the raw output of a model is written."""

    COHERE = "cohere"
    """Command R7B, Command A."""
    DEEPSEEK = "deepseek"
    """DeepSeek V3 and R1."""
    FUNCTION_GEMMA = "function_gemma"
    GPT_OSS = "gpt_oss"
    """OpenAI's harmony."""
    LLAMA3 = "llama3"
    """Llama 3.1 and later, one call in JSON."""
    MISTRAL = "mistral"
    """A list of calls after `[TOOL_CALLS]`."""
    MISTRAL_ARGS = "mistral_args"
    """Newer models of Mistral: `[TOOL_CALLS]name[ARGS]{...}`."""
    PHI4 = "phi4"
    QWEN = "qwen"
    """Qwen 2.5 and 3, Hermes, and others with `<tool_call>` around JSON."""
