"""What is built for installing elsewhere holds every file that the code reads from its own folders."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "services", "bot", "deploy")
BUILD = "from setuptools import build_meta; build_meta.build_wheel('built')"


def test_the_wheel_lacks_nothing(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "built").mkdir()
    subprocess.run([sys.executable, "-W", "ignore", "-c", BUILD], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = (tmp_path / "built").glob("*.whl")
    there = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        path.relative_to(tmp_path).as_posix()
        for package in PACKAGES
        for path in (tmp_path / package).rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    assert needed - there == set()
