from __future__ import annotations

from stream_core.channels.spec import ChannelSpec
from stream_core.server.own_channel import OwnChannel
from stream_core.values import Codec


async def test_values_reach_whoever_reads(server, join):
    own = OwnChannel(server._services, ChannelSpec(name="server/test", codec=Codec.OBJECT))
    assert not own.active
    raw = await join(server, "pc")
    number = (await raw.call("subscribe", "server/test"))["number"]
    assert own.active
    own.publish([])
    own.publish((value, 5) for value in range(3000))  # more than fit one block
    assert await raw.items(number, 3000) == {value: value for value in range(3000)}
    assert own.channel.next_sequence == 3000
    await raw.call("unsubscribe", number)
    assert not own.active
