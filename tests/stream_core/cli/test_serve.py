from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc


def listening(process: Any) -> str:
    """Give the address that the log names."""
    for line in process.stderr:
        found = re.search(r"listening at (\S+)", line)
        if found:
            return found[1]
    pytest.fail("it never listened")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(number: int, spawn: Callable[..., Any]) -> None:
    process = spawn("serve", "--port", "0")
    with sc.blocking.Client("tester", listening(process)) as client:
        client.create_channel("a")
        assert [info.name for info in client.channels("a")] == ["a"]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert "Traceback" not in process.stderr.read()


def test_a_file_says_what_it_is_to_be(spawn: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("open sesame\n")
    (tmp_path / "secret").chmod(0o600)
    file = tmp_path / "server.toml"
    file.write_text('port = 0\nname = "lab"\nsecret_file = "secret"\n[limits]\nclients = 1\n')
    process = spawn("serve", "--config", str(file))
    address = listening(process)
    with pytest.raises(sc.AuthenticationFailed):
        sc.blocking.Client("thief", address, secret="guess").connect()
    with sc.blocking.Client("tester", address, secret="open sesame"):
        pass


def test_the_secret_may_come_by_standard_input(spawn: Callable[..., Any]) -> None:
    process = spawn("serve", "--port", "0", "--secret-file", "-")
    process.stdin.write("open sesame\n")
    process.stdin.flush()
    address = listening(process)
    with sc.blocking.Client("tester", address, secret="open sesame"):
        pass


def test_beyond_loopback_it_wants_a_secret(run: Callable[..., Any]) -> None:
    outcome = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert outcome.exit_code == 1
    assert "--insecure" in outcome.stderr


def test_a_limit_that_is_none_is_named(run: Callable[..., Any]) -> None:
    outcome = run("serve", "--limit", "clientz=3")
    assert outcome.exit_code == 1
    assert "'clientz'" in outcome.stderr
    assert run("serve", "--limit", "clients=many").exit_code == 2


def test_a_file_that_is_missing_is_said_with_what_names_it(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing")
    config = tmp_path / "server.toml"
    config.write_text('port = 0\nsecret_file = "missing"\n')
    for words, named_by in [
        (["--config", missing], "--config"),
        (["--secret-file", missing], "--secret-file"),
        (["--config", str(config)], "secret_file of the --config file"),
    ]:
        outcome = run("serve", *words)
        assert outcome.exit_code == 1
        assert outcome.stderr == (
            f"streamscope: cannot read {missing}, named by {named_by}: No such file or directory\n"
        )


def test_a_port_in_use_is_one_sentence(server: sc.Server, run: Callable[..., Any]) -> None:
    port = server.address.rpartition(":")[2]
    outcome = run("serve", "--port", port, "--log-level", "error")
    assert outcome.exit_code in (1, 3)
    assert port in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_it_serves_over_tls(
    spawn: Callable[..., Any], certificates: Any, tmp_path: Path, run: Callable[..., Any]
) -> None:
    files = certificates.files("server")
    file = tmp_path / "server.toml"
    file.write_text(f'port = 0\n[tls]\ncertificate = "{files.certificate}"\n')
    process = spawn("serve", "--config", str(file), "--tls-key", str(files.key))
    address = listening(process)
    authority = str(certificates.files("ours").certificate)
    assert run("list", "--server", address, "--tls-authority", authority).exit_code == 0
    for words in (
        [],
        ["--tls"],
        ["--tls-authority", str(certificates.files("others").certificate)],
    ):
        outcome = run("list", "--server", address, *words)
        assert outcome.exit_code == 3
        assert "authority" in outcome.stderr
