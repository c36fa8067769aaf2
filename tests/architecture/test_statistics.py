"""Statistics are computed in one place: winnow.validators.stats."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, SourceModule

HOME = "winnow.validators.stats."
QUANTILE_FUNCTIONS = frozenset({"quantile", "quantiles", "percentile", "nanquantile", "nanpercentile"})
NORMAL_QUANTILES = (1.2815, 1.6448, 1.9599, 2.3263, 2.5758)
"""The 90, 95, 97.5, 99 and 99.5 % quantiles of the standard normal distribution, cut to four digits."""

EXCEPTIONS = {
    "benchmarks.traffic_coverage": "rank correlation, which no result of Winnow uses",
    "benchmarks.variation_gain": "Student's t over repetitions of the benchmark, which no result of Winnow uses",
}
"""Modules that may compute statistics themselves, and why."""


def statistics_in(module: SourceModule) -> list[str]:
    """The statistics that a module computes itself."""
    found = [name for name in module.imports() if name.startswith("scipy.stats")]
    return found + sorted({text for node in ast.walk(module.tree) for text in _statistic(node)})


def _statistic(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=ast.Name(), attr=name) if name in QUANTILE_FUNCTIONS:
            yield ast.unparse(node)
        case ast.ImportFrom(module="statistics", names=names):
            yield from (alias.name for alias in names if alias.name in QUANTILE_FUNCTIONS)
        case ast.Constant(value=float(value)) if int(value * 10_000) / 10_000 in (*NORMAL_QUANTILES, 1.96):
            yield str(value)
        case ast.BinOp(op=ast.Mult()) if _position_of_share(node):
            yield ast.unparse(node)
        case _:
            pass


def _position_of_share(node: ast.BinOp) -> bool:
    """Whether it is like `0.95 * len(values)`: the position of a quantile."""
    sides = (node.left, node.right)
    share = any(isinstance(side, ast.Constant) and isinstance(side.value, float) for side in sides)
    length = any(isinstance(side, ast.Call) and ast.unparse(side.func) == "len" for side in sides)
    return share and length


def _benchmarks() -> list[SourceModule]:
    files = sorted((ROOT / "benchmarks").glob("*.py"))
    return [SourceModule(f"benchmarks.{path.stem}", path, path.read_text(encoding="utf-8")) for path in files]


def test_statistics_have_one_home(modules: list[SourceModule]) -> None:
    every = [*modules, *_benchmarks()]
    computing = {module.name: found for module in every if (found := statistics_in(module))}
    elsewhere = {name: found for name, found in computing.items() if not name.startswith(HOME)}
    assert len(computing) - len(elsewhere) >= 6
    assert elsewhere.keys() == EXCEPTIONS.keys(), elsewhere


@pytest.mark.parametrize(
    "text",
    [
        "from scipy.stats import binom\n",
        "def f():\n    import scipy.stats as st\n",
        "import numpy as np\nx = np.percentile(values, 95)\n",
        "from statistics import quantiles\n",
        "import statistics\nx = statistics.quantiles(values)\n",
        "Z = 1.959963984540054\n",
        "half = 1.96 * spread\n",
        "p95 = sorted(times)[int(len(times) * 0.95)]\n",
    ],
)
def test_a_statistic_elsewhere_is_found(text: str) -> None:
    assert statistics_in(SourceModule("winnow.curation.a", Path("a.py"), text))


def test_a_median_and_a_minimum_are_not_statistics_of_their_own() -> None:
    text = "import statistics\nx = statistics.median(values)\ny = max(1, len(values) // 2)\n"
    assert statistics_in(SourceModule("winnow.curation.a", Path("a.py"), text)) == []
