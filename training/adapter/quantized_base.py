"""Whether a base model can be trained on in four bits here."""

from __future__ import annotations

from importlib.util import find_spec

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Device, Quantization
from winnow.training.run_facts import Hardware


def require_quantization(quantization: Quantization, hardware: Hardware) -> None:
    """Raises WinnowError with what is missing for weights in four bits."""
    if quantization == Quantization.NONE:
        return
    missing = [] if hardware.device == Device.CUDA else ["there is no CUDA device"]
    missing += [] if find_spec("bitsandbytes") else ["the package bitsandbytes is not installed"]
    if missing:
        fix = "set quantization to none, or train on a machine with both"
        found = f"quantization is {quantization}: {' and '.join(missing)}"
        raise WinnowError(Problem("settings", found, "a CUDA device and bitsandbytes", fix))
