"""A client in plain Python by docs/protocol.md and docs/payloads.md alone; it never uses ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import struct
from typing import Any, NamedTuple

from msgspec import msgpack

__all__ = ["BareClient", "BareFrame", "KeyProof", "as_tuple", "verifier"]

HEADER = struct.Struct("<IBBHIIIIqq")
HELLO, WELCOME, DATA, DEMAND, CREDIT, MARK = 1, 4, 16, 17, 18, 20
CALL, RESULT, FAILURE, PING, PONG, GOODBYE = 32, 33, 34, 48, 49, 63
PIECE, ARGUMENTS = 4096, 8192
PIECE_BYTES = 65_536
WINDOW_PIECES = 16


def as_tuple(*members: Any) -> msgpack.Ext:
    """What the page calls a tuple."""
    return msgpack.Ext(3, msgpack.encode(members))


class BareFrame(NamedTuple):
    """A frame as it came."""

    kind: int
    codec: int
    flags: int
    address: int
    source: int
    count: int
    stride: int
    number: int
    time_ns: int
    body: bytes


class BareClient:
    """One connection.

    Attributes:
        welcome: what the server said; frames: those that came while something else was waited for.
    """

    def __init__(self, address: str, name: str, session: str | None = None) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._received_bytes = self._told_bytes = 0
        self._calls = 0
        self.frames: list[BareFrame] = []
        self.send(HELLO, msgpack.encode({"version": 1, "name": name, "session": session}))
        self.welcome = msgpack.decode(self._next(WELCOME).body)

    def close(self) -> None:
        """Say goodbye, and wait until the server has read all."""
        self.send(GOODBYE, msgpack.encode({"reason": "done"}))
        while self._socket.recv(65_536):
            pass
        self._socket.close()

    def break_link(self) -> None:
        """Go without a word."""
        self._socket.close()

    def send(
        self,
        kind: int,
        body: bytes = b"",
        *,
        codec: int = 0,
        flags: int = 0,
        address: int = 0,
        count: int = 0,
        stride: int = 0,
        number: int = 0,
        time_ns: int = 0,
    ) -> None:
        head = HEADER.pack(
            len(body), kind, codec, flags, address, 0, count, stride, number, time_ns
        )
        self._socket.sendall(head + body)

    # What comes

    def receive(self, kind: int) -> BareFrame:
        """The next frame of that kind; others are kept."""
        for frame in self.frames:
            if frame.kind == kind:
                self.frames.remove(frame)
                return frame
        return self._next(kind)

    def _next(self, kind: int) -> BareFrame:
        while True:
            frame = self._frame()
            if frame.kind == kind:
                return frame
            assert frame.kind not in (FAILURE, GOODBYE), msgpack.decode(frame.body)
            if frame.kind == PING:
                self.send(PONG, number=frame.number)
            elif frame.kind < 128:
                self.frames.append(frame)

    def _frame(self) -> BareFrame:
        length, *facts = HEADER.unpack(self._bytes(HEADER.size))
        frame = BareFrame(*facts, self._bytes(length))
        if self._received_bytes - self._told_bytes >= 32_768:
            self._told_bytes = self._received_bytes
            self.send(CREDIT, number=self._received_bytes)
        return frame

    def _bytes(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            part = self._socket.recv(count - len(found))
            assert part, f"the server has hung up; before it came {self.frames}"
            found += part
        self._received_bytes += count
        return bytes(found)

    def whole(self, kind: int, *, grant: int = 0) -> BareFrame:
        """The next frame of that kind; one in pieces is put together, and more of it granted.

        Args:
            kind: it.
            grant: what the flags of CREDIT have beside PIECE.
        """
        first = frame = self.receive(kind)
        if not first.flags & PIECE:
            return first
        body, pieces = bytearray(), 0
        while True:
            assert (frame.stride, frame.count) == (len(body), first.count)
            body += frame.body
            pieces += 1
            if len(body) == first.count:
                return first._replace(body=bytes(body), flags=first.flags & ~PIECE)
            if pieces % 4 == 1:
                self.send(
                    CREDIT,
                    flags=PIECE | grant,
                    address=first.source,
                    count=pieces + WINDOW_PIECES,
                    number=first.number,
                )
            frame = self.receive(kind)

    # Calls

    def call(self, target: int, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method; its result."""
        self._calls += 1
        name = method.encode()
        body = struct.pack("<H", len(name)) + name + msgpack.encode([args, kwargs])
        self.send(CALL, body, address=target, number=self._calls, time_ns=10**10)
        result = self.whole(RESULT)
        assert result.number == self._calls
        return msgpack.decode(result.body)

    def ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the server."""
        return self.call(0, method, *args, **kwargs)

    def answer(self, call: BareFrame, value: Any) -> None:
        """The result of a call that came, in one frame."""
        self.send(RESULT, msgpack.encode(value), address=call.source, number=call.number)


# Keys


def _salted(name: str, key: str) -> bytes:
    salt = hashlib.sha256(b"streamscope private channel\0" + name.encode()).digest()[:16]
    return hashlib.pbkdf2_hmac("sha256", key.encode(), salt, 4096)


def _keys(name: str, key: str) -> tuple[bytes, bytes, bytes]:
    """ClientKey, StoredKey and ServerKey of SCRAM."""
    salted = _salted(name, key)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return (
        client_key,
        hashlib.sha256(client_key).digest(),
        hmac.digest(salted, b"Server Key", "sha256"),
    )


def verifier(name: str, key: str) -> msgpack.Ext:
    """What the owner of a private channel leaves."""
    return as_tuple(*_keys(name, key)[1:])


class KeyProof:
    """SCRAM for the key of a channel, by hand."""

    def __init__(self, name: str, key: str) -> None:
        self._client_key, self._stored_key, self._server_key = _keys(name, key)
        self._bare = f"n=*,r={secrets.token_urlsafe()}"
        self.first = f"n,,{self._bare}"
        self._message = b""

    def answer(self, challenge: str) -> str:
        """The final message."""
        nonce = challenge.partition(",")[0]
        self._message = f"{self._bare},{challenge},c=biws,{nonce}".encode()
        signature = hmac.digest(self._stored_key, self._message, "sha256")
        proof = bytes(a ^ b for a, b in zip(self._client_key, signature, strict=True))
        return f"c=biws,{nonce},p={base64.b64encode(proof).decode()}"

    @property
    def final(self) -> str:
        """What the server has to prove itself by."""
        signature = hmac.digest(self._server_key, self._message, "sha256")
        return f"v={base64.b64encode(signature).decode()}"
