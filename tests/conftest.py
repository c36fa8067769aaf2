"""For all tests: one cache for a session's slow things, and the fixtures. Nothing of the product is imported here."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.fixtures.browser",
    "tests.fixtures.claude",
    "tests.fixtures.labeling",
    "tests.fixtures.limits_of_tests",
    "tests.fixtures.torch_threads",
    "tests.fixtures.workspaces",
)
settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")  # on a busy machine, an example may take longer than the default of 0.2 seconds

TEMPORARY_CACHE, VECTORS = pytest.StashKey[str](), pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the session, with all its workers and the commands they start, a cache that is not the user's own.

    It holds the converted model and the labeling server's environment. WINNOW_TEST_CACHE names one that is kept.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the environment comes from the process that started the workers
    kept = os.environ.get("WINNOW_TEST_CACHE")
    if not kept:
        config.stash[TEMPORARY_CACHE] = tempfile.mkdtemp(prefix="winnow-test-cache-")
    os.environ["WINNOW_CACHE"] = kept or config.stash[TEMPORARY_CACHE]
    os.environ["WINNOW_STATE"] = f"{os.environ['WINNOW_CACHE']}/state"
    config.stash[VECTORS] = os.environ["WINNOW_TEST_VECTORS"] = tempfile.mkdtemp(prefix="winnow-test-vectors-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's own cache, and the vectors that its workers share."""
    for key in (TEMPORARY_CACHE, VECTORS):
        if folder := config.stash.get(key, None):
            shutil.rmtree(folder, ignore_errors=True)
