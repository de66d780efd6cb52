"""All writers and readers of one client: one for what the link brings to both."""

from __future__ import annotations

from collections.abc import Callable, Collection

from stream_core.client.chores import Chores
from stream_core.client.home import StreamHome
from stream_core.client.inboxes import Inboxes
from stream_core.client.keys import Keys
from stream_core.client.outlets import Outlets
from stream_core.errors import StreamError
from stream_core.values import Codec
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind

__all__ = ["Streams"]

WRITER_END = 1  # count of an END that is for a writer


class Streams:
    """What a client sends and receives.

    Args:
        home: the session; chores: where what must be waited for runs.
        trusted: codecs beyond the safe ones that the user allows.

    Attributes:
        outlets: of the writers; inboxes: of the readers.
        handlers: what is done with a frame of a stream, by its kind.
    """

    def __init__(self, home: StreamHome, chores: Chores, trusted: Collection[Codec]) -> None:
        self._home = home
        keys = Keys(home)
        self.outlets = Outlets(home, chores, keys)
        self.inboxes = Inboxes(home, chores, keys, trusted)
        self.handlers: dict[int, Callable[[Frame], None]] = {
            int(Kind.DATA): self.inboxes.data,
            int(Kind.DEMAND): self.outlets.demanded,
            int(Kind.LOST): self.inboxes.control,
            int(Kind.MARK): self.inboxes.control,
            int(Kind.END): self._ended,
        }
        self.flush = self.outlets.flush
        self.room_again = self.outlets.room_again

    def _ended(self, frame: Frame) -> None:
        if frame.count == WRITER_END:
            self.outlets.ended(frame)
        else:
            self.inboxes.control(frame)

    def link_up(self, *, resumed: bool) -> None:
        """There is a link again; the server knows us still, or everything is made again."""
        if resumed:
            self._home.tell(
                "resume",
                self.inboxes.received(),
                writers=list(self.outlets.numbers),
                origins=self.outlets.origins,
                awaited=self.inboxes.awaited,
            )
        self.outlets.link_up(resumed=resumed)
        self.inboxes.link_up(resumed=resumed)

    def link_down(self) -> None:
        """The link broke: nothing can be sent, what was received can still be taken."""
        self.outlets.link_down()

    def inherited(self, error: StreamError) -> None:
        """This is a fork: whoever uses them here hears that."""
        self.outlets.inherited(str(error))
        self.inboxes.inherited(error)

    def finish(self, error: StreamError) -> None:
        """The link will not come back."""
        self.outlets.finish(error)
        self.inboxes.finish(error)
