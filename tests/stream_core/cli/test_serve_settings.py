from __future__ import annotations

from pathlib import Path

import pytest

from stream_core.cli.serve_settings import ServeSettings, read_settings
from stream_core.errors import InvalidValue
from stream_core.values import Limits, Tls


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "server.toml"


def test_without_anything_it_is_a_server_on_loopback() -> None:
    assert ServeSettings().arguments() == {"host": "127.0.0.1", "port": 50012}


def test_a_file_has_the_arguments_of_a_server(file: Path) -> None:
    file.write_text(
        'host = "0.0.0.0"\nport = 0\nname = "lab"\nsecret_file = "secret"\n'
        '[tls]\ncertificate = "cert.pem"\nkey = "/keys/key.pem"\n'
        "[limits]\nclients = 12\nheartbeat_s = 2\n"
    )
    settings = read_settings(file)
    arguments = settings.arguments()
    assert arguments["host"] == "0.0.0.0"
    assert arguments["name"] == "lab"
    assert arguments["limits"] == Limits(clients=12, heartbeat_s=2.0)
    assert arguments["tls"] == Tls(
        certificate=str(file.parent / "cert.pem"), key=str(Path("/keys/key.pem"))
    )
    assert settings.secret_file == str(file.parent / "secret")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("portt = 1", "no 'portt'; known are host, port, name"),
        ("port = 'high'", "port is to be a whole number, not text"),
        ("limits = 3", "limits is to be a table, not a whole number"),
        ("port =", "server.toml"),
        ("[limits]\nclientz = 1", "no 'clientz'; known are clients, channels"),
        ("[limits]\nclients = 'many'", r"\[limits\] clients is to be a number, not 'many'"),
        ("[limits]\nclients = 2.5", r"\[limits\] clients is to be a whole number, not a number"),
        ("[limits]\ncalls = true", r"\[limits\] calls is to be a whole number, not true or false"),
        ("[tls]\ncertificat = 'a'", "no 'certificat'; known are certificate, key"),
        ("[tls]\nkey = 3", r"\[tls\] key is to be text, not 3"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(InvalidValue, match=message) as raised:
        read_settings(file)
    assert str(file) in str(raised.value)
