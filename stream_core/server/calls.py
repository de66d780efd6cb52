"""Calls between clients: forwarded by number, failed at once when the target goes.

It never decodes arguments or results.
"""

from __future__ import annotations

from itertools import repeat

from stream_core.channels.names import SERVER
from stream_core.errors import LimitExceeded, ProtocolError, StreamError, TargetNotFound
from stream_core.rpc import PIECE_BYTES, Dispatcher, encode_failure, read_path, refusal
from stream_core.rpc.call_blocks import check_block, is_block, singles
from stream_core.rpc.parcels import Key, ends_call, is_whole
from stream_core.server.services import Services
from stream_core.server.session import Session
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["CallRouter"]

OWN = 0  # in the place of the caller's number: the call is the receiver's
IN_ORDER = -1  # in the place of the target's: the server itself, and frames that follow the reply
FOLLOWED = frozenset({"create_channel", "open_writer", "subscribe"})
_CREDIT = int(Kind.CREDIT)  # plain ints: frames are many
_PIECE = int(Flag.PIECE)
_ARGUMENTS = int(Flag.ARGUMENTS)


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
    ) -> bool:
        """Send an answer of the server's own to a caller; whether it has to wait for its turn."""
        session = self._services.sessions.numbered(address)
        if session is None:
            return False
        in_order = session.calling.get(sequence) == IN_ORDER
        if kind != Kind.CREDIT and ends_call(kind, flags):
            session.calling.pop(sequence, None)
        frame = Frame(kind, 0, flags, address, 0, count, 0, sequence, time_ns, body)
        if not in_order:
            return _send(session, (OWN, sequence), frame)
        session.forward(frame)
        return False

    def drop(self, key: Key) -> None:
        """Forget what waits of an answer of the server's own."""
        caller, sequence = key
        session = self._services.sessions.numbered(caller)
        if session is not None:
            session.delivery.drop((OWN, sequence))

    def left(self, session: Session, key: Key) -> None:
        """Nothing large waits any more of a call to or from a client."""
        caller, sequence = key
        if caller == OWN and self.own is not None:
            self.own.left(session.number, sequence)

    def caller_name(self, number: int) -> str:
        """The name of a caller."""
        return self._services.sessions.name_of(number) or SERVER

    # From the caller

    def call(self, caller: Session, frame: Frame) -> None:
        """A client calls a method of the server or of another client.

        Raises:
            ProtocolError: a call of that number is under way.
        """
        if frame.flags & _PIECE and frame.stride:
            self._more_arguments(caller, frame)
            return
        if frame.count > 1 and is_block(frame):
            self._call_block(caller, frame)
            return
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
        caller.calling[frame.sequence] = IN_ORDER if _method(frame) in FOLLOWED else OWN
        if frame.flags & _PIECE:
            self.own.piece(caller.number, frame, self._services.limits.frame_bytes)
        else:
            self.own.call(caller.number, frame.sequence, frame.time_ns, frame.body)

    def _call_block(self, caller: Session, frame: Frame) -> None:
        """Many calls at once: as one, if none of them needs to be looked at by itself."""
        check_block(frame)
        numbers = range(frame.sequence, frame.sequence + frame.count)
        target = self._services.sessions.numbered(frame.address)
        if (
            target is None
            or not (target.connected and target.takes_blocks)
            or target.choked
            or caller.choked
            or len(caller.calling) + frame.count > self._services.limits.calls
            or not caller.calling.keys().isdisjoint(numbers)
            or not self._services.permits.allow_calls(caller, target.name, frame)
        ):
            connection = caller.connection
            for single in singles(frame):
                if caller.connection is connection:
                    self.call(caller, single)
            return
        caller.calling.update(dict.fromkeys(numbers, target.number))
        target.serving.update(zip(repeat(caller.number), numbers))
        self._introduce(caller, target)
        frame.source = caller.number
        target.forward(frame)

    def _more_arguments(self, caller: Session, frame: Frame) -> None:
        """A call goes on; one that is over meanwhile does not."""
        number = caller.calling.get(frame.sequence)
        if number in (OWN, IN_ORDER):
            assert self.own is not None
            self.own.piece(caller.number, frame, self._services.limits.frame_bytes)
        elif number is not None:
            target = self._services.sessions.numbered(number)
            if target is not None and target.choked:
                self._give_up_call(caller, target, frame.sequence)
            elif target is not None:
                self._call(target, caller, frame)

    def _give_up_call(self, caller: Session, target: Session, sequence: int) -> None:
        """A target does not take what it is called with: end the call, so that memory is bounded.

        What it has granted to a call may come, but not of so many calls at once.
        """
        self._finish(caller, sequence)
        target.delivery.drop((caller.number, sequence))
        limit = self._services.limits.link_bytes
        reason = f"link_bytes={limit} wait for client '{target.name}'; this call is given up"
        self._refuse(caller, sequence, LimitExceeded(reason))
        self._cancel(caller, target, sequence)

    def _check_limits(self, caller: Session) -> None:
        limits = self._services.limits
        if len(caller.calling) >= limits.calls:
            raise LimitExceeded(f"client '{caller.name}' has calls={limits.calls} in flight")
        if caller.choked:
            raise LimitExceeded(f"link_bytes={limits.link_bytes} wait for client '{caller.name}'")

    def _call_client(self, caller: Session, frame: Frame) -> None:
        target = self._services.sessions.target(frame.address)
        self._services.permits.check_call(caller, target.name, frame.body)
        if target.choked:
            limit = self._services.limits.link_bytes
            raise LimitExceeded(f"link_bytes={limit} wait for client '{target.name}'")
        caller.calling[frame.sequence] = target.number
        target.serving.add((caller.number, frame.sequence))
        self._introduce(caller, target)
        self._call(target, caller, frame)

    @staticmethod
    def _call(target: Session, caller: Session, frame: Frame) -> None:
        frame.source, frame.address = caller.number, target.number
        _send(target, (caller.number, frame.sequence), frame)

    def cancel(self, caller: Session, frame: Frame) -> None:
        """The caller wants no result any more."""
        assert self.own is not None
        caller.delivery.drop((OWN, frame.sequence))
        target = self._finish(caller, frame.sequence)
        if target is not None:
            target.forward(_from(caller, frame, target.number))
        else:  # its own, or one whose answer is on its way already
            self.own.cancel(caller.number, frame.sequence)

    def credit(self, caller: Session, frame: Frame) -> None:
        """The caller has consumed streamed results."""
        number = caller.calling.get(frame.sequence)
        if number == OWN:
            assert self.own is not None
            self.own.credit(caller.number, frame.sequence, frame.count)
        elif number is not None:
            target = self._services.sessions.numbered(number)
            if target is not None:
                target.forward(_from(caller, frame, number))

    def grant(self, session: Session, frame: Frame) -> None:
        """A client takes more pieces: as a caller of its answer, or as a target of its arguments.

        Raises:
            ProtocolError: it takes more than may be under way.
        """
        if frame.flags & _ARGUMENTS:
            session.delivery.grant((frame.address, frame.sequence), frame.count)
            served = (frame.address, frame.sequence) in session.serving
            number = frame.address if served else None
        else:
            session.delivery.grant((OWN, frame.sequence), frame.count)
            number = session.calling.get(frame.sequence)
        other = self._services.sessions.numbered(number) if number else None
        if other is not None:
            other.forward(_from(session, frame, other.number))

    # From the target

    def reply(self, target: Session, frame: Frame) -> None:
        """A target answers; an answer to a call that is not under way is dropped."""
        if frame.count > 1 and is_block(frame):
            self._reply_block(target, frame)
            return
        key = (frame.address, frame.sequence)
        if key not in target.serving:
            return
        caller = self._services.sessions.numbered(frame.address)
        if caller is None:
            target.serving.discard(key)
            return
        if caller.choked and frame.body:
            self._give_up(caller, target, frame.sequence)
            return
        if ends_call(frame.kind, frame.flags) and is_whole(frame):
            caller.calling.pop(frame.sequence, None)
            _served(target, key)
        frame.source, frame.address = target.number, caller.number
        _send(caller, (OWN, frame.sequence), frame)

    def _reply_block(self, target: Session, frame: Frame) -> None:
        """Many results at once: as one, if none of them needs to be looked at by itself."""
        check_block(frame)
        numbers = range(frame.sequence, frame.sequence + frame.count)
        keys = set(zip(repeat(frame.address), numbers))
        caller = self._services.sessions.numbered(frame.address)
        if (
            caller is None
            or not caller.takes_blocks
            or caller.choked
            or caller.delivery.calls
            or target.delivery.calls
            or not keys <= target.serving
        ):
            for single in singles(frame):
                self.reply(target, single)
            return
        target.serving -= keys
        for number in numbers:
            caller.calling.pop(number, None)
        frame.source = target.number
        caller.forward(frame)

    def _give_up(self, caller: Session, target: Session, sequence: int) -> None:
        """A caller does not take what it is answered: end the call, so that memory is bounded."""
        self._finish(caller, sequence)
        caller.delivery.drop((OWN, sequence))
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
                target.callers.discard(session.number)
        for number in session.callers:
            if (caller := sessions.numbered(number)) is not None:
                caller.known_to.discard(session.number)
                caller.send(Kind.GONE, address=session.number)

    def _finish(self, caller: Session, sequence: int) -> Session | None:
        number = caller.calling.pop(sequence, None)
        target = None if number is None else self._services.sessions.numbered(number)
        if target is not None:
            _served(target, (caller.number, sequence))
        return target

    def _introduce(self, caller: Session, target: Session) -> None:
        if caller.number not in target.introduced:
            target.introduced.add(caller.number)
            target.callers.add(caller.number)
            caller.known_to.add(target.number)
            target.send(Kind.NAME, address=caller.number, body=caller.name.encode())

    @staticmethod
    def _cancel(caller: Session, target: Session, sequence: int) -> None:
        target.send(Kind.CANCEL, address=target.number, source=caller.number, sequence=sequence)

    @staticmethod
    def _refuse(caller: Session, sequence: int, error: StreamError) -> None:
        body = encode_failure(refusal(error))
        frame = Frame(Kind.FAILURE, 0, 0, caller.number, 0, 0, 0, sequence, 0, body)
        _send(caller, (OWN, sequence), frame)


def _send(receiver: Session, key: Key, frame: Frame) -> bool:
    """Send a frame of a call; whether it has to wait, since it is large, or follows what is."""
    large = frame.flags & _PIECE or len(frame.body) > PIECE_BYTES
    if frame.kind == _CREDIT or not (large or key in receiver.delivery.calls):
        receiver.forward(frame)
        return False
    return receiver.connected and receiver.delivery.send_of_call(key, frame)


def _served(target: Session, key: Key) -> None:
    """The target has nothing more to do with a call."""
    target.serving.discard(key)
    if target.delivery.calls:
        target.delivery.drop(key)


def _method(frame: Frame) -> str:
    try:
        return read_path(frame.body)
    except ProtocolError:
        return ""  # it will be refused


def _from(sender: Session, frame: Frame, address: int) -> Frame:
    """The frame as the sender's."""
    frame.source, frame.address = sender.number, address
    return frame
