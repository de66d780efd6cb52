"""Arrays from files, for arguments of calls: .npy and columns of numbers; it never unpickles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLUMN_FILES", "ArrayFileError", "column_form", "read_array"]

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


def column_form(name: str) -> dict[str, Any]:
    """The arguments with which `numpy.loadtxt` reads the columns of a text file as they are here.

    Of a file that cannot be read they are those of commas without headings.
    """
    try:
        with Path(name).expanduser().open(encoding="utf-8-sig") as file:
            return _form(file)
    except (OSError, ValueError):
        return {"delimiter": ","}


def _form(lines: Iterable[str]) -> dict[str, Any]:
    """By the first line that is neither empty nor a remark: it may hold headings."""
    number, first = next(
        (
            (number, line)
            for number, line in enumerate(lines)
            if line.strip() and not line.startswith("#")
        ),
        (0, ""),
    )
    delimiter = next((mark for mark in (",", ";", "\t") if mark in first), None)
    form: dict[str, Any] = {} if delimiter is None else {"delimiter": delimiter}
    if not _is_numbers(first, delimiter):
        form["skiprows"] = number + 1
    return form | {"encoding": "utf-8-sig"}


def _columns(path: Path) -> NDArray[Any]:
    """One array of a single column or row; of several columns one with a row for each line."""
    form = column_form(str(path))
    with path.open(encoding="utf-8-sig") as file:
        lines = [*file][form.pop("skiprows", 0) :]
    if not any(line.strip() and not line.startswith("#") for line in lines):
        raise ArrayFileError(f"{path.name} has no numbers")
    return np.loadtxt(lines, **form)


def _is_numbers(line: str, delimiter: str | None) -> bool:
    try:
        return bool([float(part) for part in line.split(delimiter)])
    except ValueError:
        return False
