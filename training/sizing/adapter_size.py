"""Parameters of a LoRA adapter and the bytes of its package, from the shape of the base model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.training.sizing.network_shape import LinearLayer, NetworkShape

ALL_LINEAR = "all-linear"
"""The setting that stands for every linear layer except the output embedding."""

NAME_BYTES = 64
"""What the header of a safetensors file states for one tensor besides its name: type, shape, and place."""

PREFIX = "base_model.model."
"""What peft writes before the names of layers in the file of an adapter."""

CONFIG_BYTES = 1_500
"""About the size of adapter_config.json."""


@dataclass(frozen=True)
class AdapterSize:
    """The size of an adapter."""

    parameters: int
    """Trained parameters: rank x (inputs + outputs) of every adapted layer."""
    tensors: int
    """Two for each adapted layer."""
    header_bytes: int
    """About what the names of the tensors take in the file."""

    def package_bytes(self, bytes_per_parameter: int) -> int:
        """About the size of adapter_model.safetensors and adapter_config.json together."""
        return self.parameters * bytes_per_parameter + self.header_bytes + CONFIG_BYTES


def adapter_size(shape: NetworkShape, *, rank: int, target_modules: str) -> AdapterSize:
    """The size of an adapter on these layers.

    Raises WinnowError for names of layers that the model does not have.
    """
    layers = adapted_layers(shape, target_modules)
    return AdapterSize(
        parameters=sum(rank * (layer.inputs + layer.outputs) for layer in layers),
        tensors=2 * len(layers),
        header_bytes=sum(2 * (len(PREFIX) + len(layer.name) + len(".lora_A.weight") + NAME_BYTES) for layer in layers),
    )


def adapted_layers(shape: NetworkShape, target_modules: str) -> Sequence[LinearLayer]:
    """The layers that get LoRA: every linear one, or those with one of the comma-separated names at their end.

    Raises WinnowError for names that no linear layer has.
    """
    if target_modules.strip() == ALL_LINEAR:
        return shape.linear_layers
    names = [name.strip() for name in target_modules.split(",") if name.strip()]
    known = sorted({layer.name.rpartition(".")[2] for layer in shape.linear_layers})
    problems = [
        Problem("target_modules", f"no linear layer is named {name!r}", ", ".join(known), suggestion(name, known, ""))
        for name in names or [target_modules]
        if not any(_is_named(layer, name) for layer in shape.linear_layers)
    ]
    if problems:
        raise WinnowError(problems)
    return [layer for layer in shape.linear_layers if any(_is_named(layer, name) for name in names)]


def _is_named(layer: LinearLayer, name: str) -> bool:
    return layer.name == name or layer.name.endswith(f".{name}")
