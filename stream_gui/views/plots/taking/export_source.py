"""Who writes files for the plots; how it does so is another's business."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from stream_gui.models.python_client import Access
from stream_gui.session.exporting.request import ExportRequest
from stream_gui.views.plots.feed_source import ChangeSignal

__all__ = ["ExportSource", "RunningExport"]


class RunningExport(Protocol):
    """An export under way."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def share(self) -> float:
        """How much of it is done, up to 1."""

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to stop."""

    @property
    def changed(self) -> ChangeSignal:
        """Sent when more of it is done."""

    def cancel(self) -> None:
        """Stop it."""


class ExportSource(Protocol):
    """Writes files in the background and tells how that ended."""

    @property
    def jobs(self) -> Sequence[RunningExport]:
        """The exports under way."""

    @property
    def changed(self) -> ChangeSignal:
        """Sent when one begins or ends."""

    @property
    def access(self) -> Access:
        """How the server is joined."""

    @property
    def server(self) -> tuple[str, int | None]:
        """The address and the epoch of the server."""

    def write(self, path: Path, request: ExportRequest) -> Any:
        """Begin to write samples."""

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Begin to write what is known already."""
