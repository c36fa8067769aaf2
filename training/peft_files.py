"""The names of what peft writes for an adapter, in the folder of a run and in packages."""

from __future__ import annotations

ADAPTER_FOLDER = "adapter"
"""The folder of a run or a package that holds its adapter."""

ADAPTER_WEIGHTS, ADAPTER_CONFIG = "adapter_model.safetensors", "adapter_config.json"
"""The files in it that every runtime reads."""
