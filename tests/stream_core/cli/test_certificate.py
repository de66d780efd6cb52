from __future__ import annotations

import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc

Run = Callable[..., Any]


def serve_over_tls(portal: sc.LoopThread, directory: Path, **more: Any) -> sc.Server:
    tls = sc.Tls(certificate=directory / "server.pem", key=directory / "server.key", **more)
    server = sc.Server("127.0.0.1", 0, tls=tls)
    portal.run(server.start())
    return server


def test_authority_and_server(run: Run, portal: sc.LoopThread, tmp_path: Path) -> None:
    outcome = run("certificate", "127.0.0.1", "lab.example", "::1", "-d", str(tmp_path))
    assert outcome.exit_code == 0, outcome.stderr
    files = {file.name for file in tmp_path.iterdir()}
    assert files == {"authority.pem", "authority.key", "server.pem", "server.key"}
    for name in ("authority.key", "server.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    server = serve_over_tls(portal, tmp_path)
    said = re.search(r"then: streamscope (list --server \S+ --tls-authority \S+)", outcome.stdout)
    assert said
    words = said[1].replace("--server 127.0.0.1", f"--server {server.address}").split()
    assert run(*words).exit_code == 0
    assert re.search(r"next: streamscope serve --tls-certificate \S+ --tls-key \S+", outcome.stdout)
    portal.run(server.stop())


def test_clients_of_the_same_authority(run: Run, portal: sc.LoopThread, tmp_path: Path) -> None:
    run("certificate", "127.0.0.1", "--directory", str(tmp_path))
    authority = (tmp_path / "authority.pem").read_bytes()
    outcome = run("certificate", "--client", "daq", "--directory", str(tmp_path))
    assert outcome.exit_code == 0, outcome.stderr
    assert (tmp_path / "authority.pem").read_bytes() == authority
    server = serve_over_tls(portal, tmp_path, authority=tmp_path / "authority.pem")
    words = ["list", "--server", server.address, "--tls-authority", str(tmp_path / "authority.pem")]
    without = run(*words)
    assert without.exit_code == 3
    assert "asks for a client certificate" in without.stderr
    own = ["--tls-certificate", str(tmp_path / "daq.pem"), "--tls-key", str(tmp_path / "daq.key")]
    assert run(*words, *own).exit_code == 0
    portal.run(server.stop())


def test_nothing_is_overwritten_unless_it_is_said(run: Run, tmp_path: Path) -> None:
    where = ["--directory", str(tmp_path)]
    run("certificate", "a.lab", *where)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    outcome = run("certificate", "b.lab", *where)
    assert outcome.exit_code == 1
    assert f"{tmp_path / 'server.pem'} exists; overwrite it with --force" in outcome.stderr
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    (tmp_path / "server.key").chmod(0o644)
    assert run("certificate", "b.lab", "--force", *where).exit_code == 0
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"server.pem", "server.key"}
    assert stat.S_IMODE((tmp_path / "server.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "give the names and addresses of the server"),
        (["lab", "--client", "daq"], "give the names and addresses of the server"),
        (["lab:50012"], "'lab:50012' is no host name or address; give it without a port"),
        (["two words"], "is no host name or address"),
        (["--client", "../daq"], "would be the name of files"),
        (["--client", "server"], "would be the name of files"),
    ],
)
def test_what_cannot_be_made(run: Run, tmp_path: Path, words: list[str], complaint: str) -> None:
    outcome = run("certificate", *words, "--directory", str(tmp_path))
    assert outcome.exit_code == 1
    assert complaint in outcome.stderr
    assert not list(tmp_path.iterdir())


def test_half_an_authority(run: Run, tmp_path: Path) -> None:
    run("certificate", "a.lab", "--directory", str(tmp_path))
    (tmp_path / "authority.key").unlink()
    outcome = run("certificate", "--client", "daq", "--directory", str(tmp_path))
    assert outcome.exit_code == 1
    assert "authority.pem is there without its other half" in outcome.stderr


def test_without_the_library_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "stream_core.cli.certificates", raising=False)
    monkeypatch.delattr("stream_core.cli.certificates", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    outcome = run("certificate", "a.lab")
    assert outcome.exit_code == 1
    assert "install it by: pip install 'streamscope[tls]'" in outcome.stderr
