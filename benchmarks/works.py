"""The list of all works, with the goals of each."""

from __future__ import annotations

from benchmarks.work import Figure, Goal, Kind, Work

__all__ = ["WORKS"]

KIB = 1024
MIB = 1024 * 1024
LIMIT = "relay"
SOON = (Goal(0.9, Figure.P50), Goal(1.0, Figure.P99))


def _objects(key: str, title: str, size_bytes: int, readers: int, least: float) -> Work:
    goals = (Goal(least),)
    return Work(key, title, Kind.OBJECTS, size_bytes, readers, chunk=1000, goals=goals)


def _arrays(key: str, title: str, size_bytes: int, readers: int, *goals: Goal) -> Work:
    chunk = max(1, MIB // size_bytes)
    return Work(key, title, Kind.ARRAYS, size_bytes, readers, chunk=chunk, goals=goals)


def _latency(key: str, title: str, kind: Kind, size_bytes: int) -> Work:
    return Work(key, title, kind, size_bytes, readers=1, rate_per_s=1000, goals=SOON)


WORKS = (
    _objects("objects-1", "16 B objects, 1 → 1", 16, 1, 2.0),
    _objects("objects-4", "16 B objects, 1 → 4", 16, 4, 2.0),
    _objects("objects-1k-1", "1 KiB objects, 1 → 1", KIB, 1, 1.5),
    _objects("objects-1k-4", "1 KiB objects, 1 → 4", KIB, 4, 2.0),
    _arrays("arrays-1", "64 KiB arrays, 1 → 1", 64 * KIB, 1, Goal(1.2)),
    _arrays("arrays-4", "64 KiB arrays, 1 → 4", 64 * KIB, 4, Goal(1.7)),
    _arrays("arrays-1m-1", "1 MiB arrays, 1 → 1", MIB, 1, Goal(1.0), Goal(0.7, to=LIMIT)),
    _arrays("arrays-1m-4", "1 MiB arrays, 1 → 4", MIB, 4, Goal(0.9), Goal(0.7, to=LIMIT)),
    Work(
        "samples",
        "float64 samples, one call each",
        Kind.SAMPLES,
        8,
        readers=1,
        chunk=1000,
        goals=(Goal(2.5),),
    ),
    Work(
        "blocks",
        "float64 samples, blocks of 1000",
        Kind.BLOCKS,
        8000,
        readers=1,
        chunk=50,
        goals=(Goal(1.5),),
    ),
    _latency("latency-16", "delay at 1000/s, 16 B objects", Kind.OBJECTS, 16),
    _latency("latency-64k", "delay at 1000/s, 64 KiB arrays", Kind.ARRAYS, 64 * KIB),
    Work("calls", "calls with two floats, one after another", Kind.CALLS, goals=(Goal(1.3),)),
    Work(
        "calls-64",
        "calls with two floats, 64 in flight",
        Kind.CALLS,
        chunk=2000,
        in_flight=64,
        goals=(Goal(1.7),),
    ),
    Work(
        "blocking",
        "16 B objects, 1 → 1, blocking face",
        Kind.OBJECTS,
        16,
        readers=1,
        chunk=1000,
        ours="streamscope_blocking",
        goals=(Goal(1.0), Goal(0.5, to="streamscope")),
    ),
)
