"""The tables: ratios to the best rival and to the limit, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks import peers
from benchmarks.rounds import Result
from benchmarks.work import Kind, Pace, Work

__all__ = ["best_rival", "report"]

NOTES = """\
Every part is a process of its own on this machine; rates are medians of the rounds, for each
reader, at the moment when user code has the item (an ndarray where it is an array); what arrives
after the writer has stopped is not counted. CPU is that of the median run, writer / broker / each
reader (caller / broker / callee), warm-up included. The relay is the limit: blocking sockets and
64 KiB writes, no framing, topics, policies or accounts. Every peer is set so that it waits rather
than drops; lost items are counted over all rounds and readers. Loopback stands for a network here,
hence zenoh without its shared memory is the rival, and zenoh_shm, with it, stands apart.
"""


def report(results: Sequence[Result], absent: dict[str, str], pace: Pace) -> str:
    """Return the whole report."""
    works = list(dict.fromkeys(result.work for result in results))
    present = {result.peer for result in results}
    names = [name for name in peers.PEERS if name in present]
    sections = [_head(names, absent, pace), _summary(results, works)]
    sections += [_details([one for one in results if one.work == work]) for work in works]
    failures = _failures(results)
    return "\n\n".join([*sections, *([failures] if failures else []), NOTES])


def best_rival(results: Sequence[Result], work: Work) -> Result | None:
    """Return the fastest of the rivals that stand for a network."""
    rivals = [one for one in _of(results, work) if one.peer not in peers.APART]
    return max(rivals, key=lambda result: result.per_s, default=None)


def _head(names: Sequence[str], absent: dict[str, str], pace: Pace) -> str:
    versions = ", ".join(peers.version(name) for name in names)
    lines = [
        f"# {datetime.now():%Y-%m-%d %H:%M}, {pace.rounds} rounds of {pace.measure_s:g} s",
        "",
        f"{versions}; Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores",
    ]
    lines += [f"Left out: {name} ({reason})" for name, reason in absent.items()]
    return "\n".join(lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def _summary(results: Sequence[Result], works: Sequence[Work]) -> str:
    rows = [
        "| work | streamscope | best rival | ratio | limit | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for work in works:
        ours = _find(results, work, peers.OURS)
        rival = best_rival(results, work)
        limit = _find(results, work, peers.LIMIT)
        cells = [_rate(ours), _rate(rival, named=True), _ratio(ours, rival)]
        rows.append(_row([work.title, *cells, _rate(limit), _ratio(ours, limit)]))
    return "\n".join([*rows, *_shared_memory(results, works)])


def _shared_memory(results: Sequence[Result], works: Sequence[Work]) -> list[str]:
    """Return what must be said beside the ratios, which are those over the network."""
    found = {work: _find(results, work, peers.SHARED_MEMORY) for work in works}
    rates = [f"{work.title} {_rate(one)}" for work, one in found.items() if one is not None]
    name = "Zenoh at its defaults (shared memory, between processes of one machine only)"
    return ["", f"{name}: {'; '.join(rates)}."] if rates else []


def _details(results: Sequence[Result]) -> str:
    work = results[0].work
    unit = "call" if work.kind is Kind.CALLS else "item"
    rival, limit = best_rival(results, work), _find(results, work, peers.LIMIT)
    rows = [
        f"## {work.title}",
        "",
        f"| peer | median | least, most | ÷ best rival | ÷ limit | lost | CPU s | µs / {unit} |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [_row([*_facts(one, rival, limit), *_costs(one)]) for one in results if one.runs]
    return "\n".join(rows)


def _facts(result: Result, rival: Result | None, limit: Result | None) -> list[str]:
    rates = sorted(run.per_s for run in result.runs)
    spread = f"{_number(rates[0], result.work)}, {_number(rates[-1], result.work)}"
    ratios = [_ratio(result, rival), _ratio(result, limit)]
    return [result.peer, _rate(result), spread, *ratios, f"{result.lost:,}"]


def _costs(result: Result) -> list[str]:
    run = result.typical
    seconds = " / ".join(f"{cpu_s:.2f}" for cpu_s in run.cpu_s)
    digits = 2 if result.work.kind is Kind.OBJECTS else 0
    each = " / ".join(f"{cpu_s / run.count * 1e6:.{digits}f}" for cpu_s in run.cpu_s)
    return [seconds, each]


def _failures(results: Sequence[Result]) -> str:
    lines = [
        f"- {result.work.title}, {result.peer}: {failure.strip().splitlines()[-1]}"
        for result in results
        for failure in result.failures
    ]
    return "\n".join(["Runs that failed:", "", *lines]) if lines else ""


def _find(results: Sequence[Result], work: Work, peer: str) -> Result | None:
    found = [one for one in _of(results, work) if one.peer == peer]
    return found[0] if found else None


def _of(results: Sequence[Result], work: Work) -> list[Result]:
    return [one for one in results if one.work == work and one.runs]


def _rate(result: Result | None, *, named: bool = False) -> str:
    if result is None:
        return "-"
    text = _number(result.per_s, result.work)
    if result.work.kind is Kind.CALLS:
        run = result.typical
        text += f", p50 {run.p50_s * 1e6:.0f} µs, p99 {run.p99_s * 1e6:.0f} µs"
    return f"{result.peer} {text}" if named else text


def _number(per_s: float, work: Work) -> str:
    if work.kind is Kind.ARRAYS:
        return f"{per_s * work.size_bytes / 1e6:,.0f} MB/s"
    if per_s >= 1e6:
        return f"{per_s / 1e6:.2f} M/s"
    return f"{per_s / 1e3:.{2 if per_s < 1e5 else 0}f} k/s"


def _ratio(result: Result | None, other: Result | None) -> str:
    if result is None or other is None:
        return "-"
    return f"{result.per_s / other.per_s:.2f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
