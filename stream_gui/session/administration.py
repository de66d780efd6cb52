"""What an operator may do to others: kick a client, delete a channel, change a reader."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.python_lines import python_call
from stream_gui.session.following import Surroundings

__all__ = ["Administration"]

REASON = "asked for by the monitor"


class Administration(QObject):
    """Asks the server to act, and tells what it refuses.

    Signals:
        done(str): something was done; in words.
        refused(str): the server would not; in words.
    """

    done = Signal(str)
    refused = Signal(str)

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around

    def kick(self, name: str, *, reason: str = "", ban_s: float = 0.0) -> None:
        """End another client's session; it may return after `ban_s` seconds."""
        options: dict[str, Any] = {"reason": reason or REASON, "ban_s": ban_s}
        self._ask(
            f"kick {name}",
            lambda client: client.kick(name, **options),
            python_call("client.kick", name, **options),
        )

    def delete_channel(self, name: str) -> None:
        """Delete a channel, whoever's it is."""
        self._ask(
            f"delete channel {name}",
            lambda client: client.delete_channel(name),
            python_call("client.delete_channel", name),
        )

    def configure_reader(self, client_name: str, reader: int, **changes: Any) -> None:
        """Change the parameters of a client's reader."""
        self._ask(
            f"change a reader of {client_name}",
            lambda client: client.configure_reader(client_name, reader, **changes),
            python_call("client.configure_reader", client_name, reader, **changes),
        )

    def _ask(self, deed: str, make: Any, line: str) -> None:
        client = self._around.link.client
        if client is None:
            self.refused.emit(f"{deed}: there is no server")
            return
        self._around.python.add(line)
        self._around.tasks.start(self._act(make(client), deed), doing=deed)

    async def _act(self, asked: Coroutine[Any, Any, None], deed: str) -> None:
        try:
            await self._around.portal.call(asked)
        except (sc.StreamError, TimeoutError, ValueError) as error:
            self.refused.emit(f"{deed}: {error}")
            self._around.feedback.warning(deed, str(error))
        else:
            self.done.emit(deed)
            self._around.feedback.information(deed, "done")
