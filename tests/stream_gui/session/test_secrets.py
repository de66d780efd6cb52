"""Secrets go to a safe keyring or nowhere."""

from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from stream_gui.session import secrets


class Safe(keyring.backend.KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("none")


Safe.__module__ = "keyring.backends.SecretService"


class Plain(Safe):
    pass


Plain.__module__ = "keyrings.alt.file"


@pytest.fixture(autouse=True)
def _keyring_as_before() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_safe_keyring_keeps_a_secret() -> None:
    keyring.set_keyring(Safe())
    assert secrets.available()
    assert secrets.keep("a:1", "s3cret")
    assert secrets.recall("a:1") == "s3cret"
    secrets.forget("a:1")
    secrets.forget("a:1")
    assert secrets.recall("a:1") == ""


@pytest.mark.parametrize("backend", [Plain(), keyring.backends.fail.Keyring()])
def test_a_plain_file_or_nothing_is_no_keyring(
    backend: keyring.backend.KeyringBackend,
) -> None:
    keyring.set_keyring(backend)
    assert not secrets.available()
    assert not secrets.keep("a:1", "s3cret")
    assert secrets.recall("a:1") == ""
