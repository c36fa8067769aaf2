"""Run the tests of each module against its mutants: `python tests/mutation/run.py [MODULE ...]`."""

from __future__ import annotations

import argparse
import compileall
import gc
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import NoReturn

import hypothesis.strategies
import pandas as pd  # noqa: F401 (loaded once for all runs of the tests)
import pandera.pandas  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.stats  # noqa: F401
import sqlalchemy  # noqa: F401
import yaml
from mutants import Mutant, mutants_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PROFILE = "mutants"
"""The profile of Hypothesis: the same examples in each run, and no deadline, which a busy machine would miss."""

PACKAGES = ("winnow", "curation", "generators", "reports", "server", "training", "validators", "tests", "examples")
"""Folders that the tests need."""

MIN_KILLED_SHARE = 0.95
"""Share of the generated mutants that must be killed; equivalent ones count as generated."""

MIN_TIMEOUT_SECONDS = 10.0

TIMEOUT_RATIO = 5
"""A mutant whose tests take this many times as long as without it, and MIN_TIMEOUT_SECONDS at least, counts as killed:
most such mutants never end."""


def copy_of_the_source(folder: Path) -> Path:
    """A copy of everything the tests need: the checkout itself is never changed.

    It is compiled once; a mutated module is compiled again, because its hash is not the one of the compiled file.
    """
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in PACKAGES:
        compileall.compile_dir(folder / name, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return folder


def tests_pass(tree: Path, tests: list[str], *, seconds: float, compile_tests: bool) -> bool:
    """Whether the tests pass in the copy within so many seconds.

    They run in a fork of this process, which has loaded pandas and SciPy but nothing of Winnow: starting Python and
    loading the libraries takes longer than the tests. `compile_tests` keeps the compiled tests for the next runs.
    """
    child = os.fork()
    if not child:
        os.setsid()
        sys.dont_write_bytecode = not compile_tests
        _run_pytest(tree, tests)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status == 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run_pytest(tree: Path, tests: list[str]) -> NoReturn:
    """Run the tests silently in this process, then exit with the status of pytest."""
    status = 1
    try:
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        os.environ.update(PYTHONPATH=str(tree))
        output = os.open(os.devnull, os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--hypothesis-profile={PROFILE}"]
        status = int(pytest.main([*options, *tests]))
    finally:
        os._exit(status)


def survivors_of(module: str, tests: list[str], tree: Path) -> tuple[int, list[Mutant]]:
    """How many mutants a module has, and those that its tests let through."""
    path = tree / module
    original = path.read_text()
    started = time.monotonic()
    if not tests_pass(tree, tests, seconds=math.inf, compile_tests=True):
        raise SystemExit(f"{module}: its tests fail without any change: {' '.join(tests)}")
    seconds = max(MIN_TIMEOUT_SECONDS, TIMEOUT_RATIO * (time.monotonic() - started))
    mutants = list(mutants_of(original))
    survivors = []
    for mutant in mutants:
        path.write_text(mutant.source)
        if tests_pass(tree, tests, seconds=seconds, compile_tests=False):
            survivors.append(mutant)
            print(f"survived  {module}:{mutant.line}  {mutant.change}", flush=True)
    path.write_text(original)
    return len(mutants), survivors


def equivalent_changes(modules: Iterable[str]) -> dict[str, frozenset[str]]:
    """The changes of each module in equivalent.json. Ends the run where one of them names no mutant, or several."""
    listed: dict[str, dict[str, str]] = json.loads((HERE / "equivalent.json").read_text())
    for module in modules:
        counts = Counter(mutant.change for mutant in mutants_of((ROOT / module).read_text()))
        wrong = [change for change in listed.get(module, {}) if counts[change] != 1]
        if wrong:
            raise SystemExit(f"equivalent.json: {module} has none or several of these changes: {wrong}")
    return {module: frozenset(listed.get(module, {})) for module in modules}


def main() -> int:
    """Print a row for each module, and whether enough mutants are killed."""
    tests_by_module: dict[str, list[str]] = yaml.safe_load((HERE / "modules.yaml").read_text())
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules to mutate; all of modules.yaml by default")
    parser.add_argument("--list", action="store_true", help="only count the mutants of each module")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.modules) - set(tests_by_module))
    if unknown:
        parser.error(f"not in modules.yaml: {', '.join(unknown)}")
    chosen = {name: tests_by_module[name] for name in arguments.modules or tests_by_module}
    if arguments.list:
        for module in chosen:
            print(f"{sum(1 for _ in mutants_of((ROOT / module).read_text())):5}  {module}")
        return 0
    equivalent = equivalent_changes(chosen)
    hypothesis.settings.register_profile(PROFILE, deadline=None, derandomize=True)
    total: Counter[str] = Counter()
    gc.freeze()  # the forks need not search what is loaded here for garbage
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_of_the_source(Path(folder))
        for module, tests in chosen.items():
            generated, survivors = survivors_of(module, tests, tree)
            known = sum(mutant.change in equivalent[module] for mutant in survivors)
            row = {"generated": generated, "killed": generated - len(survivors), "equivalent": known}
            row["left"] = len(survivors) - known
            total.update(row)
            print(module, *(f"{name} {count}" for name, count in row.items()), sep="  ", flush=True)
    share = total["killed"] / total["generated"]
    print("total", *(f"{name} {count}" for name, count in total.items()), f"killed {share:.1%}", sep="  ")
    return 0 if share >= MIN_KILLED_SHARE and not total["left"] else 1


if __name__ == "__main__":
    sys.exit(main())
