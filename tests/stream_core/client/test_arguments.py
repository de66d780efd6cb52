from __future__ import annotations

from typing import Any

import pytest

import stream_core as sc

FACES = (sc.Client, sc.blocking.Client)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timeout_s": "x"}, "timeout_s must be a time in seconds above 0, or None, not 'x'"),
        ({"timeout_s": 0}, "timeout_s must be a time"),
        ({"timeout_s": -1}, "timeout_s must be a time"),
        ({"timeout_s": float("nan")}, "timeout_s must be a time"),
        ({"connect_timeout_s": "x"}, "connect_timeout_s must be a time"),
        ({"connect_timeout_s": 0}, "connect_timeout_s must be a time"),
        ({"timeout_name": "time out"}, "timeout_name='time out': give the name of a parameter"),
        ({"timeout_name": "in"}, "timeout_name='in': give the name of a parameter"),
        ({"timeout_name": 5}, "timeout_name=5: give the name of a parameter"),
        ({"rpc_workers": 0}, "rpc_workers=0 must be a whole number, 1 or more"),
        ({"rpc_workers": True}, "rpc_workers=True must be a whole number"),
        ({"rpc_workers": 1.5}, "rpc_workers=1.5 must be a whole number"),
        ({"trusted_codecs": ("zip",)}, "'zip' is neither 'pickle' nor 'marshal'"),
        ({"user": "ann"}, "give secret= too"),
    ],
)
def test_a_wrong_argument_is_named_before_anything_connects(
    face: Any, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(sc.InvalidValue, match=words):
        face("pc", **wrong)


@pytest.mark.parametrize("timeout_s", [None, float("inf")])
async def test_calls_may_take_their_time(timeout_s: float | None) -> None:
    async with (
        sc.Server("127.0.0.1", 0) as server,
        sc.Client("daq", server.address),
        sc.Client("pc", server.address, timeout_s=timeout_s, connect_timeout_s=timeout_s) as pc,  # type: ignore[arg-type]
    ):
        remote = await pc.remote("daq", wait_s=1)
        assert await remote.echo(7) == 7
        assert [client.name for client in await pc.clients()] == ["daq", "pc"]


@pytest.mark.parametrize("wait_s", ["x", -1, None, True, float("nan"), float("inf")])
async def test_a_wrong_wait_is_named(wait_s: Any) -> None:
    async with sc.Server("127.0.0.1", 0) as server, sc.Client("pc", server.address) as pc:
        with pytest.raises(sc.InvalidValue, match="wait_s must be a number of seconds"):
            await pc.remote("daq", wait_s=wait_s)


@pytest.mark.parametrize("ban_s", ["x", -1, None, float("nan"), float("inf")])
async def test_a_wrong_ban_is_named(ban_s: Any) -> None:
    async with (
        sc.Server("127.0.0.1", 0) as server,
        sc.Client("daq", server.address) as daq,
        sc.Client("pc", server.address) as pc,
    ):
        with pytest.raises(sc.InvalidValue, match="ban_s"):
            await pc.kick("daq", ban_s=ban_s)
        assert daq.state == "connected"


@pytest.mark.parametrize("callback", [None, 5, "print"])
async def test_what_cannot_be_called_is_no_callback(callback: Any) -> None:
    async with sc.Server("127.0.0.1", 0) as server, sc.Client("pc", server.address) as pc:
        writer = await pc.create_channel("x")
        reader = await pc.subscribe("x")
        for take in (pc.on_state, writer.on_demand, reader.on_lost):
            with pytest.raises(sc.InvalidValue, match="a callback is a function or a method"):
                take(callback)
