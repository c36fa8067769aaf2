"""The product's modules, read once for all tests of its shape."""

from __future__ import annotations

import pytest

from tests.architecture.source_tree import SourceModule, product_modules


@pytest.fixture(scope="session")
def modules() -> list[SourceModule]:
    """Every module of the product. A search that reads nothing proves nothing, so it is counted here."""
    found = product_modules()
    packages = {".".join(module.name.split(".")[:2]) for module in found}
    assert len(found) > 300, f"only {len(found)} files read"
    assert packages >= {
        f"winnow.{name}"
        for name in (
            "cli",
            "config",
            "core",
            "curation",
            "generators",
            "operations",
            "reports",
            "training",
            "validators",
        )
    }
    assert sum(module.lines for module in found) > 20_000
    return found
