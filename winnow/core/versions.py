"""Versions of installed packages, as releases and runs record them."""

from __future__ import annotations

import importlib.metadata

import winnow


def package_version(name: str) -> str:
    """The version of an installed package; Winnow goes by its import name, not by that of its distribution.

    Raises importlib.metadata.PackageNotFoundError when the package is not installed.
    """
    return winnow.__version__ if name == "winnow" else importlib.metadata.version(name)
