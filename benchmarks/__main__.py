"""The command: `python -m benchmarks [--quick]`; prints the tables and keeps them."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from benchmarks import peers
from benchmarks.report import report
from benchmarks.rounds import run_all
from benchmarks.work import WORKS, Pace

__all__ = ["main"]

RESULTS = Path(__file__).parent / "results"
FULL = Pace(rounds=5, warm_up_s=1.0, measure_s=3.0)
QUICK = Pace(rounds=3, warm_up_s=0.3, measure_s=0.7)


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 if a run failed."""
    options = _options(arguments)
    absent = {name: reason for name in options.peers if (reason := peers.missing(name))}
    names = [name for name in options.peers if name not in absent]
    for name, reason in absent.items():
        print(f"left out: {name} ({reason})", file=sys.stderr)
    works = [work for work in WORKS if work.key in options.works]
    results = run_all(names, works, options.pace, lambda line: print(line, file=sys.stderr))
    text = report(results, absent, options.pace)
    print(text)
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, encoding="utf-8")
    return int(any(result.failures for result in results))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    keys = [work.key for work in WORKS]
    parser.add_argument("--quick", action="store_true", help="under three minutes")
    parser.add_argument("--peers", nargs="+", choices=peers.PEERS, default=peers.PEERS)
    parser.add_argument("--works", nargs="+", choices=keys, default=keys)
    parser.add_argument("--rounds", type=int, help="how often everything is run")
    parser.add_argument("--seconds", type=float, help="how long each run measures")
    parser.add_argument("--output", type=Path, help="the file to write")
    parser.add_argument("--no-output", action="store_true", help="write no file")
    options = parser.parse_args(arguments)
    options.pace = _pace(options)
    if options.output is None and not options.no_output:
        name = f"{date.today()}-quick" if options.quick else f"{date.today()}"
        options.output = RESULTS / f"{name}.md"
    return options


def _pace(options: argparse.Namespace) -> Pace:
    base = QUICK if options.quick else FULL
    return Pace(options.rounds or base.rounds, base.warm_up_s, options.seconds or base.measure_s)


if __name__ == "__main__":
    sys.exit(main())
