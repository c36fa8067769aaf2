"""A package for vLLM: the adapter as peft saved it."""

from __future__ import annotations

import shutil
from pathlib import Path

from winnow.training.packaging.adapter_files import ADAPTER_FOLDER
from winnow.training.packaging.package_contents import PackageContents


def fill_vllm_package(contents: PackageContents, part: Path) -> None:
    """Write the folder that `lora-modules` names."""
    folder = part / ADAPTER_FOLDER
    folder.mkdir()
    for name in contents.rules.file_names:
        shutil.copyfile(contents.adapter.folder / name, folder / name)
