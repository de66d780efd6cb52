"""Single values sent to channels by the operator; what comes of them is the readers' concern."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.python_lines import python_call
from stream_gui.session.following import Surroundings

__all__ = ["Sending"]


class Sending(QObject):
    """Sends one value at a time.

    Signals:
        changed(): one is being sent, or has been, or could not be.

    Attributes:
        busy: whether one is being sent.
        problem: why the last one was not sent; "" if it was.
    """

    changed = Signal()

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self.busy = False
        self.problem = ""

    def send(self, channel: str, value: Any) -> None:
        """Send a value to a channel that others may write to."""
        client = self._around.link.client
        if client is None:
            self._end("there is no server to send it to")
            return
        writer = python_call("client.open_writer", channel)
        self._around.python.add(python_call(f"{writer}.send", value))
        self.busy, self.problem = True, ""
        self.changed.emit()
        self._around.tasks.start(self._send(client, channel, value), doing=f"send to {channel}")

    async def _send(self, client: sc.Client, channel: str, value: Any) -> None:
        try:
            sent = await self._around.portal.call(_deliver(client, channel, value))
        except (sc.StreamError, ValueError, TypeError) as error:
            self._end(str(error))
            return
        except BaseException:
            self._end("it was given up")
            raise
        self._end("" if sent else "nobody reads the channel, so nothing was sent")
        if sent:
            self._around.feedback.information(channel, f"sent {value}")

    def _end(self, problem: str) -> None:
        self.busy, self.problem = False, problem
        self.changed.emit()


async def _deliver(client: sc.Client, channel: str, value: Any) -> bool:
    """Send it and wait until it is on its way."""
    writer = await client.open_writer(channel)
    try:
        sent = await writer.send(value)
        await writer.flush()
    finally:
        await writer.close()
    return sent
