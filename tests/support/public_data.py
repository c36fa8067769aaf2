"""Public datasets, where this machine has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PUBLIC_DATA = Path(os.environ.get("WINNOW_TEST_DATA", ROOT.parent / "shared" / "data"))


def public_data(name: str) -> Path:
    """A public dataset's file; the test skips, with the reason, where the file is missing."""
    path = PUBLIC_DATA / name
    if not path.exists():
        pytest.skip(f"public data not found: {path} (set WINNOW_TEST_DATA)")
    return path
