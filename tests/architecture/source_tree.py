"""The shape of the product's code, read from its source: imports, rings, classes, SQL. Nothing is imported or run.

`python tests/architecture/source_tree.py [ROOT]` prints the figures.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
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
    ("winnow.workspace", "winnow.interaction_log"),
    ("winnow.router",),
    ("winnow.cli",),
)
"""From the lowest to the highest; packages of one level do not import each other."""
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
COMMAND_LINE = re.compile(r"(?<![\w./])winnow [a-z]+")
"""A command line that is written out instead of made by `winnow.core.commands.command`."""
SQL_HOMES = ("winnow.curation.store", "winnow.generators.llm.spend", "winnow.curation.io.readers.databases")
"""The readers open databases of users."""
SQL_PACKAGES = frozenset({"sqlalchemy", "sqlite3", "alembic"})
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

    def imports(self, *, typing: bool = True) -> Iterator[str]:
        """Names that are imported anywhere in it, deferred imports included, those for type checkers optionally."""
        skipped = set() if typing else {id(inner) for block in self._typing_blocks() for inner in ast.walk(block)}
        for node in ast.walk(self.tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def identifiers(self) -> Iterator[str]:
        """Every name that is given in it: of itself, functions, classes, parameters, variables, attributes, aliases."""
        yield self.stem
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr
            elif isinstance(node, ast.alias) and node.asname:
                yield node.asname

    def strings(self) -> Iterator[ast.Constant]:
        """Every string but docstrings."""
        docstrings = {
            id(first.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            for first in node.body
            if isinstance(first, ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node

    def string_lists(self) -> Iterator[tuple[int, frozenset[str]]]:
        """The line and the values of each list, tuple, set, `Literal` or enumeration that holds only strings."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                values = node.elts
            elif isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Enum") for base in node.bases):
                values = [item.value for item in node.body if isinstance(item, ast.Assign)]
            else:
                continue
            texts = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if texts and len(texts) == len(values):
                yield node.lineno, frozenset(texts)

    def _typing_blocks(self) -> Iterator[ast.If]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                yield node


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
        for imported in module.imports(typing=typing):
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


def sql_use(module: SourceModule) -> list[str]:
    """How a module sends SQL: packages that it imports and calls by the name of the method. Empty where it may."""
    if any(module.name == home or module.name.startswith(f"{home}.") for home in SQL_HOMES):
        return []
    packages = {name.split(".")[0] for name in module.imports(typing=False)} & SQL_PACKAGES
    calls = [
        f"{node.func.attr}() on line {node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL_CALLS
    ]
    return [*(f"imports {name}" for name in sorted(packages)), *calls]


def cli_options(modules: Iterable[SourceModule]) -> set[str]:
    """The command line's options: spelled out in `winnow.cli`, or named by a parameter of a function there."""
    found = set()
    for module in modules:
        if module.name.startswith("winnow.cli"):
            found |= {option for node in module.strings() for option in OPTION.findall(node.value)}
            arguments = {node.arg for node in ast.walk(module.tree) if isinstance(node, ast.arg)}
            found |= {f"--{name.strip('_').replace('_', '-')}" for name in arguments}
    return found


def options_in(module: SourceModule, options: set[str]) -> list[str]:
    """Strings that spell out one of the command line's options. Arguments of another program are not meant."""
    starts_programs = "subprocess" in module.imports()
    lists = (node for node in ast.walk(module.tree) if starts_programs and isinstance(node, ast.List))
    arguments = {id(element) for node in lists for element in node.elts}
    return [
        node.value
        for node in module.strings()
        if id(node) not in arguments and options.intersection(OPTION.findall(node.value))
    ]


def command_lines_in(module: SourceModule) -> list[str]:
    """Command lines of Winnow that a module's strings write out."""
    return [line for node in module.strings() for line in COMMAND_LINE.findall(node.value)]


def words_of(identifier: str) -> list[str]:
    """The words of a name in snake case or camel case, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def names_twice(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Of pairs of a name and where it is: the names that are in several places."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in names:
        places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


def class_names_twice(modules: Iterable[SourceModule]) -> dict[str, list[str]]:
    """Class names that several modules define."""
    return names_twice((node.name, module.name) for module in modules for node in module.classes())


def stems_twice(modules: Iterable[SourceModule]) -> dict[str, list[str]]:
    """File names that several folders hold; a package counts by the name of its folder only where it holds code."""
    holders = (module for module in modules if module.path.stem != "__init__" or any(True for _ in module.functions()))
    return names_twice((module.stem, module.name) for module in holders)


def main() -> None:
    """Print the figures."""
    modules = product_modules(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
    folders = Counter(module.path.parent for module in modules)
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for module in modules for node in module.functions())
    graph = import_graph(modules)
    longest = max(modules, key=lambda module: module.lines)
    sql = [len(sql_use(module)) for module in modules]
    declared = cli_options(modules)
    options = [len(options_in(module, declared)) for module in modules if not module.name.startswith("winnow.cli")]
    largest, count = folders.most_common(1)[0]
    print(
        f"modules                    {len(modules)} in {len(folders)} folders, at most {count} in one ({largest.name})"
    )
    print(f"longest file               {longest.lines} lines ({longest.name})")
    print(f"functions, lines           median {quantiles(lengths, n=2)[0]:.0f}, p90 {quantiles(lengths, n=10)[8]:.0f}")
    print(f"imports that point up      {len(upward_imports(graph))}")
    print(f"rings, deferred included   {len(rings(graph))}")
    print(f"SQL outside its two places {sum(sql)} in {sum(map(bool, sql))} modules")
    print(f"CLI options in domain code {sum(options)} strings in {sum(map(bool, options))} modules")
    lines = [len(command_lines_in(module)) for module in modules if not module.name.startswith("winnow.cli")]
    print(f"command lines written out  {sum(lines)} in {sum(map(bool, lines))} modules outside the command line")
    print(f"class names twice          {len(class_names_twice(modules))}")
    print(f"module stems twice         {len(stems_twice(modules))}")


if __name__ == "__main__":
    main()
