from __future__ import annotations

import pytest

from stream_core.errors import AuthenticationFailed, ChannelExists, InvalidValue, LimitExceeded
from stream_core.rpc import decode_failure
from stream_core.server import methods as module
from stream_core.wire.header import Kind


async def test_own_methods_are_checked_like_any_other(server, join):
    raw = await join(server)
    with pytest.raises(TypeError, match="name"):
        await raw.call("subscribe")
    with pytest.raises(InvalidValue, match="number"):
        await raw.call("unsubscribe", "seven")
    with pytest.raises(AttributeError, match="subscribe"):
        await raw.call("subscibe", "x")
    with pytest.raises(InvalidValue, match="history"):
        await raw.call("subscribe", "x", history=-5)
    with pytest.raises(InvalidValue, match="envelope"):
        await raw.call("subscribe", "x", envelope=0)
    with pytest.raises(InvalidValue, match="lifetime_s"):
        await raw.call("create_channel", "x", lifetime_s=-5)
    raw.send(Kind.CALL, b"\xff", sequence=1000)
    failure = decode_failure((await raw.frame(Kind.FAILURE)).body)
    assert failure.type_name == "InvalidValue"
    description = await raw.call("describe")
    assert {"subscribe", "channels", "kick"} <= {
        method["path"] for method in description["methods"]
    }


async def test_next_numbers_are_checked(server, join):
    raw = await join(server, "daq")
    for wrong in (-1, 2**62 + 1, 2**80):
        with pytest.raises(InvalidValue, match="next_number"):
            await raw.call("create_channel", "x", next_number=wrong)


async def test_a_key_is_proven_not_sent(server, join, prove, verifier):
    daq, pc = await join(server, "daq"), await join(server, "pc")
    with pytest.raises(InvalidValue, match="never sent"):
        await daq.call("create_channel", "x", key="tea")
    for wrong in ((b"x", b"y"), (b"x" * 32, b"y" * 31)):
        with pytest.raises(InvalidValue, match="32 bytes"):
            await daq.call("create_channel", "x", verifier=wrong)
    await daq.call("create_channel", "x", verifier=verifier("x", "tea"), shared=True)
    proof, claim = await prove(pc, "x", "tea")
    reply = await pc.call("open_writer", "x", proof)
    claim.check(reply["scram"])
    assert reply["info"]["private"] is True
    proof, claim = await prove(daq, "x", "tea")
    subscribing = daq.post("subscribe", "x", proof)
    for raw in (daq, pc):
        await raw.demand(reply["number"])
    reply = await daq.answer(subscribing)
    claim.check(reply["scram"])
    assert reply["info"]["private"] is True


async def test_a_proof_is_for_its_own_session_name_and_challenge(server, join, prove, verifier):
    daq, pc = await join(server, "daq"), await join(server, "pc")
    await daq.call("create_channel", "x", verifier=verifier("x", "tea"), shared=True)
    proof, _ = await prove(daq, "x", "tea")
    for name in ("x", "y"):
        with pytest.raises(AuthenticationFailed, match="no challenge"):
            await (pc if name == "x" else daq).call("open_writer", name, proof)
    with pytest.raises(ChannelExists):  # the owner writes to it already
        await daq.call("open_writer", "x", proof)
    with pytest.raises(AuthenticationFailed, match="unusable"):
        await daq.call("open_writer", "x", proof[:-4] + "AAA=")
    for wrong in ("", "junk"):
        with pytest.raises(AuthenticationFailed):
            await pc.call("challenge", "x", wrong)
        with pytest.raises(AuthenticationFailed):
            await pc.call("subscribe", "x", wrong)
    with pytest.raises(InvalidValue, match="empty part"):
        await pc.call("challenge", "a//b", "n,,n=*,r=abc")
    with pytest.raises(LimitExceeded, match="name_bytes"):
        await pc.call("challenge", "a" * 500, "n,,n=*,r=abc")


async def test_what_is_left_of_a_lifetime_is_checked(server, join):
    raw = await join(server, "daq")
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidValue, match="left_s"):
            await raw.call("create_channel", "x", lifetime_s=5.0, left_s=wrong)


async def test_patterns_are_bounded(server, join):
    raw = await join(server)
    for method in ("channels", "watch"):
        with pytest.raises(LimitExceeded, match="1024"):
            await raw.call(method, "*" * 2000)


async def test_what_is_told_of_channels_and_clients(server, join):
    raw, other = await join(server, "daq", library="1.2.3"), await join(server, "pc")
    wishes = {"dtype": "float64", "columns": ["a", "b"], "unit": "V", "labels": {"rack": "7"}}
    await raw.call("create_channel", "rig1/ai", rate_hz=1000.0, description="input", **wishes)
    (info,) = await other.call("channels", "rig1/*")
    assert (info["owner"], list(info["writers"]), info["readers"]) == ("daq", ["daq"], 0)
    assert (info["codec"], info["dtype"], info["unit"]) == ("samples", "float64", "V")
    assert (list(info["shape"]), list(info["columns"])) == ([2], ["a", "b"])
    assert (info["rate_hz"], info["labels"]) == (1000.0, {"rack": "7"})
    daq, pc = await other.call("clients")
    assert (daq["name"], daq["number"], daq["version"]) == ("daq", raw.number, "1.2.3")
    assert daq["address"].startswith("127.0.0.1:")
    assert (list(daq["channels"]), list(daq["readers"])) == (["rig1/ai"], [])
    assert pc["connected_since_ns"] >= daq["connected_since_ns"] > 0


@pytest.mark.parametrize("method", ["channels", "clients", "reader_statistics"])
async def test_who_asks_for_thousands_holds_up_nobody(server, join, method, monkeypatch):
    monkeypatch.setattr(module, "TOLD_IN_A_TURN", 2)
    raw = await join(server)
    for index in range(20):
        await raw.call("create_channel", f"many/{index:02}")
        raw.post("subscribe", f"many/{index:02}")
        await join(server)
    await raw.sync()
    raw.received(Kind.RESULT)
    many, one = raw.post(method), raw.post("echo", 1)
    first = await raw.frame(Kind.RESULT)
    assert first.sequence == one
    told = await raw.answer(many)
    assert len(told) >= 20
    assert all(type(each) is dict for each in told)
