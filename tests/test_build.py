"""Building: the steps of a single item are compiled where they can be; elsewhere nothing fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

BUILD = """
import json
from hatchling.bridge.app import Application
from hatch_build import CompiledHook
data = {"artifacts": []}
hook = CompiledHook(".", {}, None, None, "", "wheel", Application())
hook.initialize("editable", data)
print(json.dumps(data))
"""

WHICH = """
from stream_core import per_item
print(per_item.COMPILED)
"""

COMPILER = shutil.which(str(sysconfig.get_config_var("CC") or "cc").split()[0])
HEADER = Path(sysconfig.get_path("include"), "Python.h")
compiler = pytest.mark.skipif(
    COMPILER is None or not HEADER.exists(), reason="there is no C compiler, or no header of Python"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    package = tmp_path / "stream_core"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("per_item.c", "per_item.py"):
        shutil.copy(ROOT / "stream_core" / name, package)
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    return tmp_path


def run(checkout: Path, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=checkout,
        env=plain | environment,
        capture_output=True,
        text=True,
        check=True,
    )


def build(checkout: Path, **environment: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run(checkout, BUILD, **environment).stdout.splitlines()[-1])
    return data


@compiler
def test_it_is_compiled_beside_its_source_and_packed(checkout: Path) -> None:
    data = build(checkout)
    [made] = data["artifacts"]
    assert (checkout / made.lstrip("/")).exists()
    assert (data["pure_python"], data["infer_tag"]) == (False, True)
    assert run(checkout, WHICH).stdout == "True\n"


@compiler
def test_a_build_that_fails_leaves_the_python_and_no_older_library(checkout: Path) -> None:
    build(checkout)
    (checkout / "stream_core" / "per_item.c").write_text("#error broken\n")
    assert build(checkout) == {"artifacts": []}
    assert run(checkout, WHICH).stdout == "False\n"


def test_without_a_compiler_it_says_so_and_stays_python(checkout: Path) -> None:
    done = run(checkout, BUILD, CC=str(checkout / "no-compiler"))
    assert json.loads(done.stdout.splitlines()[-1]) == {"artifacts": []}
    assert "not compiled" in done.stdout + done.stderr
    assert run(checkout, WHICH).stdout == "False\n"
