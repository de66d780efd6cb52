"""The rules of the layout hold, and a planted breach of each one is reported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.cli import configuration

CONFIGURATION = tomllib.loads(
    (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
)

BREACHES = {
    "stream_core is layered": ("core/wire.py", "import {core}.server"),
    "stream_gui is layered": ("gui/models.py", "import {gui}.views"),
    "wire and channels do no I/O": ("core/channels.py", "import asyncio"),
    "core knows nothing of the GUI": ("core/cli.py", "import {gui}.commands"),
    "GUI uses only the public face of core": ("gui/session.py", "import {core}.client"),
    "plot data is plain numpy": ("gui/plotdata.py", "import PySide6.QtCore"),
}

BANNED = {
    "import pickle": "stream_core/wire/objects.py",
    "from marshal import loads": "stream_core/server/session.py",
    "import qasync": "stream_gui/session/link.py",
    "from PySide6.QtWidgets import QWidget": "stream_gui/models/plot_layout.py",
    "import pyqtgraph": "stream_gui/session/feeds.py",
    "from . import header": "stream_core/wire/objects.py",
}


EVALUATING = {
    "exec('x = 1')": "stream_core/cli/text.py",
    "eval('1 + 1')": "stream_gui/models/command_line.py",
}


@pytest.fixture(autouse=True)
def _linter(capsys: pytest.CaptureFixture[str]) -> None:
    configuration.configure()


def planted(directory: Path, tag: str) -> tuple[Path, dict[str, str]]:
    """Write empty packages of the same layout, under names nobody has imported."""
    names = {"core": f"core_{tag}", "gui": f"gui_{tag}"}
    rules = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    rules = rules[rules.index("[tool.importlinter]") :]
    for package, contract in zip(("core", "gui"), contracts()[:2], strict=True):
        root = directory / names[package]
        root.mkdir()
        (root / "__init__.py").touch()
        for layer in " | ".join(contract["layers"]).split(" | "):
            (root / f"{layer}.py").touch()
        rules = rules.replace(f"stream_{package}", names[package])
    calls = directory / names["core"] / "rpc"
    calls.mkdir()
    shutil.move(calls.with_suffix(".py"), calls / "__init__.py")
    (calls / "methods.py").touch()
    path = directory / "pyproject.toml"
    path.write_text(rules, encoding="utf-8")
    return path, names


def contracts() -> list[dict[str, Any]]:
    """Give the contracts as they stand in pyproject.toml."""
    found: list[dict[str, Any]] = CONFIGURATION["tool"]["importlinter"]["contracts"]
    return found


def test_the_tree_keeps_every_contract(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = lint_imports(config_filename=str(repository / "pyproject.toml"), cache_dir=None)
    assert kept, capsys.readouterr().out


def test_every_contract_has_a_planted_breach() -> None:
    assert [contract["name"] for contract in contracts()] == list(BREACHES)


@pytest.mark.parametrize("broken", BREACHES)
def test_a_planted_breach_is_reported(
    broken: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, names = planted(tmp_path, str(list(BREACHES).index(broken)))
    monkeypatch.syspath_prepend(tmp_path)
    file, line = BREACHES[broken]
    package, module = file.split("/")
    breach = tmp_path / names[package] / module
    breach.write_text(line.format(**names) + "\n", encoding="utf-8")

    assert not lint_imports(config_filename=str(path), cache_dir=None)

    report = capsys.readouterr().out
    verdicts = dict(
        line.rsplit(" ", 1) for line in report.splitlines() if line.endswith((" KEPT", " BROKEN"))
    )
    expected = broken.replace("stream_core", names["core"]).replace("stream_gui", names["gui"])
    assert [name for name, verdict in verdicts.items() if verdict == "BROKEN"] == [expected]
    assert len(verdicts) == len(BREACHES)


def test_an_unplanned_module_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, names = planted(tmp_path, "unplanned")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / names["core"] / "helpers.py").touch()
    assert not lint_imports(config_filename=str(path), cache_dir=None)
    assert "helpers" in capsys.readouterr().out


def ruff(line: str, path: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """Check a line as if it stood in that file."""
    return subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", path, "-"],
        input=f"{line}\n",
        capture_output=True,
        text=True,
        cwd=repository,
        check=False,
    )


@pytest.mark.parametrize(("line", "path"), BANNED.items())
def test_a_banned_import_is_reported(line: str, path: str, repository: Path) -> None:
    report = ruff(line, path, repository)
    assert report.returncode == 1
    assert "TID25" in report.stdout


@pytest.mark.parametrize(("line", "path"), EVALUATING.items())
def test_text_that_is_evaluated_is_reported(line: str, path: str, repository: Path) -> None:
    report = ruff(line, path, repository)
    assert report.returncode == 1
    assert "S102" in report.stdout or "S307" in report.stdout
