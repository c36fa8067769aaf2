"""A workspace with an adapter, which the tests of this folder pack and ask."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.build_once import build_once
from tests.support.packed_adapters import make_adapter_run, make_chatml_model
from winnow.training.runs import Run
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with the template of SmolLM2, in a folder that Cloudflare's rules can name."""
    return build_once(tmp_path_factory, "tiny-chatml", make_chatml_model)


@pytest.fixture(scope="module")
def packed(frozen_assistant: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run]:
    """A copy of the frozen example with a run; tests of this module may add packages to it."""
    root = tmp_path_factory.mktemp("packed") / "ws"
    shutil.copytree(frozen_assistant, root)
    workspace = Workspace.find(root)
    return workspace, make_adapter_run(workspace, tiny_base)
