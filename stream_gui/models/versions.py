"""The versions of what this window is made of, for a report; it asks no server."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import qVersion

import stream_core as sc

__all__ = ["versions"]

_PACKAGES = (
    ("PySide6", "PySide6-Essentials"),
    ("pyqtgraph", "pyqtgraph"),
    ("qasync", "qasync"),
    ("NumPy", "numpy"),
    ("msgspec", "msgspec"),
)


def versions(server: sc.ServerStatistics | None) -> list[tuple[str, str]]:
    """Names with their versions.

    Args:
        server: the one that is joined, if any.
    """
    return [
        ("streamscope", sc.__version__),
        ("server", server.version if server is not None else "not connected"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("Qt", qVersion()),
        *((name, _version(package)) for name, package in _PACKAGES),
        ("system", platform.platform()),
    ]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"
