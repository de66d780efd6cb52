"""Samples as a NumPy archive (.npz): arrays by the names of their curves; never holds all of them.

For each curve, under its name: "<name>/times_ns" (int64), "<name>/values", "<name>/unit", and
"<name>/gaps", the places where samples are missing. Besides: "curves", the names; "markers"; and
"about", what else there is to know, as JSON.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.session.exporting.atomic_file import replacing
from stream_gui.session.exporting.request import ExportedCurve, ExportRequest, Progress

__all__ = ["write_numpy"]

_PIECE = 250_000
_COPIED = 1 << 20


def write_numpy(path: Path, request: ExportRequest, progress: Progress) -> int:
    """Write the request's samples, and tell how many were no longer kept when it came to them.

    The samples are first copied to scratch files beside `path`, quickly and oldest first, since an
    archive must say how many there are before it holds them.

    Raises:
        ExportCancelledError: The operator wants it no more; nothing is left behind.
        OSError: It cannot be written; nothing is left behind.
    """
    with ExitStack() as scratch, replacing(path) as file:
        copies = [_Copy(curve, request, scratch, path.parent) for curve in request.curves]
        done, total = 0, 2 * sum(copy.wanted for copy in copies)
        progress.at(done, total)
        for copy in copies:
            for count in copy.take():
                done += count
                progress.at(done, total)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for copy in copies:
                for count in copy.write_to(archive):
                    done += count
                    progress.at(done, total)
                _write(archive, f"{copy.name}/unit", np.array(copy.curve.unit))
                _write(archive, f"{copy.name}/gaps", _gaps(copy.curve, request))
            _write_facts(archive, request, copies)
    return sum(copy.gone for copy in copies)


class _Copy:
    """The samples of one curve in scratch files."""

    def __init__(
        self, curve: ExportedCurve, request: ExportRequest, scratch: ExitStack, folder: Path
    ) -> None:
        self.curve = curve
        self.name = curve.name
        self._spans = curve.series.spans(request.start_ns, request.stop_ns)
        self.wanted = sum(last - first for first, last in self._spans)
        self.reduced = curve.series.reduced_between(request.start_ns, request.stop_ns)
        self.count = 0
        self.gone = 0
        self._times, self._values = (
            scratch.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(2)
        )
        self._dtype: np.dtype[Any] = np.dtype(np.float64)

    def take(self) -> Iterator[int]:
        """Copy the samples; give how many at each step."""
        for first, last in self._spans:
            for begin in range(first, last, _PIECE):
                end = min(last, begin + _PIECE)
                piece = self.curve.series.read(begin, end)
                self._times.write(piece.times_ns.tobytes())
                self._values.write(piece.values.tobytes())
                self._dtype = piece.values.dtype
                self.count += len(piece)
                self.gone += end - begin - len(piece)
                yield end - begin

    def write_to(self, archive: zipfile.ZipFile) -> Iterator[int]:
        """Write the arrays; give how many samples more are done, again and again."""
        parts = (
            ("times_ns", self._times, np.dtype(np.int64)),
            ("values", self._values, self._dtype),
        )
        for name, source, dtype in parts:
            for size in _write_array(archive, f"{self.name}/{name}", source, dtype, self.count):
                yield size // dtype.itemsize // 2


def _write_array(
    archive: zipfile.ZipFile, name: str, source: IO[bytes], dtype: np.dtype[Any], count: int
) -> Iterator[int]:
    """Copy a scratch file into the archive as an array; give the bytes of each step."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False}
    source.seek(0)
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, {**header, "shape": (count,)})
        while piece := source.read(_COPIED):
            member.write(piece)
            yield len(piece)


def _write(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    with archive.open(f"{name}.npy", "w") as member:
        np.lib.format.write_array(member, array, allow_pickle=False)


def _write_facts(archive: zipfile.ZipFile, request: ExportRequest, copies: list[_Copy]) -> None:
    marked = [(marker.time_ns, marker.text) for marker in request.markers]
    longest = max([1, *(len(text) for _, text in marked)])
    _write(archive, "markers", np.array(marked, [("time_ns", np.int64), ("text", f"U{longest}")]))
    _write(archive, "curves", np.array([copy.name for copy in copies]))
    about = {
        "server": request.server,
        "epoch": request.epoch,
        "clock": "nanoseconds since 1970-01-01T00:00:00Z by the server's clock",
        "start_ns": request.start_ns,
        "stop_ns": request.stop_ns,
        "left_memory_before_written": {copy.name: copy.gone for copy in copies if copy.gone},
        "reduced": {copy.name: copy.reduced for copy in copies if copy.reduced > 1},
    }
    _write(archive, "about", np.array(json.dumps(about)))


def _gaps(curve: ExportedCurve, request: ExportRequest) -> NDArray[Any]:
    """The gaps: the time of the first sample after each; -1 where nobody knows how many are lost.

    The time is that of the end of the export where no sample has come since.
    """
    found = []
    for gap in curve.series.gaps_between(request.start_ns, request.stop_ns):
        after = curve.series.read(gap.index, gap.index + 1)
        time_ns = int(after.times_ns[0]) if len(after) else request.stop_ns
        found.append((time_ns, -1 if gap.count is None else gap.count, gap.reason))
    longest = max([1, *(len(reason) for _, _, reason in found)])
    fields = [("before_ns", np.int64), ("lost", np.int64), ("reason", f"U{longest}")]
    return np.array(found, fields)
