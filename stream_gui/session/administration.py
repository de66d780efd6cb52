"""What an operator may do to others: kick clients, delete channels, change a reader."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.python_lines import python_call
from stream_gui.session.following import Surroundings

__all__ = ["Administration"]

REASON = "asked for by the monitor"
Make = Callable[[sc.Client], Coroutine[Any, Any, None]]


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

    def kick(self, *names: str, reason: str = "", ban_s: float = 0.0) -> None:
        """End other clients' sessions; they may return after `ban_s` seconds."""
        options: dict[str, Any] = {"reason": reason or REASON, "ban_s": ban_s}
        self._ask(
            f"kick {_together(names, 'clients')}",
            [partial(sc.Client.kick, name=name, **options) for name in names],
            [python_call("client.kick", name, **options) for name in names],
        )

    def delete_channels(self, *names: str) -> None:
        """Delete channels, whoever's they are."""
        self._ask(
            f"delete {_together(names, 'channels', 'channel ')}",
            [partial(sc.Client.delete_channel, name=name) for name in names],
            [python_call("client.delete_channel", name) for name in names],
        )

    def configure_reader(self, client_name: str, reader: int, **changes: Any) -> None:
        """Change the parameters of a client's reader."""
        self._ask(
            f"change a reader of {client_name}",
            [lambda client: client.configure_reader(client_name, reader, **changes)],
            [python_call("client.configure_reader", client_name, reader, **changes)],
        )

    def _ask(self, deed: str, makes: Sequence[Make], lines: Sequence[str]) -> None:
        client = self._around.link.client
        if client is None:
            self.refused.emit(f"{deed}: there is no server")
            return
        for line in lines:
            self._around.python.add(line)
        self._around.tasks.start(self._act(client, makes, deed), doing=deed)

    async def _act(self, client: sc.Client, makes: Sequence[Make], deed: str) -> None:
        """Do one after another, whatever becomes of each; tell once."""
        refusals: list[str] = []
        for make in makes:
            try:
                await self._around.portal.call(make(client))
            except (sc.StreamError, TimeoutError, ValueError) as error:
                refusals.append(str(error))
        if not refusals:
            self.done.emit(deed)
            self._around.feedback.information(deed, "done")
            return
        why = "; ".join(dict.fromkeys(refusals))
        if len(refusals) < len(makes):
            why = f"{len(makes) - len(refusals)} done; {why}"
        self.refused.emit(f"{deed}: {why}")
        self._around.feedback.warning(deed, why)


def _together(names: Sequence[str], many: str, one: str = "") -> str:
    return f"{one}{names[0]}" if len(names) == 1 else f"{len(names)} {many}"
