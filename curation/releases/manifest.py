"""The manifest: everything a release states about itself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from winnow.core.hashing import file_sha256
from winnow.curation.checks.gates.gate import Gate

MANIFEST_FORMAT = 1

VERSIONED_PACKAGES = ("winnow", "datasets", "numpy", "openvino", "pandas", "pyarrow", "torch", "wordfreq")
"""Packages whose version can change a byte of a release."""


def gate_facts(gate: Gate) -> dict[str, Any]:
    """A gate as the manifest states it, without evidence, which may quote excluded records."""
    return {name: value for name, value in asdict(gate).items() if name not in ("evidence", "fix")}


def file_facts(path: Path) -> dict[str, Any]:
    """Hash and size of a file."""
    return {"sha256": file_sha256(path), "bytes": path.stat().st_size}
