"""A package for llama.cpp: the adapter as peft saved it, and the configuration of its base model for the converter."""

from __future__ import annotations

from pathlib import Path

from winnow.training.packaging.package_contents import PackageContents
from winnow.training.packaging.vllm_package import fill_vllm_package

BASE_CONFIG_FOLDER = "base_config"
"""The converter reads the configuration of the base model, and not its weights."""


def fill_llama_cpp_package(contents: PackageContents, part: Path) -> None:
    """Write the adapter and the configuration that the converter needs."""
    fill_vllm_package(contents, part)
    folder = part / BASE_CONFIG_FOLDER
    folder.mkdir()
    contents.base.config.save_pretrained(folder)
