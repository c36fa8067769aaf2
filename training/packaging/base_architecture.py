"""The architecture of a base model: its modules and how it is quantized. No weights are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.training.causal_models import UNREADABLE, gguf_file, unusable_model

GGUF = "gguf"
"""How a GGUF file is quantized, whatever its number formats are: its weights are dequantized when it is loaded."""


@dataclass(frozen=True)
class BaseArchitecture:
    """What is known of a base model without its weights."""

    name: str
    """`model_type` of its configuration."""
    modules: frozenset[str]
    """Paths of all its modules."""
    quantization: str
    """`gguf`, or the method that its configuration states; empty: not quantized."""
    config: Any
    """Its configuration, as transformers reads it."""


def base_architecture(folder: str | Path) -> BaseArchitecture:
    """The architecture of the model in a folder, or in a GGUF file.

    Raises WinnowError for what is not a causal language model.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    gguf = gguf_file(Path(folder))
    source, options = (str(gguf.parent), {"gguf_file": gguf.name}) if gguf else (str(folder), {})
    try:
        config = AutoConfig.from_pretrained(source, local_files_only=True, trust_remote_code=False, **options)
        with torch.device("meta"):
            network = AutoModelForCausalLM.from_config(config)
    except UNREADABLE as error:
        raise unusable_model(str(folder), str(error) or type(error).__name__) from None
    modules = frozenset(name for name, _ in network.named_modules() if name)
    return BaseArchitecture(str(config.model_type), modules, GGUF if gguf else _method(config), config)


def _method(config: Any) -> str:
    """How its configuration says that it is quantized."""
    stated = getattr(config, "quantization_config", None)
    if not stated:
        return ""
    method = stated.get("quant_method") if isinstance(stated, dict) else getattr(stated, "quant_method", None)
    return str(getattr(method, "value", method) or "quantized")
