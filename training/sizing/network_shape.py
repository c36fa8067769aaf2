"""The shape of a causal language model, from its configuration alone: no weights are loaded or allocated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.training.causal_models import unusable_model

CONFIG_ERRORS = (OSError, ValueError, KeyError, AttributeError, TypeError, ImportError, RuntimeError, AssertionError)
"""What transformers raises for a configuration that is missing, or that no causal language model can be made of."""


@dataclass(frozen=True)
class LinearLayer:
    """One linear layer that LoRA can be added to."""

    name: str
    """Its full name in the network, such as `model.layers.0.self_attn.q_proj`."""
    inputs: int
    outputs: int

    @property
    def parameters(self) -> int:
        """Its weights, without a bias."""
        return self.inputs * self.outputs


@dataclass(frozen=True)
class NetworkShape:
    """What memory and package size depend on."""

    model_type: str
    """The architecture, as transformers calls it: `llama`, `mistral`, `qwen2`, …"""
    parameters: int
    """All parameters; those of tied embeddings once."""
    linear_layers: tuple[LinearLayer, ...]
    """Every linear layer except the one that gives the logits."""
    hidden: int
    """Values that a token has between layers."""
    intermediate: int
    """Values that a token has inside the feed-forward part of a layer."""
    key_values: int
    """Values of the keys of one token in one layer; as many as of its values."""
    layers: int
    vocabulary: int
    window: int | None
    """Longest row in tokens, where the configuration states it."""
    quantization: str = ""
    """How the published weights are quantized (`quant_method`); empty: not at all."""

    @property
    def linear_parameters(self) -> int:
        """The weights of all linear layers that LoRA can be added to."""
        return sum(layer.parameters for layer in self.linear_layers)


def shape_of_model(model: str) -> NetworkShape:
    """The shape of a model's folder, or of a hub id whose configuration was downloaded before.

    Raises WinnowError when there is no configuration of a causal language model.
    """
    from transformers import AutoConfig

    path = Path(model)
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    ggufs = list(path.glob("*.gguf")) if path.is_dir() and not (path / "config.json").exists() else []
    if path.suffix == ".gguf" and path.is_file():
        path, ggufs = path.parent, [path]
    if len(ggufs) == 1:
        model, options["gguf_file"] = str(path), ggufs[0].name
    try:
        return shape_of_config(AutoConfig.from_pretrained(model, **options))
    except CONFIG_ERRORS as error:
        raise unusable_model(model, str(error).strip() or type(error).__name__) from None


def shape_of_fields(model_type: str, fields: Mapping[str, Any]) -> NetworkShape:
    """The shape of the configuration with these fields.

    Raises one of CONFIG_ERRORS when no causal language model has them.
    """
    from transformers import AutoConfig

    return shape_of_config(AutoConfig.for_model(model_type, **fields))


def shape_of_config(config: Any) -> NetworkShape:
    """The shape of a transformers configuration: the network is built on PyTorch's meta device, without memory."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        network = AutoModelForCausalLM.from_config(config)
    text = config.get_text_config()
    heads = text.num_attention_heads
    head_size = getattr(text, "head_dim", None) or text.hidden_size // heads
    return NetworkShape(
        model_type=config.model_type,
        parameters=sum(one.numel() for one in network.parameters()),
        linear_layers=_linear_layers(network),
        hidden=text.hidden_size,
        intermediate=getattr(text, "intermediate_size", None) or 4 * text.hidden_size,
        key_values=(getattr(text, "num_key_value_heads", None) or heads) * head_size,
        layers=text.num_hidden_layers,
        vocabulary=text.vocab_size,
        window=getattr(text, "max_position_embeddings", None),
        quantization=_quantization(config),
    )


def _quantization(config: Any) -> str:
    stated = getattr(config, "quantization_config", None)
    method = stated.get("quant_method") if isinstance(stated, dict) else getattr(stated, "quant_method", None)
    return "" if stated is None else str(getattr(method, "value", method) or "unknown")


def _linear_layers(network: Any) -> tuple[LinearLayer, ...]:
    """The layers that peft's `all-linear` stands for: the output embedding is none of them."""
    import torch
    from transformers.pytorch_utils import Conv1D

    output = network.get_output_embeddings()
    found = []
    for name, module in network.named_modules():
        if module is not output and isinstance(module, torch.nn.Linear | Conv1D):
            rows, columns = module.weight.shape
            inputs, outputs = (rows, columns) if isinstance(module, Conv1D) else (columns, rows)
            found.append(LinearLayer(name, inputs, outputs))
    return tuple(found)
