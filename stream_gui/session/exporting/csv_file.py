"""Samples as CSV: lines that say what they are, then a row for each time; never holds all of them.

The first lines begin with "#". Times are nanoseconds since 1970 of the server's clock and, beside
that, local time with its offset. A cell is empty where a curve has no sample at that time.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.merged_rows import Cells, MergedRows
from stream_gui.session.exporting.atomic_file import replacing
from stream_gui.session.exporting.request import ExportedCurve, ExportRequest, Progress

__all__ = ["local_times", "write_csv"]

_SECOND_NS = 1_000_000_000


def write_csv(path: Path, request: ExportRequest, progress: Progress) -> int:
    """Write the request's samples, and tell how many were no longer kept when it came to them.

    Raises:
        ExportCancelledError: The operator wants it no more; nothing is left behind.
        OSError: It cannot be written; nothing is left behind.
    """
    rows = MergedRows([c.series for c in request.curves], request.start_ns, request.stop_ns)
    progress.at(0, rows.total)
    with replacing(path) as file:
        file.write("".join(f"# {line}\n" for line in _facts(request)).encode())
        file.write(_headings(request.curves).encode())
        for piece in rows:
            columns = [_texts(cells, len(piece.times_ns)) for cells in piece.columns]
            cells = (map(str, piece.times_ns.tolist()), local_times(piece.times_ns), *columns)
            file.write("".join(f"{','.join(row)}\n" for row in zip(*cells, strict=True)).encode())
            progress.at(piece.taken, rows.total)
        if rows.gone:
            file.write(f"# {rows.gone} samples left memory before they were written\n".encode())
    return rows.gone


def local_times(times_ns: NDArray[np.int64]) -> list[str]:
    """Local times with their offsets, such as 2026-11-30T17:45:06.123456789+01:00.

    Args:
        times_ns: nanoseconds since 1970, in any order, of a stretch in which the offset changes at
            whole quarters of an hour.
    """
    quarters, place = np.unique(times_ns // (900 * _SECOND_NS), return_inverse=True)
    offsets_s = [time.localtime(int(quarter) * 900).tm_gmtoff for quarter in quarters]
    offset_ns = np.array(offsets_s, np.int64)[place] * _SECOND_NS
    texts = np.datetime_as_string((times_ns + offset_ns).astype("M8[ns]"), unit="ns").tolist()
    suffixes = [_offset_text(offset_s) for offset_s in offsets_s]
    if len(set(suffixes)) == 1:
        return [text + suffixes[0] for text in texts]
    return [text + suffixes[number] for text, number in zip(texts, place, strict=True)]


def _facts(request: ExportRequest) -> Iterator[str]:
    """What a reader of the file should know."""
    yield "streamscope export"
    epoch = "unknown" if request.epoch is None else str(request.epoch)
    yield f"server: {_plain(request.server) or 'unknown'}, epoch {epoch}"
    zone = time.strftime("%Z", time.localtime(request.stop_ns // _SECOND_NS))
    yield (
        "time_ns: nanoseconds since 1970-01-01T00:00:00Z by the server's clock, "
        f"which never steps within an epoch; time: the same as local time ({zone})"
    )
    start, stop = local_times(np.array([request.start_ns, request.stop_ns]))
    yield f"from {start} to {stop}, both included"
    for curve in request.curves:
        yield from _facts_of(curve, request.start_ns, request.stop_ns)
    for marker in request.markers:
        (when,) = local_times(np.array([marker.time_ns]))
        yield f"marker: {marker.time_ns}, {when}: {_plain(marker.text)}"


def _facts_of(curve: ExportedCurve, start_ns: int, stop_ns: int) -> Iterator[str]:
    spans = curve.series.spans(start_ns, stop_ns)
    count = sum(last - first for first, last in spans)
    name = _plain(curve.name)
    yield f"curve: {name}, unit {_plain(curve.unit) or 'none'}, {count} samples"
    reduced = curve.series.reduced_between(start_ns, stop_ns)
    if reduced > 1:
        yield f"reduced: {name} has pairs of minimum and maximum, of up to {reduced} samples each"
    gaps = curve.series.gaps_between(start_ns, stop_ns)
    for gap in gaps:
        stretch = curve.series.read(gap.index, gap.index + 1)
        before = f"before {local_times(stretch.times_ns)[0]}" if len(stretch) else "at the end"
        lost = "unknown how many" if gap.count is None else f"{gap.count} samples"
        yield f"lost: {name}, {before}: {lost} ({_plain(gap.reason)})"
    if not gaps:
        yield f"lost: {name}: none known"


def _headings(curves: tuple[ExportedCurve, ...]) -> str:
    names = [f"{c.name} [{c.unit}]" if c.unit else c.name for c in curves]
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(["time_ns", "time", *map(_plain, names)])
    return line.getvalue()


def _texts(cells: Cells, count: int) -> list[str]:
    """A cell for each row: as many digits as give the same number again; "" for no sample."""
    single = cells.values.dtype == np.float32
    texts = list(map(str, cells.values)) if single else list(map(repr, cells.values.tolist()))
    if len(texts) == count and np.array_equal(cells.rows, np.arange(count)):
        return texts
    column = [""] * count
    for row, text in zip(cells.rows.tolist(), texts, strict=True):
        column[row] = text
    return column


def _offset_text(offset_s: int) -> str:
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return f"{'-' if offset_s < 0 else '+'}{hours:02d}:{minutes:02d}"


def _plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
