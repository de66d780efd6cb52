from __future__ import annotations

from stream_core.client.client import Client
from stream_core.wire.conversation import CLIENT_RECEIVES, Conversation, Phase
from stream_core.wire.header import Kind


async def test_somebody_takes_each_frame_that_a_server_may_send(server):
    conversation = Conversation(CLIENT_RECEIVES)
    conversation.phase = Phase.OPEN
    async with Client("any", server.address) as client:
        session = client._session
        assert session is not None
        of_the_link = {Kind.PING, Kind.PONG}
        assert session.handlers.keys() | of_the_link == conversation.steady
        assert not session.handlers.keys() & of_the_link
