"""The bodies of control frames: one frozen struct a message, decoded by type.

They never hold bytes of the wire, and never know who sends them.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from stream_core.errors import ProtocolError

__all__ = [
    "LARGEST_EVERY",
    "PROTOCOL_VERSION",
    "Challenge",
    "DemandNotice",
    "EndNotice",
    "Goodbye",
    "Hello",
    "LostNotice",
    "Proof",
    "Welcome",
    "decode",
    "encode",
]

PROTOCOL_VERSION = 1
LARGEST_EVERY = 2**32 - 1  # it becomes the stride of a block

Natural = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1, le=2**32 - 1)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]


class Hello(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Client → server: who I am; `scram` is the first message of SCRAM, if there is a secret.

    `session` is the token of a former WELCOME; `claim` is the same text in each HELLO of a client,
    known to nobody else: with it the client takes its name back from a link whose WELCOME was lost.
    """

    version: int = PROTOCOL_VERSION
    features: tuple[str, ...] = ()
    name: str | None = None
    program: str = ""
    library: str = ""
    user: str = ""
    scram: str | None = None
    session: str | None = None
    claim: Annotated[str, Meta(max_length=200)] = ""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """Server → client: the server's first message of SCRAM."""

    scram: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Client → server: the client's final message of SCRAM."""

    scram: str


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """Server → client: you are in; `scram` is the server's own proof."""

    version: int = PROTOCOL_VERSION
    features: tuple[str, ...] = ()
    server: str = ""
    library: str = ""
    name: str
    number: Number
    session: str
    epoch: int
    now_ns: int
    resumed: bool = False
    scram: str | None = None
    frame_bytes: Annotated[int, Meta(ge=1)]
    heartbeat_s: Annotated[float, Meta(gt=0)]
    resume_s: Annotated[float, Meta(ge=0)]


class DemandNotice(msgspec.Struct, frozen=True):
    """Server → writer, and back as its acknowledgement; the header's sequence numbers it.

    `binding` says that the writer's library withholds what the requirements leave out.
    """

    state: Literal["idle", "active", "paused"]
    every: Annotated[int, Meta(ge=1, le=LARGEST_EVERY)] = 1
    newest_interval_ns: Natural = 0
    binding: bool = False


class LostNotice(msgspec.Struct, frozen=True):
    """Server → reader: these numbers do not come."""

    first: Natural
    last: Natural | None
    count: Natural
    reason: str


class EndNotice(msgspec.Struct, frozen=True):
    """Server → reader or writer: the channel or the subscription ended; error names its class."""

    reason: str
    error: str | None = None


class Goodbye(msgspec.Struct, frozen=True):
    """Either side: why the link ends; `error` names the class, None is a clean close.

    `retry_after_s` is how long to wait before the next try; None: do not come back.
    """

    reason: str
    error: str | None = None
    retry_after_s: Seconds | None = None


Message = TypeVar(
    "Message",
    Hello,
    Challenge,
    Proof,
    Welcome,
    DemandNotice,
    LostNotice,
    EndNotice,
    Goodbye,
)

_encoder = msgspec.msgpack.Encoder()
_decoders: dict[type, msgspec.msgpack.Decoder[object]] = {
    kind: msgspec.msgpack.Decoder(kind)
    for kind in (Hello, Challenge, Proof, Welcome, DemandNotice, LostNotice, EndNotice, Goodbye)
}


def encode(message: msgspec.Struct) -> bytes:
    """The body of a message; what of its texts is no Unicode is replaced by "?"."""
    try:
        return _encoder.encode(message)
    except UnicodeEncodeError:  # a lone surrogate, as in a reason that came from a user
        texts = {
            name: value.encode(errors="replace").decode()
            for name, value in msgspec.structs.asdict(message).items()
            if isinstance(value, str)
        }
        return _encoder.encode(msgspec.structs.replace(message, **texts))


def decode(kind: type[Message], body: bytes | memoryview) -> Message:
    """The message in a body.

    Raises:
        ProtocolError: the body is not a message of that type.
    """
    try:
        message = _decoders[kind].decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"{kind.__name__.upper()} is malformed: {error}") from None
    assert isinstance(message, kind)
    return message
