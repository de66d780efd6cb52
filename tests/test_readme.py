"""What the README says is what the repository holds."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import stream_core as sc


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


def test_the_names_beside_those_of_the_original_are_there(readme: str) -> None:
    table = readme.partition("| stream_service | here |")[2].partition("\n\n")[0]
    ours = " ".join(row.split("|")[2] for row in table.splitlines()[2:])
    words = re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"`([^`]*)`", ours)))
    handles = (sc.Client, sc.Writer, sc.Reader, sc.Limits, sc.Server, sc.ServerProcess)
    known = {name for thing in (sc, *handles) for name in dir(thing)}
    known |= {name for kind in (sc.Client, sc.ServerProcess) for name in _parameters(kind)}
    known |= set(sc.Overflow) | set(sc.Codec) | set(sc.Compression)
    arguments = {"name", "host", "port", "pattern", "item", "True", "reader", "writer", "with"}
    strangers = {"streamscope", "serve", "server", "statistics", "stream_core"}  # others than names
    assert set(words) <= known | arguments | strangers


def _parameters(kind: type) -> set[str]:
    functions = [kind, *(each for each in vars(kind).values() if callable(each))]
    return {name for function in functions for name in inspect.signature(function).parameters}
