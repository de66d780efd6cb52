"""The channel `server/events`: what an operator wants to know of, one small dict an item.

Each has `event`, and what belongs to it; names are text, numbers those of `ClientInfo` and
`ReaderStatistics`, the time is the item's.

| event | besides | when |
|---|---|---|
| client_connected | client, number, address, user | a client is welcomed |
| client_lost_link | client, number, reason | its link broke; its session is kept for a while |
| client_came_back | client, number, address | it has a link again, and its session goes on |
| client_kicked | client, number, by, reason, ban_s | somebody ends its session; it leaves then |
| client_left | client, number, reason | its session has ended |
| client_refused | client (as it calls itself, or ""), address, error, reason | no welcome |
| clients_refused | count | so many more within a second, beyond ten that were told singly |
| action_refused | client, number, user, reason, count | a grant is missing; see `Refusals` |
| channel_created | channel, owner | |
| channel_ended | channel, owner, reason | its readers end with it |
| reader_subscribed | channel, client, reader | |
| reader_left | channel, client, reader | it unsubscribed, or its client has left |
| reader_ended | channel, client, reader, reason | it was full, or it stalled the writers |
| writer_silent | channel, client | a writer did not acknowledge the demand in time |

Private channels, and the server's own, make no events. The last hundred are kept: `history=100`
begins with them. What happens in one turn of the loop is published after it, in one block: an event
never acts on what it tells of.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stream_core.channels.channel import Channel
from stream_core.channels.spec import ChannelSpec
from stream_core.errors import StreamError
from stream_core.server.own_channel import OwnChannel
from stream_core.server.services import Services
from stream_core.values import Codec

if TYPE_CHECKING:
    from stream_core.server.session import Session
    from stream_core.server.subscription import Subscription

__all__ = ["EVENTS_CHANNEL", "Events"]

EVENTS_CHANNEL = "server/events"
HISTORY = 100
REFUSALS_A_SECOND = 10
LONGEST_TEXT = 500
DESCRIPTION = (
    "what happens at the server, a dict for each: event is client_connected, client_lost_link, "
    "client_came_back, client_kicked, client_left, client_refused, clients_refused, "
    "action_refused, "
    "channel_created, channel_ended, reader_subscribed, reader_left, reader_ended or "
    "writer_silent; the other keys say of whom and why"
)


class Events:
    """Tells whoever reads the channel."""

    def __init__(self, services: Services) -> None:
        self._services = services
        spec = ChannelSpec(
            name=EVENTS_CHANNEL,
            codec=Codec.OBJECT,
            may_pause=False,
            history=HISTORY,
            description=DESCRIPTION,
        )
        self._own = OwnChannel(services, spec)
        self._untold: list[tuple[dict[str, Any], int]] = []
        self._refusals = 0

    # What happens

    def client(self, event: str, session: Session, **facts: Any) -> None:
        """Something has become of a client."""
        self._tell(event, client=session.name, number=session.number, **facts)

    def refused(self, client: str, address: str, error: StreamError) -> None:
        """A client was turned away; when they are many, only their number is told."""
        self._refusals += 1
        if self._refusals <= REFUSALS_A_SECOND:
            kind, reason = type(error).__name__, str(error)
            self._tell("client_refused", client=client, address=address, error=kind, reason=reason)

    def channel(self, event: str, channel: Channel, **facts: Any) -> None:
        """Something has become of a channel."""
        if _told_of(channel):
            owner = self._services.sessions.name_of(channel.owner)
            self._tell(event, channel=channel.spec.name, owner=owner, **facts)

    def reader(self, event: str, subscription: Subscription, **facts: Any) -> None:
        """Something has become of a reader."""
        channel = subscription.channel
        if _told_of(channel):
            client, number = subscription.key
            name = self._services.sessions.name_of(client)
            self._tell(event, channel=channel.spec.name, client=name, reader=number, **facts)

    def silent(self, channel: Channel, client: str) -> None:
        """A writer has not acknowledged the demand in time."""
        if _told_of(channel):
            self._tell("writer_silent", channel=channel.spec.name, client=client)

    def tick(self) -> None:
        """A second has passed."""
        more, self._refusals = self._refusals - REFUSALS_A_SECOND, 0
        if more > 0:
            self._tell("clients_refused", count=more)

    # Telling it

    def _tell(self, event: str, **facts: Any) -> None:
        if not self._untold:
            asyncio.get_running_loop().call_soon(self._publish)
        told = {name: _plain(fact) for name, fact in facts.items()}
        self._untold.append(({"event": event, **told}, self._services.now_ns()))

    def _publish(self) -> None:
        untold, self._untold = self._untold, []
        self._own.publish(untold)


def _told_of(channel: Channel) -> bool:
    return channel.owner != 0 and not channel.private


def _plain(fact: Any) -> Any:
    """What a client may have said, fit for everybody: one line, not long, valid Unicode."""
    if not isinstance(fact, str):
        return fact
    line = " ".join(fact[:LONGEST_TEXT].split())
    return line.encode(errors="replace").decode()
