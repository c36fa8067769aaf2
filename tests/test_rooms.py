from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import WINNOW


def start(cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", "import winnow"], cwd=cwd, capture_output=True, text=True, timeout=60)


def test_a_foreign_package_of_a_rooms_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "validators").mkdir()
    (tmp_path / "validators" / "__init__.py").write_text("def email(value): ...\n")
    (tmp_path / "reports.py").write_text("x = 1\n")
    done = start(tmp_path)
    assert done.returncode == 1
    for name in ("validators", "reports"):
        assert f"package '{name}' is not Winnow's" in done.stderr
    assert str(tmp_path) in done.stderr
    assert "rename it, or run Winnow from another folder" in done.stderr


def test_a_folder_of_a_rooms_name_beside_the_user_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "training").mkdir()
    assert start(tmp_path).returncode == 0


def test_the_command_says_what_clashes_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "__init__.py").write_text("")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([WINNOW, "--help"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "package 'training' is not Winnow's" in done.stderr
    assert "Traceback" not in done.stderr
