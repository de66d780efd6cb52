"""The command: `python -m benchmarks`; prints the tables, and keeps those of whole runs.

python -m benchmarks                            everything
python -m benchmarks --quick                    everything, in less than three minutes
python -m benchmarks --only objects-1,samples --peers streamscope,pyzmq --rounds 3
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import peers
from benchmarks.alone import TRIALS as ALONE
from benchmarks.report import report
from benchmarks.rounds import Clock, run_trials, run_works
from benchmarks.screen import TRIALS as ON_SCREEN
from benchmarks.selection import some_of
from benchmarks.work import Pace
from benchmarks.works import WORKS

__all__ = ["main"]

RESULTS = Path(__file__).parent / "results"
FULL = Pace(rounds=5, warm_up_s=0.5, measure_s=2.0)
QUICK = Pace(rounds=1, warm_up_s=0.15, measure_s=0.4)
QUICK_WITHIN_S = 140.0
QUICK_PEERS = tuple(name for name in peers.PEERS if name != peers.SHARED_MEMORY)
TRIALS = (*ALONE, *ON_SCREEN)
KEYS = (*(work.key for work in WORKS), *(trial.key for trial in TRIALS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 if a run of ours failed or lost anything."""
    options = _options(arguments)
    left_out = {name: reason for name in options.peers if (reason := peers.missing(name))}
    names = [name for name in options.peers if name not in left_out]
    for name, reason in left_out.items():
        _tell(f"left out: {name} ({reason})")
    works = [work for work in WORKS if work.key in options.only]
    trials = [one for one in TRIALS if one.key in options.only and peers.OURS in options.peers]
    clock = Clock(options.within)
    results = run_works(names, works, options.pace, clock, _tell)
    outcomes = run_trials(trials, options.pace, clock, _tell)
    left_out |= dict.fromkeys(clock.left_out, "there was no time")
    text = report(results, outcomes, left_out, options.pace)
    print(text)
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, encoding="utf-8")
    failures = [one.failures for one in results if one.is_ours]
    return int(any([*failures, *(outcome.failures for outcome in outcomes)]))


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = _parser().parse_args(arguments)
    base = QUICK if options.quick else FULL
    measure_s = options.seconds or base.measure_s
    options.pace = Pace(options.rounds or base.rounds, base.warm_up_s, measure_s)
    if options.within is None and options.quick:
        options.within = QUICK_WITHIN_S
    everybody = QUICK_PEERS if options.quick else peers.PEERS
    options.peers = options.peers or everybody
    if options.output is None and options.only == KEYS and options.peers == everybody:
        name = f"{date.today()}-quick" if options.quick else f"{date.today()}"
        options.output = RESULTS / f"{name}.md"
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    for name, known, default in (("--only", KEYS, KEYS), ("--peers", peers.PEERS, None)):
        listed = ", ".join(known)
        kind = some_of(known)
        parser.add_argument(name, type=kind, default=default, help=listed, metavar="A,B,…")
    parser.add_argument("--rounds", type=int, help="how often everything is run")
    parser.add_argument("--seconds", type=float, help="how long each run measures")
    parser.add_argument("--within", type=float, help="seconds after which no other work begins")
    parser.add_argument(
        "--output", type=Path, help="the file to write; else only whole runs are kept"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
