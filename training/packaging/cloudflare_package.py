"""A package for Cloudflare Workers AI: the adapter, with the model type that the service asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from winnow.training.packaging.package_contents import PackageContents
from winnow.training.packaging.target_faults import served_base
from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_FOLDER, ADAPTER_WEIGHTS


def fill_cloudflare_package(contents: PackageContents, part: Path) -> None:
    """Write the folder that is uploaded: the weights as they are, and the settings with `model_type` added."""
    folder = part / ADAPTER_FOLDER
    folder.mkdir()
    shutil.copyfile(contents.adapter.folder / ADAPTER_WEIGHTS, folder / ADAPTER_WEIGHTS)
    served = served_base(contents.rules, contents.subject.base)
    assert served is not None, "the rule `base` was kept"
    config = {**contents.adapter.config, "model_type": served.model_type}
    (folder / ADAPTER_CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
