"""What the README says is what the repository holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.fixture
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text(encoding="utf-8")


def test_the_examples_are_those_that_are_run(repository: Path, readme: str) -> None:
    shown = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    kept = [
        (repository / "examples" / name).read_text(encoding="utf-8").partition('"""\n\n')[2]
        for name in ("samples.py", "calls.py")
    ]
    assert shown == kept


def test_the_debian_packages_are_those_that_are_installed(repository: Path, readme: str) -> None:
    [command] = re.findall(r"apt-get install (.*?)\n\n", readme, re.DOTALL)
    packages = (repository / ".ci/debian-packages").read_text(encoding="utf-8").split()
    assert command.replace("\\", " ").split() == packages


def test_every_file_it_points_to_is_there(repository: Path, readme: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme):
        assert (repository / target).exists(), target
