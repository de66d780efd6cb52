"""What the server answers to what a client asks of it: decoded by type, as messages are."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from stream_core.errors import ProtocolError
from stream_core.values import ChannelInfo
from stream_core.wire.messages import DemandNotice

__all__ = ["ReaderReply", "WriterReply", "checked"]

Reply = TypeVar("Reply")

Number = Annotated[int, Meta(ge=1, le=2**32 - 1)]
Sequence = Annotated[int, Meta(ge=0, le=2**62)]


class WriterReply(msgspec.Struct, frozen=True):
    """To `create_channel` and `open_writer`: the channel, and the demand that holds for it."""

    number: Number
    info: ChannelInfo
    demand: DemandNotice
    demand_number: Sequence


class ReaderReply(msgspec.Struct, frozen=True):
    """To `subscribe`: the reader's number, its channel, and the first item that is for it.

    `transfers` is how many had ended there before.
    """

    number: Number
    info: ChannelInfo
    origin: int
    first: Sequence
    transfers: Sequence = 0


def checked(reply: Any, kind: type[Reply]) -> Reply:
    """The reply as a value of that type.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return msgspec.convert(reply, kind)
    except (ValueError, TypeError, LookupError) as error:  # an array is asked for its fields
        raise ProtocolError(f"an answer of the server is malformed: {error}") from None
