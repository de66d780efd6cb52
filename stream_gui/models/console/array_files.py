"""Arrays from files, for arguments of calls: .npy and columns of numbers; it never unpickles."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ArrayFileError", "read_array"]

LARGEST_BYTES = 256 * 1024 * 1024
COLUMN_FILES = (".csv", ".txt", ".tsv", ".dat")


class ArrayFileError(ValueError):
    """The file holds no array that can be sent; the message says why."""


def read_array(name: str) -> NDArray[Any]:
    """The array in a file, read-only; read again only when the file has changed.

    Args:
        name: of a .npy file, or of a text file with columns of numbers (.csv, .txt, .tsv, .dat),
            whose first line may hold headings; `~` is the home folder.

    Raises:
        ArrayFileError: It cannot be read, is too large, or holds something else.
    """
    path = Path(name).expanduser()
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise ArrayFileError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    if facts.st_size > LARGEST_BYTES:
        raise ArrayFileError(f"{name} has more than {LARGEST_BYTES >> 20} MiB")
    return _read(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=2)
def _read(path: Path, _changed_ns: int, _size_bytes: int) -> NDArray[Any]:
    try:
        array = _columns(path) if path.suffix.lower() in COLUMN_FILES else _numpy_file(path)
    except (OSError, ValueError) as error:
        raise ArrayFileError(f"{path.name}: {error}") from None
    array.flags.writeable = False
    return array


def _numpy_file(path: Path) -> NDArray[Any]:
    if path.suffix.lower() != ".npy":
        raise ArrayFileError(f"{path.name} is neither .npy nor one of {', '.join(COLUMN_FILES)}")
    array: NDArray[Any] = np.load(path, allow_pickle=False)
    return array


def _columns(path: Path) -> NDArray[Any]:
    """One array of a single column or row; of several columns one with a row for each line."""
    with path.open(encoding="utf-8-sig") as file:
        first = next((line for line in file if line.strip() and not line.startswith("#")), "")
    delimiter = next((mark for mark in (",", ";", "\t") if mark in first), None)
    skipped = 0 if _is_numbers(first, delimiter) else 1
    with path.open(encoding="utf-8-sig") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")][skipped:]
    if not lines:
        raise ArrayFileError(f"{path.name} has no numbers")
    return np.loadtxt(lines, delimiter=delimiter)


def _is_numbers(line: str, delimiter: str | None) -> bool:
    try:
        return bool([float(part) for part in line.split(delimiter)])
    except ValueError:
        return False
