"""What the operator does, as Python."""

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.models.console.command_line import split
from stream_gui.models.console.expressions import literal
from stream_gui.models.python_client import Access
from stream_gui.models.python_lines import (
    call_line,
    call_script,
    client_lines,
    preamble,
    python_call,
    python_value,
    server_lines,
    stop_lines,
)


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("rig.reset()", 'client.remote("rig").reset()'),
        (
            "daq@host-1.calibration.run(3, mode='x', tto=5)",
            "client.remote(\"daq@host-1\").calibration.run(3, mode='x', tto=5)",
        ),
        (
            "rig.load(2 * sin(linspace(0, pi, 9)), nan)",
            'client.remote("rig").load(2 * np.sin(np.linspace(0, np.pi, 9)), np.nan)',
        ),
        (
            "rig.load(load('a.csv'))",
            "client.remote(\"rig\").load(np.loadtxt('a.csv', delimiter=','))",
        ),
        ("rig.load(load('a.npy'))", "client.remote(\"rig\").load(np.load('a.npy'))"),
        ("rig.set(true, none)", 'client.remote("rig").set(True, None)'),
    ],
)
def test_a_call_is_written_with_the_client_and_numpy(line: str, python: str) -> None:
    assert call_line(split(line, ["daq@host-1"])) == python


@pytest.mark.parametrize(
    "source",
    ["2 * pi", "[1, inf, {'e': e}]", "1.5 * exp(-linspace(0, 1, 5))", "ones((2, 2))", "abs(-3)"],
)
def test_numpy_gives_what_the_console_gives(source: str) -> None:
    value: Any = eval(python_value(source), {"np": np})
    np.testing.assert_equal(value, literal(source))


def test_a_program_is_whole(tmp_path: Path) -> None:
    call = split("rig.sweep(1, points=ones(3))")
    program = call_script(call, Access("127.0.0.1:50012"), streams=True)
    ast.parse(program)
    assert program.splitlines() == [
        "import numpy as np",
        "import stream_core as sc",
        "",
        'with sc.blocking.Client(None, "127.0.0.1:50012") as client:',
        '    target = client.remote("rig")',
        "    for result in target.sweep(1, points=np.ones(3)):",
        "        print(result)",
    ]
    assert "print(target.reset())" in call_script(split("rig.reset()"), Access("a:1"))
    assert "numpy" not in call_script(split("rig.reset()"), Access("a:1"))


@pytest.mark.parametrize(
    "text",
    ["1,2\n3,4\n", "t;U\n1;2\n3;4\n", "# a remark\n\nt\tU\n1\t2\n", "1 2\n3 4\n", "\ufeffU\n5\n"],
)
def test_a_file_of_columns_is_read_in_python_as_in_the_console(tmp_path: Path, text: str) -> None:
    file = tmp_path / "columns.csv"
    file.write_text(text, encoding="utf-8")
    source = f"load({str(file)!r})"
    value: Any = eval(python_value(source), {"np": np})
    np.testing.assert_array_equal(value, literal(source))


def test_a_file_of_the_home_folder_is_found_in_python_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    np.save(tmp_path / "a.npy", [1, 2])
    value: Any = eval(python_value("load('~/a.npy')"), {"np": np})
    assert value.tolist() == [1, 2]


def test_plain_values_are_written_so_that_they_are_read_again() -> None:
    assert python_call("client.kick", 'a "b"', ban_s=5.0) == 'client.kick("a \\"b\\"", ban_s=5.0)'


def test_the_client_is_made_without_its_secret() -> None:
    assert client_lines(Access("a:1")).splitlines() == [
        'client = sc.blocking.Client(None, "a:1")',
        "client.connect()",
    ]
    lines = client_lines(Access("a:1", has_secret=True))
    assert preamble([lines]) == ["import getpass", "import os", "", "import stream_core as sc"]


def test_arrays_are_made_by_numpy() -> None:
    line = python_call("client.open_writer", "x") + "." + python_call("send", np.ones(2, "f4"))
    assert line == 'client.open_writer("x").send(np.array([1.0, 1.0], "float32"))'


def test_a_server_is_started_and_stopped_without_its_secret() -> None:
    arguments = {
        "host": "0.0.0.0",
        "port": 0,
        "name": None,
        "secret": "s3cret",
        "tls": sc.Tls(certificate="c.pem", key="k.pem"),
        "limits": sc.Limits(clients=5),
    }
    assert server_lines(arguments, in_window=False).splitlines() == [
        'server = sc.ServerProcess("0.0.0.0", 0, secret=os.environ.get("STREAMSCOPE_SECRET") or '
        "getpass.getpass(), "
        'tls=sc.Tls(certificate="c.pem", key="k.pem"), limits=sc.Limits(clients=5))',
        "server.start()",
    ]


@pytest.mark.parametrize("in_window", [True, False])
def test_the_lines_of_a_server_do_what_they_say(in_window: bool) -> None:
    arguments = {"host": "127.0.0.1", "port": 0, "name": "lab", "limits": sc.Limits()}
    names: dict[str, object] = {"sc": sc}
    exec(server_lines(arguments, in_window=in_window), names)
    server = names["server"]
    assert isinstance(server, sc.Server | sc.ServerProcess)
    with sc.blocking.Client("pc", server.address) as client:
        assert client.ping() > 0
    exec(stop_lines(in_window=in_window), names)
