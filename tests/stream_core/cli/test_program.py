from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

import stream_core as sc
from stream_core.cli import program as program_module
from stream_core.cli.program import program
from stream_core.per_item import COMPILED


def greet(name: Annotated[str, typer.Argument()]) -> None:
    """Greet somebody."""
    typer.echo(f"hello {name}")


def monitor() -> None:
    """Open the monitor."""
    typer.echo("the monitor opens")


def offer(monkeypatch: pytest.MonkeyPatch, **commands: str) -> None:
    """Let other packages offer these commands, as `name=value of the entry point`."""
    entries = [EntryPoint(name, value, program_module.GROUP) for name, value in commands.items()]
    monkeypatch.setattr(program_module, "entry_points", lambda group: entries)


def run(*words: str) -> tuple[str, str, int]:
    outcome = CliRunner().invoke(program(), words)
    return outcome.stdout, outcome.stderr, outcome.exit_code


def test_another_package_may_offer_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "another", sys.modules[__name__])
    offer(monkeypatch, greet="another:greet")
    assert run("greet", "Ada") == ("hello Ada\n", "", 0)
    assert "Greet somebody" in run("--help")[0]


def test_a_broken_command_disturbs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "another", sys.modules[__name__])
    offer(monkeypatch, greet="another:greet", broken="no_such_module:command")
    assert run("greet", "Ada")[2] == 0
    assert run("--help")[2] == 0
    out, err, code = run("broken")
    assert (out, code) == ("", 1)
    assert "'broken'" in err
    assert "no_such_module" in err


def test_without_a_subcommand_the_monitor_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "another", sys.modules[__name__])
    offer(monkeypatch, monitor="another:monitor")
    assert run() == ("the monitor opens\n", "", 0)


def test_without_the_monitor_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch)
    out, err, code = run()
    assert (out, code) == ("", 1)
    assert "pip install 'streamscope[gui]'" in err


def test_it_knows_its_version() -> None:
    out, _, code = run("--version")
    assert out.startswith("streamscope 0.")
    assert ("not compiled" not in out) is COMPILED
    assert code == 0


def test_the_command_of_a_server_loads_nothing_of_the_monitor() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['streamscope', 'serve', '--help']\n"
            "from stream_core.cli.program import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "print([name for name in sys.modules if name.startswith(('stream_gui', 'PySide6'))])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_the_library_advises_is_said_in_options(
    portal: sc.LoopThread, server: sc.Server, run: Callable[..., Any]
) -> None:
    assert "; --wait waits for it\n" in run("read", "no/such").stderr
    secretive = sc.Server("127.0.0.1", 0, secret="open sesame")
    portal.run(secretive.start())
    outcome = run("list", "--server", secretive.address)
    portal.run(secretive.stop())
    assert outcome.stderr.endswith("; give it by --secret-file or $STREAMSCOPE_SECRET\n")
