"""The question at the end: what becomes of the servers that this window started."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from stream_gui.session.servers import OwnServer

__all__ = ["LeaveQuestion"]


class LeaveQuestion(QMessageBox):
    """Leave the servers running, stop them, or stay.

    Args:
        servers: what this window started.
        leave: called with whether server processes are to be stopped.
        parent: the window.
    """

    def __init__(
        self, servers: Sequence[OwnServer], leave: Callable[[bool], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        processes = [server.address for server in servers if not server.in_window]
        inside = [server.address for server in servers if server.in_window]
        self.setText("<b>Close the monitor?</b>")
        sentences = []
        if inside:
            sentences.append(
                f"The server at {', '.join(inside)} lives in this window and ends with it."
            )
        if processes:
            sentences.append(
                f"The server at {', '.join(processes)} is a process of its own: it can go on, "
                "and any monitor on this computer can join it again."
            )
        self.setInformativeText("\n\n".join(sentences))
        if processes:
            self.keep = self.addButton("Leave it running", QMessageBox.ButtonRole.AcceptRole)
            self.keep.clicked.connect(lambda: leave(False))
            self.stop = self.addButton("Stop it", QMessageBox.ButtonRole.DestructiveRole)
            self.stop.clicked.connect(lambda: leave(True))
        else:
            self.stop = self.addButton("Close", QMessageBox.ButtonRole.AcceptRole)
            self.stop.clicked.connect(lambda: leave(True))
        stay = self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        self.setEscapeButton(stay)
        self.setDefaultButton(stay)
