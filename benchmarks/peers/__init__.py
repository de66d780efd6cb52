"""The peers by name, and which of them can run here."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import cast

from benchmarks.peers.peer import Peer

__all__ = ["APART", "LIMIT", "OURS", "PEERS", "SHARED_MEMORY", "load", "missing", "version"]

OURS = "streamscope"
LIMIT = "relay"
SHARED_MEMORY = "zenoh_shm"
DISTRIBUTIONS = {
    OURS: "streamscope",
    "pyzmq": "pyzmq",
    "zenoh": "eclipse-zenoh",
    SHARED_MEMORY: "eclipse-zenoh",
    LIMIT: "",
}
PEERS = tuple(DISTRIBUTIONS)
APART = (OURS, SHARED_MEMORY, LIMIT)
"""Those that are no rivals: ourselves, what works on one machine only, and the limit."""


def load(name: str) -> Peer:
    """Return the peer; raises ImportError where what it needs is not installed."""
    return cast(Peer, import_module(f"benchmarks.peers.{name}"))


def missing(name: str) -> str:
    """Return why the peer cannot run here, or "" if it can."""
    try:
        load(name)
    except ImportError as error:
        return str(error)
    return ""


def version(name: str) -> str:
    """Return the peer's name with the version that is installed, if any."""
    try:
        return f"{name} {metadata.version(DISTRIBUTIONS[name])}"
    except (metadata.PackageNotFoundError, ValueError):
        return name
