"""The text that makes a client, run against servers that ask for something."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import stream_core as sc
from stream_gui.models.console.command_line import split
from stream_gui.models.python_client import Access
from stream_gui.models.python_lines import call_script, client_lines, preamble
from tests.certificates import Certificates

SECRET = "s3cret of ann"
USERS = {"ann": {"secret": SECRET, "role": "operator"}}


@pytest.fixture
def guarded(certificates: Certificates) -> Iterator[sc.ServerProcess]:
    """A server that asks for a user's secret and for a certificate."""
    tls = certificates.server(asks=True)
    with sc.ServerProcess("127.0.0.1", 0, users=USERS, tls=tls) as server:
        yield server


def run(program: str, tmp_path: Path, **more: str) -> str:
    script = tmp_path / "program.py"
    script.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=25,
        env={**os.environ, **more},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_call_and_the_lines_run_where_a_user_and_certificates_are_asked_for(
    guarded: sc.ServerProcess, certificates: Certificates, tmp_path: Path
) -> None:
    access = Access(guarded.address, "", "ann", True, certificates.client("daq"))
    call = call_script(split('server.echo("hi")'), access)
    lines = [client_lines(access), "print(client.ping() > 0)", "client.close()"]
    whole = "\n".join([*preamble(lines), *lines])
    assert SECRET not in call + whole
    assert run(call, tmp_path, STREAMSCOPE_SECRET=SECRET) == "hi"
    assert run(whole, tmp_path, STREAMSCOPE_SECRET=SECRET) == "True"


def test_nothing_is_said_of_what_a_server_does_not_ask_for() -> None:
    assert Access("a:1").client() == 'sc.blocking.Client(None, "a:1")'
    assert Access("a:1", "pc").client("sc.Client") == 'sc.Client("pc", "a:1")'
    assert Access("a:1", tls=sc.Tls()).client().endswith(', "a:1", tls=sc.Tls())')


def test_files_are_named_as_they_were_given() -> None:
    tls = sc.Tls(certificate="c.pem", key="keys/k.pem", authority="C:\\lab\\ca.pem")
    text = Access("a:1", tls=tls).client()
    assert '"keys/k.pem"' in text
    made = eval(text.partition("tls=")[2][:-1], {"sc": sc})
    assert made == tls
