"""The linear layers that an encoder has after its pooling (`2_Dense`): loaded as they are, and never trained."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

from winnow.core.errors import Problem, WinnowError

ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    one.__name__: one for one in (nn.Identity, nn.Tanh, nn.ReLU, nn.GELU, nn.SiLU, nn.Sigmoid)
}

WEIGHTS_FILE = "model.safetensors"


class Projection(NamedTuple):
    """The layers after the pooling, and the dimensions of their vectors."""

    layers: nn.Module
    dimensions: int


def load_projection(folders: Sequence[Path], dimensions: int) -> Projection:
    """The layers in some folders, in their order; without folders, the identity of `dimensions`.

    Raises WinnowError for a layer that cannot be read, or that does more than a linear layer and an activation.
    """
    layers: list[nn.Module] = []
    for folder in folders:
        linear = _load_layer(folder)
        if linear.weight.shape[1] != dimensions:
            raise WinnowError(_problem(folder, f"{linear.weight.shape[1]} inputs", f"{dimensions}, as come before it"))
        layers += [linear, _activation(folder)]
        dimensions = int(linear.weight.shape[0])
    return Projection(nn.Sequential(*layers) if layers else nn.Identity(), dimensions)


def _load_layer(folder: Path) -> nn.Linear:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        stored: dict[str, Tensor] = load_file(folder / WEIGHTS_FILE)
        weight, bias = stored["linear.weight"].float(), stored.get("linear.bias")
    except (OSError, KeyError, SafetensorError) as error:
        raise WinnowError(_problem(folder, str(error)[:160], f"{WEIGHTS_FILE} with linear.weight")) from None
    if unknown := sorted(set(stored) - {"linear.weight", "linear.bias"}):
        raise WinnowError(_problem(folder, f"the weights {', '.join(unknown)}", "one linear layer without a residual"))
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    layer.weight.data = weight
    if bias is not None:
        layer.bias.data = bias.float()
    return layer


def _activation(folder: Path) -> nn.Module:
    """The function after a layer, which sentence-transformers names by its class in torch; Tanh if it names none."""
    try:
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        named, residual = str(settings.get("activation_function", "torch.Tanh")), settings.get("use_residual")
    except (OSError, ValueError, AttributeError) as error:
        raise WinnowError(_problem(folder, str(error)[:160], "a readable config.json")) from None
    module, _, name = named.rpartition(".")
    if residual or not f"{module}.".startswith("torch.") or name not in ACTIVATIONS:
        found = "a residual connection" if residual else f"the activation {named}"
        raise WinnowError(_problem(folder, found, f"one of {', '.join(ACTIVATIONS)}, without a residual"))
    return ACTIVATIONS[name]()


def _problem(folder: Path, found: str, expected: str) -> Problem:
    return Problem(f"model {folder}", found, expected, "name another encoder")
