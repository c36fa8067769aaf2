"""The packages that the service needs and that Winnow alone does not install."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from winnow.core.errors import Problem, WinnowError

PACKAGES = ("fastapi", "uvicorn")
INSTALL = "pip install fastapi uvicorn"


def require_packages(packages: Sequence[str] = PACKAGES) -> None:
    """Raises WinnowError with the command that installs them, where one is missing."""
    if missing := [name for name in packages if find_spec(name) is None]:
        found = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        raise WinnowError(Problem("router", found, "the packages of the extra `router`", f"run `{INSTALL}`"))
