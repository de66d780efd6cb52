"""Nobody finds out by asking, not even by the work of the answer, what is hidden from them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import stream_core as sc
from stream_core.security import ClientProof, ServerProof, Users, make_verifier
from stream_core.security.verifier_text import verifier_to_text
from stream_core.server.methods import ServerMethods
from tests.steps import Steps, steps_of

Connect = Callable[..., Awaitable[sc.Client]]
Ask = Callable[[sc.Client], Awaitable[Any]]

WAYS: dict[str, Ask] = {
    "subscribe": lambda client: client.subscribe("hidden/x"),
    "subscribe with a key": lambda client: client.subscribe("hidden/x", key="a guess"),
    "write": lambda client: client.open_writer("hidden/x"),
    "write with a key": lambda client: client.open_writer("hidden/x", key="a guess"),
    "delete": lambda client: client.delete_channel("hidden/x"),
}


METHODS = ("subscribe", "open_writer", "delete_channel", "challenge")


@pytest.fixture
async def work(monkeypatch: pytest.MonkeyPatch) -> list[Steps]:
    """Give the steps that the server takes for each question about channels."""
    done: list[Steps] = []

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def count(*args: Any, **kwargs: Any) -> Any:
            with steps_of() as steps:
                done.append(steps)
                return method(*args, **kwargs)

        return count

    for name in METHODS:
        method = getattr(ServerMethods, f"rpc_{name}")
        monkeypatch.setattr(ServerMethods, f"rpc_{name}", counted(method))
    return done


@pytest.fixture
async def server(work: list[Steps]) -> AsyncIterator[sc.Server]:
    async with sc.Server("127.0.0.1", 0) as server:
        yield server


async def answer(ask: Ask, client: sc.Client) -> str:
    with contextlib.suppress(sc.NotAllowed):
        try:
            return str(await ask(client))
        except sc.ChannelNotFound as error:
            return str(error)
    return "not allowed"


@pytest.mark.parametrize("way", WAYS)
async def test_a_private_channel_is_not_there_for_those_without_its_key(
    way: str, connect: Connect, work: list[Steps]
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    await daq.create_channel("shown/x")
    found: list[tuple[str, list[Steps]]] = []
    await answer(WAYS[way], pc)  # what is done the first time only
    for key in (None, "tea", "cocoa", "milk", "water"):
        if key is not None:
            await daq.create_channel("hidden/x", key=key, shared=True)
        work.clear()
        found.append((await answer(WAYS[way], pc), list(work)))
    assert found[1:] == found[:-1]
    assert found[0][1]


def exchange(known: Users, user: str) -> tuple[Steps, Steps, str]:
    """What the server does for a user with a wrong secret, and what it says."""
    client, server = ClientProof("a guess", user), ServerProof(known.verifier, known.strangers)
    first = client.first()
    with steps_of() as asking:
        challenge = server.challenge(first)
    answer = client.answer(challenge)
    with steps_of() as holding, pytest.raises(sc.AuthenticationFailed) as caught:
        server.final(answer)
    return asking, holding, str(caught.value)


def test_a_user_that_there_is_makes_as_much_work_as_one_that_there_is_not() -> None:
    verifier = verifier_to_text(make_verifier("tea"))
    known = Users.of({"ann": {"verifier": verifier}})
    exchange(known, "ann")  # what is done once only
    assert exchange(known, "ann") == exchange(known, "bob")
