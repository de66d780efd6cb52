"""Calls between clients: forwarded by number, failed at once when the target goes.

It never decodes arguments or results.
"""

from __future__ import annotations

from stream_core.channels.names import SERVER
from stream_core.errors import LimitExceeded, StreamError, TargetNotFound
from stream_core.rpc import Dispatcher, encode_failure, refusal
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["CallRouter"]


class CallRouter:
    """Brings calls to their target, the server's own methods included.

    Args:
        own: executes the calls to the target `server`.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.own: Dispatcher | None = None

    def send(
        self,
        kind: Kind,
        *,
        address: int,
        sequence: int,
        flags: int = 0,
        count: int = 0,
        time_ns: int = 0,
        body: bytes = b"",
    ) -> None:
        """Send an answer of the server's own to a caller."""
        session = self._services.sessions.numbered(address)
        if session is not None:
            session.send(
                kind,
                address=address,
                sequence=sequence,
                flags=flags,
                count=count,
                time_ns=time_ns,
                body=body,
            )

    def caller_name(self, number: int) -> str:
        """The name of a caller."""
        session = self._services.sessions.numbered(number)
        return session.name if session else SERVER

    # From the caller

    def call(self, caller: Session, frame: Frame) -> None:
        """A client calls a method of the server or of another client."""
        if frame.address == 0:
            assert self.own is not None
            self.own.call(caller.number, frame.sequence, frame.time_ns, frame.body)
            return
        target = self._services.sessions.numbered(frame.address)
        if target is None or not target.connected:
            name = f"'{target.name}'" if target else f"number {frame.address}"
            self._refuse(caller, frame.sequence, TargetNotFound(f"client {name} is not connected"))
            return
        limit = self._services.limits.calls
        if len(caller.calling) >= limit:
            reason = f"client '{caller.name}' has calls={limit} in flight already"
            self._refuse(caller, frame.sequence, LimitExceeded(reason))
            return
        caller.calling[frame.sequence] = target.number
        target.serving.add((caller.number, frame.sequence))
        self._introduce(caller, target)
        self._forward(target, caller, frame)

    def cancel(self, caller: Session, frame: Frame) -> None:
        """The caller wants no result any more."""
        if frame.address == 0:
            assert self.own is not None
            self.own.cancel(caller.number, frame.sequence)
            return
        target = self._finish(caller, frame.sequence)
        if target is not None:
            self._forward(target, caller, frame)

    def credit(self, caller: Session, frame: Frame) -> None:
        """The caller has consumed streamed results."""
        if frame.address == 0:
            assert self.own is not None
            self.own.credit(caller.number, frame.sequence, frame.count)
            return
        target = self._services.sessions.numbered(frame.address)
        if target is not None and (caller.number, frame.sequence) in target.serving:
            self._forward(target, caller, frame)

    # From the target

    def reply(self, target: Session, frame: Frame) -> None:
        """A target answers; an answer to a call that is not under way is dropped."""
        if (frame.address, frame.sequence) not in target.serving:
            return
        caller = self._services.sessions.numbered(frame.address)
        if caller is None:
            target.serving.discard((frame.address, frame.sequence))
            return
        if frame.kind == Kind.FAILURE or (
            frame.kind == Kind.RESULT and not frame.flags & Flag.MORE
        ):
            self._finish(caller, frame.sequence)
        self._forward(caller, target, frame)

    # Ends

    def link_lost(self, session: Session) -> None:
        """Calls to and from a client whose link broke are over."""
        error = TargetNotFound(f"client '{session.name}' has gone while it executed the call")
        for caller_number, sequence in tuple(session.serving):
            caller = self._services.sessions.numbered(caller_number)
            if caller is not None:
                caller.calling.pop(sequence, None)
                self._refuse(caller, sequence, error)
        session.serving.clear()
        for sequence in tuple(session.calling):
            target = self._finish(session, sequence)
            if target is not None:
                target.send(
                    Kind.CANCEL,
                    address=target.number,
                    source=session.number,
                    sequence=sequence,
                )
        assert self.own is not None
        self.own.caller_gone(session.number)

    def session_gone(self, session: Session) -> None:
        """The client has gone for good."""
        self.link_lost(session)

    def _finish(self, caller: Session, sequence: int) -> Session | None:
        number = caller.calling.pop(sequence, None)
        target = None if number is None else self._services.sessions.numbered(number)
        if target is not None:
            target.serving.discard((caller.number, sequence))
        return target

    def _introduce(self, caller: Session, target: Session) -> None:
        if caller.number not in target.introduced:
            target.introduced.add(caller.number)
            target.send(Kind.NAME, address=caller.number, body=caller.name.encode())

    @staticmethod
    def _forward(receiver: Session, sender: Session, frame: Frame) -> None:
        receiver.send(
            Kind(frame.kind),
            address=frame.address,
            source=sender.number,
            sequence=frame.sequence,
            flags=frame.flags,
            count=frame.count,
            time_ns=frame.time_ns,
            codec=frame.codec,
            body=frame.body,
        )

    @staticmethod
    def _refuse(caller: Session, sequence: int, error: StreamError) -> None:
        body = encode_failure(refusal(error))
        caller.send(Kind.FAILURE, address=caller.number, sequence=sequence, body=body)
