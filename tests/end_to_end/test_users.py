"""Users: who is let in, by which secret, and what becomes of them when their file changes."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import stream_core as sc
from stream_core.security import make_verifier, new_users_text, with_user, without_user

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """Give a users file: ann writes and calls, bob reads, eve may do nothing."""
    text = new_users_text()
    for name, secret, roles in [
        ("ann", "tea", ["operator"]),
        ("bob", "cocoa", ["reader"]),
        ("eve", "milk", []),
    ]:
        text = with_user(text, name, make_verifier(secret), roles, where="users")
    return write(tmp_path / "users.toml", text)


def write(file: Path, text: str) -> Path:
    """Put a text in the place of a file, as `streamscope user` does."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(file)
    return file


def take_away(file: Path) -> None:
    file.unlink()


def text_of(file: Path) -> str:
    return file.read_text()


@pytest.fixture
async def server(file: Path, limits: sc.Limits) -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0, users=file, limits=limits) as server:
        yield server


async def test_a_user_comes_by_its_own_secret(connect: Connect) -> None:
    ann = await connect("daq", user="ann", secret="tea")
    await connect("pc", user="bob", secret="cocoa")
    users = {client.name: client.user for client in await ann.clients()}
    assert users == {"daq": "ann", "pc": "bob"}


@pytest.mark.parametrize("user", ["ann", "nobody"])
async def test_who_does_not_know_the_secret_is_not_told_whether_there_is_such_a_user(
    server: sc.Server, user: str
) -> None:
    client = sc.Client("thief", server.address, user=user, secret="coffee")
    with pytest.raises(sc.AuthenticationFailed) as caught:
        await client.connect()
    assert str(caught.value) == "wrong secret or unknown user"


async def test_who_names_no_user_is_told_to(server: sc.Server) -> None:
    for secret in (None, "tea"):
        with pytest.raises(sc.AuthenticationFailed, match="asks for a user"):
            await sc.Client("pc", server.address, secret=secret).connect()


async def test_a_server_without_users_says_so() -> None:
    async with sc.Server("127.0.0.1", 0, secret="tea") as server:
        client = sc.Client("pc", server.address, user="ann", secret="tea")
        with pytest.raises(sc.AuthenticationFailed, match="knows no users"):
            await client.connect()


def test_a_user_without_a_secret_is_refused_before_anything_is_sent() -> None:
    for make in (sc.Client, sc.blocking.Client):
        with pytest.raises(sc.InvalidValue, match="give secret= too"):
            make("pc", "127.0.0.1:1", user="ann")


async def test_the_shared_secret_and_users_may_stand_beside_each_other(file: Path) -> None:
    async with (
        sc.Server("127.0.0.1", 0, secret="for all", users=file) as server,
        sc.Client("all", server.address, secret="for all") as client,
        sc.Client("ann", server.address, user="ann", secret="tea") as ann,
    ):
        assert {each.user for each in await ann.clients()} == {"", "ann"}
        await client.create_channel("x")
        with pytest.raises(sc.AuthenticationFailed):
            await sc.Client("pc", server.address, user="ann", secret="for all").connect()


async def test_users_may_be_given_as_they_are() -> None:
    users = {"ann": {"secret": "tea", "role": "operator"}}
    async with sc.Server("127.0.0.1", 0, users=users) as server:
        async with sc.Client("daq", server.address, user="ann", secret="tea") as ann:
            await ann.create_channel("x")
    file: Any = {"users": users, "roles": {"operator": {"read": ["x"]}}}
    async with sc.Server("127.0.0.1", 0, users=file) as server:
        async with sc.Client("daq", server.address, user="ann", secret="tea") as ann:
            with pytest.raises(sc.NotAllowed):
                await ann.create_channel("x")


def test_a_server_in_a_process_and_the_blocking_face_have_them_too(file: Path) -> None:
    with sc.ServerProcess("127.0.0.1", 0, users=file) as server:
        with sc.blocking.Client("daq", server.address, user="ann", secret="tea") as ann:
            assert [client.user for client in ann.clients()] == ["ann"]
    mapping = {"ann": {"secret": "tea", "role": "reader"}}
    with (
        sc.ServerProcess("127.0.0.1", 0, users=mapping) as server,
        sc.blocking.Client("daq", server.address, user="ann", secret="tea") as ann,
        pytest.raises(sc.NotAllowed),
    ):
        ann.create_channel("x")


def test_users_count_as_authentication_beyond_loopback(file: Path) -> None:
    sc.Server("0.0.0.0", 0, users=file)
    with pytest.raises(sc.NotAllowed, match="a secret or users"):
        sc.Server("0.0.0.0", 0)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_that_others_could_have_written_is_refused(file: Path) -> None:
    file.chmod(0o620)
    with pytest.raises(sc.InvalidValue, match=f"others may write to {file}; remedy: chmod 600"):
        sc.Server("127.0.0.1", 0, users=file)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_one_that_others_can_read_is_named(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.chmod(0o644)
    sc.Server("127.0.0.1", 0, users=str(file))
    assert f"others may read the verifiers of users in {file}; remedy: chmod 600" in caplog.text


@pytest.mark.parametrize("users", ["missing.toml", "", 5, {"ann": {"secret": "x", "role": "boss"}}])
def test_users_that_cannot_be_are_refused_at_once(users: Any) -> None:
    with pytest.raises(sc.InvalidValue, match="users"):
        sc.Server("127.0.0.1", 0, users=users)


# The file changes


async def test_a_user_who_was_added_comes_at_once(connect: Connect, file: Path) -> None:
    text = with_user(text_of(file), "zoe", make_verifier("x"), ["reader"], where="users")
    write(file, text)
    await connect("new", user="zoe", secret="x")


async def test_a_user_who_was_removed_goes_and_does_not_come_back(
    connect: Connect, server: sc.Server, file: Path, until: Until
) -> None:
    bob = await connect("pc", user="bob", secret="cocoa")
    ann = await connect("daq", user="ann", secret="tea")
    write(file, without_user(text_of(file), "bob", where="users"))
    await until(lambda: bob.state == "closed")
    with pytest.raises(sc.ConnectionLost, match="unknown user"):
        await bob.channels()
    assert [client.name for client in await ann.clients()] == ["daq"]
    assert ann.state == "connected"


async def test_a_user_who_may_do_less_makes_anew_what_it_still_may(
    connect: Connect, file: Path, until: Until
) -> None:
    daq = await connect("daq", user="ann", secret="tea")
    pc = await connect("pc", user="bob", secret="cocoa")
    open_to_bob, hidden = await daq.create_channel("open/x"), await daq.create_channel("hidden/x")
    reader, lost = await pc.subscribe("open/x"), await pc.subscribe("hidden/x")
    text = text_of(file) + '\n[roles.visitor]\nread = ["open/**"]\n'
    write(file, with_user(text, "bob", make_verifier("cocoa"), ["visitor"], where="users"))
    with pytest.raises(sc.NotAllowed, match="needs read on 'hidden/\\*\\*'"):
        await lost.get(timeout_s=5)
    await until(lambda: open_to_bob.active and not hidden.active)
    await open_to_bob.send("still here")
    assert await reader.get(timeout_s=5) == "still here"
    assert [info.name for info in await pc.channels()] == ["open/x"]


async def test_who_may_do_more_keeps_its_link(connect: Connect, file: Path, until: Until) -> None:
    eve = await connect("pc", user="eve", secret="milk")
    states: list[str] = []
    eve.on_state(states.append)
    text = text_of(file)
    write(file, text.replace("roles = []", 'roles = ["writer"]'))
    await connect("any", user="ann", secret="tea")  # the file is read again
    await eve.create_channel("x")
    assert states == []


async def test_a_file_that_was_spoilt_changes_nothing(
    connect: Connect, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await connect("daq", user="ann", secret="tea")
    text = text_of(file)
    with caplog.at_level(logging.ERROR):
        write(file, "[users")
        await connect("pc", user="bob", secret="cocoa")
        await connect("pc2", user="bob", secret="cocoa")
    assert caplog.text.count("the users stay as they were") == 1
    assert ann.state == "connected"
    take_away(file)
    await connect("pc3", user="bob", secret="cocoa")
    write(file, without_user(text, "bob", where="users"))
    with pytest.raises(sc.AuthenticationFailed):
        await connect("pc4", user="bob", secret="cocoa")


# A name belongs to its user


async def test_another_user_does_not_get_the_session_of_a_broken_link(
    connect: Connect, server: sc.Server, until: Until
) -> None:
    ann = await connect("daq", user="ann", secret="tea", reconnect=False)
    (session,) = server._services.sessions
    token = session.token
    server._services.sessions.link_lost(session, "its link broke")
    await until(lambda: ann.state == "closed")
    with pytest.raises(sc.NameTaken, match="kept for a client"):
        await connect("daq", user="bob", secret="cocoa")
    assert session.token == token
    await connect("daq", user="ann", secret="tea")
