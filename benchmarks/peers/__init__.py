"""The peers by name, and which of them can run here."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import cast

from benchmarks.peers.peer import Peer
from benchmarks.peers.programs import find_program
from benchmarks.work import Work

__all__ = [
    "APART",
    "LIMIT",
    "OURS",
    "PEERS",
    "SHARED_MEMORY",
    "installed",
    "load",
    "missing",
    "takes_part",
    "those_of",
    "version",
]

OURS = "streamscope"
LIMIT = "relay"
SHARED_MEMORY = "zenoh_shm"


@dataclass(frozen=True)
class Source:
    """Where a peer comes from.

    Attributes:
        distribution: what pip installs, extras included; "" where nothing is needed.
        program: the server's program and Debian package, which have the same name.
    """

    distribution: str = ""
    program: str = ""


SOURCES = {
    OURS: Source("streamscope"),
    "pyzmq": Source("pyzmq"),
    "zenoh": Source("eclipse-zenoh"),
    "nats": Source("nats-py", "nats-server"),
    "redis": Source("redis[hiredis]", "redis-server"),
    SHARED_MEMORY: Source("eclipse-zenoh"),
    LIMIT: Source(),
}
PEERS = tuple(SOURCES)
APART = (SHARED_MEMORY, LIMIT)
"""Those that are no rivals, besides ourselves: what works on one machine only, and the limit."""


def load(name: str) -> Peer:
    """Return the peer; raises ImportError where what it needs is not installed."""
    return cast(Peer, import_module(f"benchmarks.peers.{name}"))


def those_of(work: Work, names: Sequence[str]) -> list[str]:
    """Return which of the peers take part in a work, with the face of ours that it asks for."""
    named = list(names)
    if OURS in named and work.ours != OURS:
        named.insert(0, work.ours)
    return [name for name in named if takes_part(name, work)]


def takes_part(name: str, work: Work) -> bool:
    """Whether the peer can do the work."""
    return work.kind in load(name).KINDS


def missing(name: str) -> str:
    """Return why the peer cannot run here and what brings it, or "" if it can."""
    source = SOURCES.get(name, Source())
    try:
        load(name)
    except ImportError as error:
        remedy = f"; pip install {source.distribution}" if source.distribution else ""
        return f"{error}{remedy}"
    if source.program and not find_program(source.program):
        return f"no program {source.program}; on Debian: apt-get install {source.program}"
    return ""


def version(name: str) -> str:
    """Return the peer's name with the versions that are installed, if any."""
    source = SOURCES.get(name, Source())
    words = [name]
    distribution = source.distribution.partition("[")[0]
    if distribution:
        words.append(installed(distribution))
    if source.program and (path := find_program(source.program)):
        words.append(f"({source.program} {_told_by(path)})")
    return " ".join(word for word in words if word)


def installed(distribution: str) -> str:
    """Return the version of a distribution that is installed, or ""."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _told_by(path: str) -> str:
    command = [path, "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    words = [word.removeprefix("v=").removeprefix("v") for word in told.split()]
    return next((word for word in words if word[:1].isdigit()), "")
