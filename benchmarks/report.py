"""The tables: ratios to the best rival and to the limit, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from benchmarks import peers
from benchmarks.alone.trial import Outcome, Reading
from benchmarks.rounds import Result
from benchmarks.work import RIVAL, Figure, Goal, Kind, Pace, Work
from stream_core.per_item import COMPILED

__all__ = ["best_rival", "report"]

LIBRARIES = ("numpy", "msgspec", "uvloop", "hiredis")
"""Others whose versions matter."""

NOTES = """\
Every part is a process of its own on this machine, and what they say to each other goes over TCP.
Rates are medians of the rounds, for each reader, at the moment when user code has the item (an
ndarray where it is an array); what arrives after the writer has stopped is not counted. Delays are
from the call that sends to the moment when user code has the item; p50 and p99 are those of one
round, and the tables show their medians. A goal is a ratio to the best rival of the row, which has
the highest rate or the shortest time. CPU is that of the median run, writer / broker / each reader
(caller / broker / callee), with the warm-up of streams.

The relay is the limit: blocking sockets and writes of 64 KiB (of 1 MiB for arrays of that size),
no framing, topics, policies or accounts. Every peer is set so that it waits rather than drops,
where it can be; lost items are counted over all rounds and readers, and a run of streamscope that
loses anything has failed. Loopback stands for a network here, hence zenoh without its shared
memory is the rival, and zenoh_shm, with it, stands apart. What differs between computers: there
streamscope's clients leave the size of their send buffers to the system.
"""


def report(
    results: Sequence[Result],
    outcomes: Sequence[Outcome],
    left_out: Mapping[str, str],
    pace: Pace,
) -> str:
    """Return the whole report; what was left out is named with the reason."""
    works = list(dict.fromkeys(result.work for result in results))
    present = {result.peer for result in results}
    names = [name for name in peers.PEERS if name in present]
    sections = [_head(names, left_out, pace)]
    sections += [_summary(results, works)] if works else []
    sections += [_trials(outcomes)] if outcomes else []
    sections += [_details([one for one in results if one.work == work]) for work in works]
    failures = _failures(results, outcomes)
    return "\n\n".join([*sections, *([failures] if failures else []), NOTES])


def best_rival(
    results: Sequence[Result], work: Work, figure: Figure = Figure.RATE
) -> Result | None:
    """Return the best of the rivals that stand for a network."""
    rivals = [one for one in _of(results, work) if _is_rival(one)]
    choose = min if figure.less_is_better else max
    return choose(rivals, key=lambda result: result.value(figure), default=None)


def _is_rival(result: Result) -> bool:
    return not result.is_ours and result.peer not in peers.APART


def _head(names: Sequence[str], left_out: Mapping[str, str], pace: Pace) -> str:
    versions = [peers.version(name) for name in names]
    versions += [f"{name} {peers.installed(name)}" for name in LIBRARIES if peers.installed(name)]
    versions += [f"streamscope's items {'' if COMPILED else 'not '}compiled"]
    lines = [
        f"# {datetime.now():%Y-%m-%d %H:%M}, {pace.rounds} rounds of {pace.measure_s:g} s",
        "",
        f"{', '.join(versions)}; Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores",
    ]
    lines += [f"\nLeft out: {name} ({reason})" for name, reason in left_out.items()]
    return "\n".join(lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


# The summary, with the goals


def _summary(results: Sequence[Result], works: Sequence[Work]) -> str:
    rows = [
        "| work | streamscope | best rival | ratio | goal | met | relay | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for work in works:
        rows += [_summary_row(results, work, figure) for figure in work.figures]
    return "\n".join([*rows, *_other_goals(results, works), *_shared_memory(results, works)])


def _summary_row(results: Sequence[Result], work: Work, figure: Figure) -> str:
    ours = _find(results, work, work.ours)
    rival = best_rival(results, work, figure)
    limit = _find(results, work, peers.LIMIT)
    goals = [goal for goal in work.goals if goal.to == RIVAL and goal.figure == figure]
    title = f"{work.title}, {figure.name.lower()}" if work.rate_per_s else work.title
    cells = [title, _cell(ours, figure), _cell(rival, figure, named=True)]
    cells += [_ratio(ours, rival, figure), *_verdict(goals, ours, rival)]
    return _row([*cells, _cell(limit, figure), _ratio(ours, limit, figure)])


def _verdict(goals: Sequence[Goal], ours: Result | None, other: Result | None) -> list[str]:
    """Return the goal and whether it was met; what lost anything has met none."""
    if not goals:
        return ["", ""]
    (goal,) = goals
    if ours is None or other is None:
        return [str(goal), "-"]
    if ours.failures:
        return [str(goal), "**failed**"]
    ratio = ours.value(goal.figure) / other.value(goal.figure)
    return [str(goal), "yes" if goal.met_by(ratio) else "**no**"]


def _other_goals(results: Sequence[Result], works: Sequence[Work]) -> list[str]:
    lines = []
    for work in works:
        ours = _find(results, work, work.ours)
        for goal in work.goals:
            other = _find(results, work, goal.to)
            if ours is None or other is None:
                continue
            text, met = _verdict([goal], ours, other)
            ratio = _ratio(ours, other, goal.figure)
            lines.append(f"- {work.title}, to {goal.to}: {ratio} (goal {text}, met: {met})")
    return ["", "Further goals:", "", *lines] if lines else []


def _shared_memory(results: Sequence[Result], works: Sequence[Work]) -> list[str]:
    """Return what must be said beside the ratios, which are those over the network."""
    texts = [
        f"{work.title} {', '.join(_cell(one, figure) for figure in work.figures)}"
        for work in works
        if (one := _find(results, work, peers.SHARED_MEMORY)) is not None
    ]
    name = "Zenoh at its defaults (shared memory, between processes of one machine only)"
    return ["", f"{name}: {'; '.join(texts)}."] if texts else []


# Streamscope alone


def _trials(outcomes: Sequence[Outcome]) -> str:
    rows = ["| streamscope alone | | median | goal | met |", "|---|---|---|---|---|"]
    for outcome in outcomes:
        title = outcome.trial.title
        for reading in outcome.trial.readings:
            rows.append(_row([title, reading.title, *_trial_cells(outcome, reading)]))
            title = ""
    return "\n".join(rows)


def _trial_cells(outcome: Outcome, reading: Reading) -> list[str]:
    goal = reading.goal
    if not outcome.runs:
        return ["-", goal, "**failed**"]
    value = outcome.value(reading)
    if not goal:
        return [reading.text(value), "", ""]
    met = "**failed**" if outcome.failures else "yes" if reading.met_by(value) else "**no**"
    return [reading.text(value), goal, met]


# All peers, a table for each work


def _details(results: Sequence[Result]) -> str:
    work = results[0].work
    unit = "call" if work.kind is Kind.CALLS else "item"
    rows = [
        f"## {work.title}",
        "",
        f"| peer | {_heading(work)} | least, most | ÷ best rival | ÷ relay | lost | CPU s "
        f"| µs / {unit} |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [_row([*_facts(one, results), *_costs(one)]) for one in results if one.runs]
    return "\n".join(rows)


def _heading(work: Work) -> str:
    return "p50, p99" if work.rate_per_s else "median"


def _facts(result: Result, results: Sequence[Result]) -> list[str]:
    work = result.work
    figure = work.figures[0]
    rival = best_rival(results, work, figure)
    limit = _find(results, work, peers.LIMIT)
    middle = ", ".join(_cell(result, figure) for figure in work.figures)
    spread = ", ".join(_number(value, work, figure) for value in result.spread(figure))
    ratios = [_ratio(result, rival, figure), _ratio(result, limit, figure)]
    return [result.peer, middle, spread, *ratios, f"{result.lost:,}"]


def _costs(result: Result) -> list[str]:
    run = result.typical
    seconds = " / ".join(f"{cpu_s:.2f}" for cpu_s in run.cpu_s)
    each_us = [cpu_s / run.count * 1e6 for cpu_s in run.cpu_s]
    return [seconds, " / ".join(f"{each:.{2 if each < 10 else 0}f}" for each in each_us)]


def _failures(results: Sequence[Result], outcomes: Sequence[Outcome]) -> str:
    said = [
        (f"{result.work.title}, {result.peer}", failure)
        for result in results
        for failure in result.failures
    ]
    said += [(outcome.trial.title, text) for outcome in outcomes for text in outcome.failures]
    lines = [f"- {who}: {failure.strip().splitlines()[-1]}" for who, failure in said]
    return "\n".join(["Runs that failed:", "", *lines]) if lines else ""


# Results and numbers


def _find(results: Sequence[Result], work: Work, peer: str) -> Result | None:
    found = [one for one in _of(results, work) if one.peer == peer]
    return found[0] if found else None


def _of(results: Sequence[Result], work: Work) -> list[Result]:
    return [one for one in results if one.work == work and one.runs]


def _cell(result: Result | None, figure: Figure, *, named: bool = False) -> str:
    if result is None:
        return "-"
    text = _number(result.value(figure), result.work, figure)
    if figure is Figure.RATE and (p50_s := result.value(Figure.P50)):
        text += f", p50 {p50_s * 1e6:.0f} µs, p99 {result.value(Figure.P99) * 1e6:.0f} µs"
    return f"{result.peer} {text}" if named else text


def _number(value: float, work: Work, figure: Figure) -> str:
    if figure is not Figure.RATE:
        return f"{value * 1e6:.0f} µs"
    if work.kind is Kind.ARRAYS:
        return f"{value * work.size_bytes / 1e6:,.0f} MB/s"
    if work.kind is Kind.BLOCKS:
        return f"{value * work.samples / 1e6:.1f} M/s"
    if value >= 1e6:
        return f"{value / 1e6:.2f} M/s"
    return f"{value / 1e3:.{2 if value < 1e5 else 0}f} k/s"


def _ratio(result: Result | None, other: Result | None, figure: Figure) -> str:
    if result is None or other is None:
        return "-"
    return f"{result.value(figure) / other.value(figure):.2f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
