"""Installed, Winnow is one import package that no file of the user's shadows: as a wheel, from the sdist, editable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import winnow
from tests.architecture.source_tree import PACKAGES
from tests.support.paths import ROOT

LINKED = [*(name for name in PACKAGES if name != "winnow"), "server"]
"""Folders at the top of the repository that are linked into `winnow/`."""
PYTHONS = {
    minor: next(iter(sorted(Path("~/.pyenv/versions").expanduser().glob(f"3.{minor}.*/bin/python"))), None)
    or shutil.which(f"python3.{minor}")
    for minor in (12, 13)
}


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Run a command to its end; its output."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=variables, text=True, capture_output=True, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(outdir: Path, *options: str) -> Path:
    """The wheel that `python -m build` makes of the repository."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", outdir, *options, ROOT, cwd=outdir.parent)
    return next(outdir.glob("*.whl"))


def new_environment(folder: Path) -> tuple[Path, Path, list[object]]:
    """An empty environment: its Python, its site-packages, and the start of a command that installs into it."""
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    packages = next((folder / "env" / "lib").glob("python3.*")) / "site-packages"
    return python, packages, [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]


def contents(wheel: Path) -> dict[str, int]:
    """The files in a wheel and their checksums."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built straight from the repository."""
    return build(tmp_path_factory.mktemp("wheel") / "dist", "--wheel")


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH that the wheel is installed in; its dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("site")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel, cwd=folder)
    return folder


@pytest.fixture
def python(site: Path, tmp_path: Path) -> list[object]:
    """Python with the installed wheel; `run(*python, …, cwd=tmp_path, PYTHONPATH=site)`."""
    where = run(sys.executable, "-c", "import winnow; print(winnow.__file__)", cwd=tmp_path, PYTHONPATH=str(site))
    assert Path(where.strip()).is_relative_to(site)
    return [sys.executable]


def test_the_wheel_is_the_same_directly_and_through_the_sdist(wheel: Path, tmp_path: Path) -> None:
    from_sdist = build(tmp_path / "dist")
    assert contents(from_sdist) == contents(wheel)


def test_the_wheel_holds_all_files_under_one_name(wheel: Path) -> None:
    names = set(contents(wheel))
    metadata = f"winnow_curation-{winnow.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"winnow", metadata}
    expected = {
        "winnow/" + str(path.relative_to(ROOT))
        for folder in LINKED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path)
    }
    assert len(expected) > 300
    assert expected - names == set()


def test_the_labeling_servers_code_is_data_of_the_wheel(wheel: Path, site: Path) -> None:
    assert "winnow/server/requirements.txt" in contents(wheel)
    assert {name for name in contents(wheel) if name.startswith("winnow/server/winnow_server/")}
    assert not (site / "winnow_server").exists()


def test_files_of_the_user_shadow_nothing(python: list[object], site: Path, tmp_path: Path) -> None:
    for name in LINKED:
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    run(*python, "-c", "import winnow", cwd=tmp_path, PYTHONPATH=str(site))
    everything = "import winnow.workspace, winnow.cli.main, reports; assert reports.x == 1"
    run(*python, "-c", everything, cwd=tmp_path, PYTHONPATH=str(site))


def test_the_version_is_shown_in_three_ways(python: list[object], site: Path, tmp_path: Path) -> None:
    for command in ([site / "bin" / "winnow"], [*python, "-m", "winnow"]):
        assert winnow.__version__ in run(*command, "--version", cwd=tmp_path, PYTHONPATH=str(site))
    help_text = run(*python, "-m", "winnow", "--help", cwd=tmp_path, PYTHONPATH=str(site))
    assert "Usage: winnow" in help_text
    metadata = site / f"winnow_curation-{winnow.__version__}.dist-info" / "METADATA"
    assert f"\nVersion: {winnow.__version__}\n" in metadata.read_text()


def test_the_package_validators_of_pypi_is_left_alone(wheel: Path, tmp_path: Path) -> None:
    _, packages, pip = new_environment(tmp_path)
    if subprocess.run([*map(str, pip), "validators"], capture_output=True, timeout=120).returncode:
        pytest.skip("pip reaches no package index")
    run(*pip, wheel, cwd=tmp_path)
    both = "import validators, winnow.validators.text; assert validators.email('a@b.org')"
    run(sys.executable, "-c", both, cwd=tmp_path, PYTHONPATH=str(packages))


def test_an_editable_install_offers_winnow_alone(tmp_path: Path) -> None:
    import editables

    python, packages, pip = new_environment(tmp_path)
    as_pip_does = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    run(sys.executable, "-c", as_pip_does, cwd=ROOT)
    run(*pip, next(tmp_path.glob("*.whl")), cwd=tmp_path)
    shutil.copytree(Path(editables.__file__).parent, packages / "editables")
    found = run(python, "-c", "import winnow; print(winnow.__file__)", cwd=tmp_path)
    assert Path(found.strip()).resolve() == ROOT / "winnow" / "__init__.py"
    for name in [*LINKED, "tests", "benchmarks", "winnow_server"]:
        look = f"import importlib.util as u; assert u.find_spec({name!r}) is None"
        run(python, "-c", look, cwd=tmp_path)


@pytest.mark.parametrize("minor", PYTHONS)
def test_other_versions_of_python_read_it(minor: int, site: Path, tmp_path: Path) -> None:
    python = PYTHONS[minor]
    if python is None:
        pytest.skip(f"no Python 3.{minor} on this machine")
    copy = shutil.copytree(site / "winnow", tmp_path / "winnow")
    run(python, "-W", "error", "-m", "compileall", "-q", copy, cwd=tmp_path)
    light = "import winnow, winnow.core.errors, winnow.core.vocabulary; print(winnow.__version__)"
    assert run(python, "-c", light, cwd=tmp_path.parent, PYTHONPATH=str(tmp_path)).strip() == winnow.__version__
