"""Where files are and how long: tests mirror the packages, and a file is one idea."""

from __future__ import annotations

import importlib
from collections import defaultdict

from tests.architecture.source_tree import ROOT, SourceModule

SHARED_FOLDERS = {"architecture", "data", "e2e", "fakes", "fixtures", "support"}
LONGEST_FILE = 350
LONGER = {"winnow.workspace", "winnow.curation.store.tables"}
"""One method a verb with its signature and docstring; one schema in one place."""
TESTS = ROOT / "tests"


def test_no_file_is_long(modules: list[SourceModule]) -> None:
    assert {
        module.name: module.lines for module in modules if module.lines > LONGEST_FILE and module.name not in LONGER
    } == {}


def test_tests_mirror_the_packages() -> None:
    """A folder of tests is named as the folder that it tests; a file of tests is named only once."""
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    mirrored = {folder for folder in folders if folder.parts[0] not in SHARED_FOLDERS}
    assert len(mirrored) > 20
    missing = [
        str(folder) for folder in mirrored if not any((top / folder).is_dir() for top in (ROOT, ROOT / "winnow"))
    ]
    assert missing == []
    names = defaultdict(list)
    for path in TESTS.rglob("test_*.py"):
        names[path.name].append(str(path.relative_to(TESTS)))
    assert {name: paths for name, paths in names.items() if len(paths) > 1} == {}


def test_a_package_lists_only_names_that_it_has(modules: list[SourceModule]) -> None:
    packages = [importlib.import_module(module.name) for module in modules if module.path.name == "__init__.py"]
    assert len(packages) > 30
    listed = [(package, name) for package in packages for name in getattr(package, "__all__", ())]
    assert listed
    assert [f"{package.__name__}.{name}" for package, name in listed if not hasattr(package, name)] == []
