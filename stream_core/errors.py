"""The errors of the library, named for the fact; none of them is ever raised for control flow.

    StreamError
    ├── ConnectionFailed       (ConnectionError)   no link could be made
    ├── ConnectionLost         (ConnectionError)   the link is gone, or will not come back
    ├── AuthenticationFailed   (PermissionError)   one side did not prove its secret or certificate
    ├── NotAllowed             (PermissionError)   a grant is missing, or a name belongs to another
    ├── NameTaken              (ValueError)        a live client has that name
    ├── ChannelNotFound        (LookupError)       no such channel
    ├── ChannelExists          (ValueError)        the channel has an owner already
    ├── ChannelClosed          (ConnectionError)   the channel, or this handle on it, has ended
    ├── BufferOverflow         (RuntimeError)      a reader with overflow="raise" was too slow
    ├── InvalidValue           (ValueError)        a value or an argument cannot be accepted
    ├── LimitExceeded          (RuntimeError)      a field of Limits forbids it
    ├── ProtocolError          (ConnectionError)   the peer broke the protocol
    ├── CallTimeout            (TimeoutError)      a call's deadline has passed
    ├── RemoteError            (RuntimeError)      a remote method raised
    └── TargetNotFound         (LookupError)       nobody of that name answers calls

`Empty` is the standard library's `queue.Empty`.
"""

from __future__ import annotations

from queue import Empty

__all__ = [
    "AuthenticationFailed",
    "BufferOverflow",
    "CallTimeout",
    "ChannelClosed",
    "ChannelExists",
    "ChannelNotFound",
    "ConnectionFailed",
    "ConnectionLost",
    "Empty",
    "InvalidValue",
    "LimitExceeded",
    "NameTaken",
    "NotAllowed",
    "ProtocolError",
    "RemoteError",
    "StreamError",
    "TargetNotFound",
]


class StreamError(Exception):
    """Root of every error of this library."""


class ConnectionFailed(StreamError, ConnectionError):
    """No link to the server could be made."""


class ConnectionLost(StreamError, ConnectionError):
    """The link to the server is gone; what was under way on it has failed."""


class AuthenticationFailed(StreamError, PermissionError):
    """One side did not prove that it knows the secret, or by its certificate who it is."""


class NotAllowed(StreamError, PermissionError):
    """The action needs a grant, or a name that belongs to somebody else."""


class NameTaken(StreamError, ValueError):
    """A client of that name has a live link."""


class ChannelNotFound(StreamError, LookupError):
    """The channel does not exist, or is not for this client."""


class ChannelExists(StreamError, ValueError):
    """The channel exists and belongs to another client."""


class ChannelClosed(StreamError, ConnectionError):
    """The channel has ended, or this handle on it was closed.

    Attributes:
        reason: why, in words.
    """

    def __init__(self, reason: str = "closed") -> None:
        super().__init__(reason)
        self.reason = reason


class BufferOverflow(StreamError, RuntimeError):
    """The buffer of a reader with `overflow="raise"` was full; its subscription has ended."""


class InvalidValue(StreamError, ValueError):
    """A value cannot be sent, or an argument is not what its parameter takes."""


class LimitExceeded(StreamError, RuntimeError):
    """A field of `Limits`, named in the message, forbids it."""


class ProtocolError(StreamError, ConnectionError):
    """The peer sent something that the protocol does not allow; the connection is closed."""


class CallTimeout(StreamError, TimeoutError):
    """A call's deadline passed before its result arrived; the target has been told."""


class RemoteError(StreamError, RuntimeError):
    """A remote method raised an exception.

    Attributes:
        type_name: the remote exception's class name; the class itself is never instantiated.
        message: its text.
        traceback: the remote traceback, as text.
    """

    def __init__(self, type_name: str, message: str, traceback: str = "") -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name = type_name
        self.message = message
        self.traceback = traceback

    def __reduce__(self) -> tuple[type[RemoteError], tuple[str, str, str]]:
        return RemoteError, (self.type_name, self.message, self.traceback)


class TargetNotFound(StreamError, LookupError):
    """No client of that name has a live link, so nobody can execute the call."""
