"""Versions of installed packages, as releases and runs record them."""

from __future__ import annotations

import importlib.metadata

from winnow.core.version import __version__


def package_version(name: str) -> str:
    """The version of an installed package; for Winnow itself, use its import name, not that of its distribution.

    Raises importlib.metadata.PackageNotFoundError when the package is not installed.
    """
    return __version__ if name == "winnow" else importlib.metadata.version(name)
