from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

PRINTS = {
    "samples.py": "1.25\n",
    "calls.py": "('MY ECHO', 'HALLO')\n",
}


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_every_example_is_run(repository: Path) -> None:
    assert {path.name for path in (repository / "examples").glob("*.py")} == PRINTS.keys()


@pytest.mark.parametrize("name", PRINTS)
def test_it_runs_and_prints(name: str, repository: Path, free_port: int, tmp_path: Path) -> None:
    source = (repository / "examples" / name).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    program = tmp_path / name
    program.write_text(source.replace("50012", str(free_port)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == (PRINTS[name], "", 0)
