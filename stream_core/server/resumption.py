"""A client that is back on a new link: its streams go on where the old one broke."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.wire import messages
from stream_core.wire.header import Kind

__all__ = ["resume", "tell_writer_of_end"]

ENDED_MEANWHILE = "the channel has ended while the link was broken"


def resume(
    services: Services,
    session: Session,
    received: Mapping[int, tuple[int, int | None]],
    writers: list[int] | None,
    origins: Collection[int] = (),
    awaited: Collection[int] = (),
) -> None:
    """Go on where the link broke.

    What the client does not know of, since the reply was lost, is left, but for channels that it
    will create again; what the server does not know any more, the client is told again that it
    ended.

    Args:
        services: of the server.
        session: of the client.
        received: for each of its readers the highest number and how many marks it received;
            None: it does not count them.
        writers: the numbers of the channels that it writes to; None: it does not say.
        origins: of the channels that it will create again.
        awaited: what it calls the readers that it will ask for again; see `Successors`.

    Raises:
        ProtocolError: it cannot have received that.
    """
    for number, (received_up_to, marks) in received.items():
        subscription = session.subscriptions.get(number)
        if subscription is None:
            body = messages.encode(messages.EndNotice(ENDED_MEANWHILE))
            session.send(Kind.END, address=number, body=body)
        else:
            subscription.resume(received_up_to, marks)
    readers = services.streams.readers
    for number in (*received, *awaited):
        readers.successors.confirm(session, number)
    known = readers.successors.known(session, (*received, *awaited))
    for number in (session.subscriptions.keys() | readers.successors.of(session).keys()) - known:
        readers.leave(session, number)
    if writers is not None:
        for number in session.slots.keys() - set(writers):
            channel = session.channels.get(number)
            if channel is None or channel.origin not in origins:
                services.streams.close_writer(session, number)
        for number in set(writers) - session.slots.keys():
            tell_writer_of_end(session, number, ENDED_MEANWHILE)
    session.deliver()
    services.demands.tell_again(session)


def tell_writer_of_end(session: Session, number: int, reason: str) -> None:
    """Tell a client that a channel that it writes to is gone."""
    body = messages.encode(messages.EndNotice(reason))
    session.send(Kind.END, address=number, count=1, body=body)
