"""Exports under way, each in a thread of its own with its progress; knows no file's form."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from stream_gui.models.python_client import Access
from stream_gui.session.bridge import Bridge
from stream_gui.session.exporting.atomic_file import replacing
from stream_gui.session.exporting.csv_file import write_csv
from stream_gui.session.exporting.numpy_file import write_numpy
from stream_gui.session.exporting.request import ExportCancelledError, ExportRequest, Progress
from stream_gui.session.following import Surroundings

__all__ = ["ExportJob", "Exports"]

Writer = Callable[[Path, ExportRequest, Progress], int]

_WRITERS: dict[str, Writer] = {".csv": write_csv, ".npz": write_numpy}
_PROBLEMS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "the file would be too large for this disk",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "the disk can only be read",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "there is no such folder",
    errno.EISDIR: "there is a folder of that name",
    errno.ENAMETOOLONG: "the name is too long",
}


class ExportJob(QObject):
    """One export under way.

    Signals:
        changed(): more of it is done.

    Attributes:
        path: the file.
        share: how much of it is done, up to 1.
        is_cancelled: whether it is to stop.
    """

    changed = Signal()

    def __init__(self, path: Path, bridge: Bridge) -> None:
        super().__init__()
        self.path = path
        self.share = 0.0
        self.is_cancelled = False
        self.progress = Progress(lambda share: bridge.post(self._advance, share))

    def cancel(self) -> None:
        """Stop it; no file is left behind."""
        self.is_cancelled = True
        self.progress.cancel()
        self.changed.emit()

    def _advance(self, share: float) -> None:
        self.share = share
        self.changed.emit()


class Exports(QObject):
    """Writes samples to files in the background.

    Signals:
        changed(): an export has begun or ended.

    Args:
        around: gives threads, keeps what is under way, and hears how each has ended.
        bridge: brings the progress back.
    """

    changed = Signal()

    def __init__(self, around: Surroundings, bridge: Bridge) -> None:
        super().__init__()
        self._around = around
        self._feedback = around.feedback
        self._bridge = bridge
        self._jobs: list[ExportJob] = []

    @property
    def jobs(self) -> tuple[ExportJob, ...]:
        """The exports under way, the oldest first."""
        return tuple(self._jobs)

    @property
    def server(self) -> tuple[str, int | None]:
        """The address and the epoch of the server; "" and None without one."""
        link = self._around.link
        return link.state.address, link.client.epoch if link.client is not None else None

    @property
    def access(self) -> Access:
        """How the server is joined."""
        return self._around.link.access

    def write(self, path: Path, request: ExportRequest) -> ExportJob:
        """Begin to write samples; the name's ending says how: ".csv" or ".npz"."""
        job = ExportJob(path, self._bridge)
        self._jobs.append(job)
        self._around.tasks.start(self._write(job, request), doing=f"export {path.name}")
        self.changed.emit()
        return job

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Begin to write what is known already."""
        self._around.tasks.start(self._write_bytes(path, content), doing=f"save {path.name}")

    async def _write_bytes(self, path: Path, content: bytes) -> None:
        try:
            await self._around.portal.call(asyncio.to_thread(_put, path, content))
        except OSError as error:
            self._tell_problem(f"save {path.name}", path, error)
        else:
            self._feedback.information(f"save {path.name}", f"written to {path}")

    async def _write(self, job: ExportJob, request: ExportRequest) -> None:
        writer, path = _WRITERS[job.path.suffix.lower()], job.path
        try:
            gone = await self._around.portal.call(
                asyncio.to_thread(writer, path, request, job.progress)
            )
            self._tell_end(path, request, gone)
        except ExportCancelledError:
            self._feedback.information(f"export {path.name}", "cancelled; nothing was written")
        except OSError as error:
            self._tell_problem(f"export {path.name}", path, error)
        finally:
            job.progress.cancel()  # the thread ends, too, when the window is closed
            self._jobs.remove(job)
            self.changed.emit()

    def _tell_problem(self, doing: str, path: Path, error: OSError) -> None:
        text = _PROBLEMS.get(error.errno or 0, str(error))
        self._feedback.error(doing, f"{text}; {path} was not written")

    def _tell_end(self, path: Path, request: ExportRequest, gone: int) -> None:
        curves = len(request.curves)
        what = f"{curves} curve{'s' if curves != 1 else ''} written to {path}"
        if gone:
            lost = f"{gone:,} samples left memory before they were written"
            self._feedback.warning(f"export {path.name}", f"{what}, but {lost}")
        else:
            self._feedback.information(f"export {path.name}", what)


def _put(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)
