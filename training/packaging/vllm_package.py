"""A package for vLLM: the adapter as peft saved it."""

from __future__ import annotations

import shutil
from pathlib import Path

from winnow.training.packaging.package_contents import PackageContents
from winnow.training.peft_files import ADAPTER_FOLDER


def fill_vllm_package(contents: PackageContents, part: Path) -> None:
    """Write the folder that `lora-modules` names."""
    folder = part / ADAPTER_FOLDER
    folder.mkdir()
    for name in contents.rules.file_names:
        shutil.copyfile(contents.adapter.folder / name, folder / name)
