"""The keyring as the window uses it."""

from collections.abc import Iterator
from typing import Any

import keyring
import pytest

import stream_core as sc
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from tests.stream_gui.session.test_secrets import Plain, Safe

USERS = {"ann": {"secret": "tea", "role": "reader"}, "bob": {"secret": "cocoa"}}


@pytest.fixture
def safe() -> Iterator[Safe]:
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


async def test_it_is_known_whether_there_is_one(
    session: MonitorSession, safe: Safe, eventually: Any
) -> None:
    assert session.keyring.available is None
    session.keyring.look()
    await eventually(lambda: session.keyring.available)
    keyring.set_keyring(Plain())
    session.keyring.look()
    await eventually(lambda: session.keyring.available is False)


async def test_a_users_secret_is_kept_recalled_and_forgotten(
    session: MonitorSession, safe: Safe, eventually: Any
) -> None:
    async with sc.Server("127.0.0.1", 0, users=USERS) as server:
        address = server.address
        session.join(Target(address, user="ann", secret="tea"), keep_secret=True)
        await eventually(lambda: safe.kept)
        assert safe.kept == {("streamscope", f"ann@{address}"): "tea"}
        assert session.settings.recent[0].keeps_secret
        session.link.disconnect_now()
        await eventually(lambda: not session.state.wanted)

        again = Target.of(session.settings.recent[0])
        assert again.secret == ""
        session.join(again, keep_secret=True, recall_secret=True)
        await eventually(lambda: session.state.connected)
        assert safe.kept == {("streamscope", f"ann@{address}"): "tea"}

        session.join(Target(address, user="bob", secret="cocoa"), keep_secret=True)
        await eventually(lambda: list(safe.kept.values()) == ["cocoa"])
        session.join(Target(address, user="bob", secret="cocoa"))  # the box is not ticked
        await eventually(lambda: not safe.kept)
        assert not session.settings.recent[0].keeps_secret


async def test_a_wrong_secret_is_not_kept(
    session: MonitorSession, safe: Safe, eventually: Any
) -> None:
    async with sc.Server("127.0.0.1", 0, users=USERS) as server:
        session.join(Target(server.address, user="ann", secret="x"), keep_secret=True)
        await eventually(lambda: session.state.problem)
        assert (safe.kept, session.settings.recent) == ({}, [])


async def test_a_server_that_is_forgotten_takes_its_secret_along(
    session: MonitorSession, safe: Safe, eventually: Any
) -> None:
    async with sc.Server("127.0.0.1", 0, users=USERS) as server:
        session.join(Target(server.address, user="ann", secret="tea"), keep_secret=True)
        await eventually(lambda: safe.kept)
        session.forget(server.address)
        await eventually(lambda: not safe.kept)
