"""The shape of the product's code, read from its source: imports, rings, classes, SQL. Nothing is imported or run.

`python tests/architecture/source_tree.py [ROOT]` prints the figures.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("curation", "generators", "reports", "training", "validators", "winnow")
LEVELS = (
    ("winnow.core",),
    ("winnow.config",),
    ("winnow.validators",),
    ("winnow.curation", "winnow.generators"),
    ("winnow.training",),
    ("winnow.reports",),
    ("winnow.operations",),
    ("winnow.workspace",),
    ("winnow.cli",),
)
"""From the lowest to the highest; packages of one level do not import each other."""
SQL_HOMES = ("winnow.curation.store", "winnow.generators.llm.spend")
SQL_CALLS = frozenset(
    {"execute", "executemany", "executescript", "exec_driver_sql", "scalar_one", "scalars", "mappings"}
)


@dataclass(frozen=True)
class SourceModule:
    """One file of the product."""

    name: str
    """Dotted, as it is imported: `winnow.curation.ingest.add`."""
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @property
    def stem(self) -> str:
        """The last part of its name."""
        return self.name.rsplit(".", 1)[-1]

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def imports(self) -> Iterator[str]:
        """Names that are imported anywhere in it, deferred imports and those for type checking included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def runtime_imports(self) -> Iterator[str]:
        """The same without what only type checkers see."""
        skipped = {
            id(inner)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(self.tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def product_modules(root: Path = ROOT) -> list[SourceModule]:
    """Every module of the product, read from the real folders; migrations are history and left out."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            if "versions" in parts or (package == "winnow" and len(parts) > 2 and parts[1] in (*PACKAGES, "server")):
                continue  # links inside winnow/: followed by some versions of Python, not by others
            if parts[-1] == "__init__":
                parts.pop()
            name = ".".join(parts if package == "winnow" else ["winnow", *parts])
            found.append(SourceModule(name, path, path.read_text(encoding="utf-8")))
    return found


def import_graph(modules: list[SourceModule], *, typing: bool = False) -> dict[str, set[str]]:
    """Module to the product's modules that it imports, deferred imports included."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for imported in module.imports() if typing else module.runtime_imports():
            known = imported if imported in names else imported.rpartition(".")[0]
            if known in names and known != module.name:
                graph[module.name].add(known)
    return graph


def rings(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a ring: strongly connected components (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in graph.get(name, ()):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            ring = []
            while not ring or ring[-1] != name:
                ring.append(stack.pop())
            if len(ring) > 1:
                found.append(sorted(ring))

    for name in list(graph):
        if name not in order:
            visit(name)
    return found


def level_of(name: str) -> int | None:
    """How high a module stands; None for `winnow/__init__.py` and its neighbors, which may import anything."""
    return next(
        (i for i, level in enumerate(LEVELS) for top in level if name == top or name.startswith(f"{top}.")), None
    )


def upward_imports(graph: dict[str, set[str]]) -> list[str]:
    """Imports that point up, or sideways between packages of one level."""
    found = []
    for name, imported in graph.items():
        for other in imported:
            own, its = level_of(name), level_of(other)
            sideways = own == its and own is not None and name.split(".")[1] != other.split(".")[1]
            if own is not None and its is not None and (its > own or sideways):
                found.append(f"{name} -> {other}")
    return sorted(found)


def sql_calls(module: SourceModule) -> int:
    """Calls that send SQL, by the name of the method."""
    return sum(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL_CALLS
        for node in ast.walk(module.tree)
    )


def is_sql_home(name: str) -> bool:
    """Whether a module may talk to a database."""
    return any(name == home or name.startswith(f"{home}.") for home in SQL_HOMES)


def cli_flags(module: SourceModule) -> list[str]:
    """Options of the command line that are spelled out in a module's strings (docstrings aside)."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and any(word.startswith("--") and word[2:3].isalpha() for word in node.value.replace("(", " ").split())
    ]


def main() -> None:
    """Print the figures."""
    modules = product_modules(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
    folders = Counter(module.path.parent for module in modules)
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for module in modules for node in module.functions())
    graph = import_graph(modules)
    longest = max(modules, key=lambda module: module.lines)
    outside = {module.name: sql_calls(module) for module in modules if not is_sql_home(module.name)}
    flags = {module.name: len(cli_flags(module)) for module in modules if not module.name.startswith("winnow.cli")}
    classes = Counter(node.name for module in modules for node in module.classes())
    stems = Counter(module.stem for module in modules)
    largest, count = folders.most_common(1)[0]
    print(
        f"modules                    {len(modules)} in {len(folders)} folders, at most {count} in one ({largest.name})"
    )
    print(f"longest file               {longest.lines} lines ({longest.name})")
    print(f"functions, lines           median {quantiles(lengths, n=2)[0]:.0f}, p90 {quantiles(lengths, n=10)[8]:.0f}")
    print(f"imports that point up      {len(upward_imports(graph))}")
    print(f"rings, deferred included   {len(rings(graph))}")
    print(f"SQL calls outside its two  {sum(outside.values())} in {sum(map(bool, outside.values()))} modules")
    print(f"CLI options in domain code {sum(flags.values())} strings in {sum(map(bool, flags.values()))} modules")
    print(f"class names twice          {sum(n > 1 for n in classes.values())}")
    print(f"module stems twice         {sum(n > 1 for n in stems.values())}")


if __name__ == "__main__":
    main()
