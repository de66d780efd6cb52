"""The state of the window's link to a server, as everybody may see it; it never opens a link."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

__all__ = ["LinkPhase", "LinkState"]


class LinkPhase(StrEnum):
    """Where the link stands."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class LinkState(QObject):
    """What is known of the link.

    Signals:
        changed(): any of the attributes has a new value.

    Attributes:
        phase: where it stands.
        address: "host:port" of the server joined, or to be joined; "" before the first.
        client_name: the name that this window has there; user: as whom it is there, or "".
        problem: why the last attempt failed or the link ended, or "".
        wants_secret: whether it failed because the secret was missing or wrong.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.phase = LinkPhase.DISCONNECTED
        self.address = ""
        self.client_name = ""
        self.user = ""
        self.problem = ""
        self.wants_secret = False

    @property
    def connected(self) -> bool:
        """Whether the server answers now."""
        return self.phase is LinkPhase.CONNECTED

    @property
    def busy(self) -> bool:
        """Whether a first connection is being made."""
        return self.phase is LinkPhase.CONNECTING

    @property
    def wanted(self) -> bool:
        """Whether there is a link, or one is being made or mended."""
        return self.phase is not LinkPhase.DISCONNECTED

    def update(
        self,
        phase: LinkPhase,
        *,
        address: str | None = None,
        client_name: str | None = None,
        user: str | None = None,
        problem: str = "",
        wants_secret: bool = False,
    ) -> None:
        """Take the new facts; those not given stay, but a problem is of its own moment."""
        self.phase = phase
        self.problem = problem
        self.wants_secret = wants_secret
        if address is not None:
            self.address = address
        if client_name is not None:
            self.client_name = client_name
        if user is not None:
            self.user = user
        self.changed.emit()

    def describe(self) -> str:
        """The state in one sentence."""
        match self.phase:
            case LinkPhase.CONNECTING if self.problem:
                return f"{self.address} does not answer yet; trying again until it does"
            case LinkPhase.CONNECTING:
                return f"Connecting to {self.address} …"
            case LinkPhase.CONNECTED:
                user = f", user {self.user}" if self.user else ""
                return f"Connected to {self.address} as {self.client_name}{user}"
            case LinkPhase.RECONNECTING:
                return f"{self.address} is gone; trying again until it is back"
        return f"Not connected: {self.problem}" if self.problem else "Not connected"
