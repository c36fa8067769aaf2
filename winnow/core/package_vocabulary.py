"""The fixed words about packages."""

from __future__ import annotations

from enum import StrEnum


class PackageTarget(StrEnum):
    """The runtime that a package is for."""

    CLOUDFLARE = "cloudflare"
    """Cloudflare Workers AI: an adapter on a model of its catalog."""
    OLLAMA = "ollama"
    """Merged weights, converted to GGUF."""
    VLLM = "vllm"
    """An adapter together with its base model."""
    LLAMA_CPP = "llama.cpp"
    """An adapter together with its base model, both converted to GGUF."""
    HUGGINGFACE = "huggingface"
    """A classifier: weights of its encoder as transformers loads them, and its head."""
    ONNX = "onnx"
    """A classifier as one graph, from token ids to calibrated probabilities."""


CLASSIFIER_TARGETS = (PackageTarget.HUGGINGFACE, PackageTarget.ONNX)
"""Targets of runs that label texts."""

ADAPTER_TARGETS = tuple(target for target in PackageTarget if target not in CLASSIFIER_TARGETS)
"""Targets of runs with an adapter of a causal language model; each has a file of rules."""


class PackedFormat(StrEnum):
    """A second number format of the weights in a package."""

    INT8 = "int8"
    """Whole numbers of eight bits, quantized without calibration data."""


class TargetRule(StrEnum):
    """A rule of a target, by the name under which a fault is reported."""

    MERGED = "merged"
    """Only an adapter is served, and no merged weights."""
    RANK = "rank"
    """The rank can be served."""
    SIZE = "size"
    """The weights of the adapter are small enough."""
    BASE = "base"
    """The base model is one that adapters are served on, and the one that was trained."""
    ARCHITECTURE = "architecture"
    """The base model has the architecture of the model with its name."""
    MODEL_TYPE = "model_type"
    """It is known which `model_type` the adapter states, and it is an accepted one."""
    QUANTIZATION = "quantization"
    """The base model is not quantized in a way that cannot be served."""
    WINDOW = "window"
    """Prompts and answers as long as those of the training fit."""
    FILE_NAMES = "file_names"
    """The files of the adapter have the exact names."""
    MODULES = "modules"
    """No module is changed that the target refuses."""
    MODULE_NAMES = "module_names"
    """Every module of the adapter is one of the base model, and there is one."""
    SAVED_MODULES = "saved_modules"
    """The adapter holds no whole modules."""
    VARIANT = "variant"
    """The adapter is plain LoRA, or a variant that is served."""
    TEMPLATE = "template"
    """The chat template can be written for the target."""
    NAME = "name"
    """The name has the form of a name there."""
    NEW_NAME = "new_name"
    """The name was not used for another run."""
    ADAPTERS = "adapters"
    """The account has room for one more adapter."""
    CALL_FORMAT = "call_format"
    """Calls are text: the target's own calls are not used."""
