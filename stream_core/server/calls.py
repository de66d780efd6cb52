"""Calls between clients: forwarded by number, failed at once when the target goes.

It never decodes arguments or results.
"""

from __future__ import annotations

from stream_core.channels.names import SERVER
from stream_core.errors import LimitExceeded, ProtocolError, StreamError, TargetNotFound
from stream_core.rpc import Dispatcher, encode_failure, refusal
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["CallRouter"]

_MORE = int(Flag.MORE)


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
            if _is_last(kind, flags):
                session.calling.pop(sequence, None)
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
        return self._services.sessions.name_of(number) or SERVER

    # From the caller

    def call(self, caller: Session, frame: Frame) -> None:
        """A client calls a method of the server or of another client.

        Raises:
            ProtocolError: a call of that number is under way.
        """
        if frame.sequence in caller.calling:
            raise ProtocolError(f"call {frame.sequence} is under way already")
        try:
            self._check_limits(caller)
            if frame.address != 0:
                self._call_client(caller, frame)
                return
        except StreamError as error:
            self._refuse(caller, frame.sequence, error)
            return
        assert self.own is not None
        caller.calling[frame.sequence] = 0
        self.own.call(caller.number, frame.sequence, frame.time_ns, frame.body)

    def _check_limits(self, caller: Session) -> None:
        limits = self._services.limits
        if len(caller.calling) >= limits.calls:
            raise LimitExceeded(f"client '{caller.name}' has calls={limits.calls} in flight")
        if caller.choked:
            raise LimitExceeded(f"link_bytes={limits.link_bytes} wait for client '{caller.name}'")

    def _call_client(self, caller: Session, frame: Frame) -> None:
        target = self._services.sessions.target(frame.address)
        if target.choked:
            limit = self._services.limits.link_bytes
            raise LimitExceeded(f"link_bytes={limit} wait for client '{target.name}'")
        caller.calling[frame.sequence] = target.number
        target.serving.add((caller.number, frame.sequence))
        self._introduce(caller, target)
        self._forward(target, caller, frame, target.number)

    def cancel(self, caller: Session, frame: Frame) -> None:
        """The caller wants no result any more."""
        if caller.calling.get(frame.sequence) == 0:
            assert self.own is not None
            del caller.calling[frame.sequence]
            self.own.cancel(caller.number, frame.sequence)
            return
        target = self._finish(caller, frame.sequence)
        if target is not None:
            self._forward(target, caller, frame, target.number)

    def credit(self, caller: Session, frame: Frame) -> None:
        """The caller has consumed streamed results."""
        number = caller.calling.get(frame.sequence)
        if number == 0:
            assert self.own is not None
            self.own.credit(caller.number, frame.sequence, frame.count)
        elif number is not None:
            target = self._services.sessions.numbered(number)
            if target is not None:
                self._forward(target, caller, frame, number)

    # From the target

    def reply(self, target: Session, frame: Frame) -> None:
        """A target answers; an answer to a call that is not under way is dropped."""
        if (frame.address, frame.sequence) not in target.serving:
            return
        caller = self._services.sessions.numbered(frame.address)
        if caller is None:
            target.serving.discard((frame.address, frame.sequence))
            return
        if caller.choked and frame.body:
            self._give_up(caller, target, frame.sequence)
            return
        if _is_last(frame.kind, frame.flags):
            self._finish(caller, frame.sequence)
        self._forward(caller, target, frame, caller.number)

    def _give_up(self, caller: Session, target: Session, sequence: int) -> None:
        """A caller does not take what it is answered: end the call, so that memory is bounded."""
        self._finish(caller, sequence)
        limit = self._services.limits.link_bytes
        reason = f"link_bytes={limit} wait for client '{caller.name}'; this result is given up"
        self._refuse(caller, sequence, LimitExceeded(reason))
        self._cancel(caller, target, sequence)

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
                self._cancel(session, target, sequence)
        assert self.own is not None
        self.own.caller_gone(session.number)

    def session_gone(self, session: Session) -> None:
        """The client has gone for good."""
        self.link_lost(session)
        sessions = self._services.sessions
        for number in session.known_to:
            if (target := sessions.numbered(number)) is not None:
                target.introduced.discard(session.number)
        for number in session.introduced:
            if (caller := sessions.numbered(number)) is not None:
                caller.known_to.discard(session.number)

    def _finish(self, caller: Session, sequence: int) -> Session | None:
        number = caller.calling.pop(sequence, None)
        target = None if number is None else self._services.sessions.numbered(number)
        if target is not None:
            target.serving.discard((caller.number, sequence))
        return target

    def _introduce(self, caller: Session, target: Session) -> None:
        if caller.number not in target.introduced:
            target.introduced.add(caller.number)
            caller.known_to.add(target.number)
            target.send(Kind.NAME, address=caller.number, body=caller.name.encode())

    @staticmethod
    def _cancel(caller: Session, target: Session, sequence: int) -> None:
        target.send(Kind.CANCEL, address=target.number, source=caller.number, sequence=sequence)

    @staticmethod
    def _forward(receiver: Session, sender: Session, frame: Frame, address: int) -> None:
        receiver.send(
            Kind(frame.kind),
            address=address,
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


def _is_last(kind: int, flags: int) -> bool:
    """Whether nothing follows an answer."""
    return kind == Kind.FAILURE or (kind == Kind.RESULT and not flags & _MORE)
