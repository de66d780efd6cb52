"""Fuzzes one target after another for a share of the time: `python -m tests.fuzzing`, `make fuzz`.

python -m tests.fuzzing --minutes 30
python -m tests.fuzzing --only DATA-member,CALL-member --minutes 5
python -m tests.fuzzing --only CALL-member --again .fuzz/finds/CALL-member/crash-…

Where there is no time for all, as many as there is time for have their turn, and the next run goes
on from there. The corpus of each target grows in `.fuzz/corpus`; what was found lies in
`.fuzz/finds`, and becomes a test.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.fuzzing.round import Round, turned
from tests.fuzzing.targets import TARGETS

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".fuzz"
NEXT = KEPT / "next"  # whose turn it is
START_S = 180.0  # of a process, on a busy computer, and its last input
RUNS = re.compile(r"number_of_executed_units: *(\d+)")
LAST_LINES = 40


class Outcome(NamedTuple):
    """What came of one target."""

    name: str
    runs: int
    failed: bool
    said: str


def main() -> int:
    """Fuzz what is asked for; 1 if anything was found."""
    options = _options()
    if options.again is not None:
        for name in options.only:
            TARGETS[name]()(options.again.read_bytes())
        return 0
    if importlib.util.find_spec("atheris") is None:
        print(
            "atheris is not installed for this Python, so nothing is guided by coverage: valid "
            "frames are changed at random"
        )
    first = NEXT.read_text() if NEXT.exists() else ""
    names = turned(options.only, first)
    work = Round(names, options.jobs, time.monotonic() + 60 * options.minutes)
    with ThreadPoolExecutor(options.jobs) as pool:
        done = [pool.submit(_work, work) for _ in range(options.jobs)]
    outcomes = [outcome for each in done for outcome in each.result()]
    finds = [outcome for outcome in outcomes if outcome.failed]
    for outcome in finds:
        print(f"\n── {outcome.name}: a find, in {KEPT / 'finds' / outcome.name}\n{outcome.said}")
    runs = sum(outcome.runs for outcome in outcomes)
    print(f"{len(outcomes)} targets, {runs} inputs, {len(finds)} finds")
    if work.left:
        print(
            f"no time for {len(work.left)}, with which the next run begins: {', '.join(work.left)}"
        )
        KEPT.mkdir(exist_ok=True)
        NEXT.write_text(work.left[0])
    return int(bool(finds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="for all targets together")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at once")
    parser.add_argument("--only", type=_names, default=list(TARGETS), metavar="A,B,…")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try these bytes alone")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in TARGETS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(TARGETS)}")
    return names


def _work(work: Round) -> list[Outcome]:
    """Fuzz one after another until the time is over."""
    outcomes = []
    while (target := work.next(begin_s := time.monotonic())) is not None:
        outcomes.append(_fuzz(*target))
        if not outcomes[-1].failed:
            work.ended(time.monotonic() - begin_s, target[1])
    return outcomes


def _fuzz(name: str, seconds: float) -> Outcome:
    corpus, finds = KEPT / "corpus" / name, KEPT / "finds" / name
    finds.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzzing.one", name, f"{seconds:.0f}", corpus, finds]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + START_S,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode(errors="replace")
        return Outcome(name, 0, True, f"it does not come to its end\n{_last(said)}")
    said = done.stdout.decode(errors="replace")
    found = RUNS.search(said)
    runs = int(found[1]) if found else 0
    print(f"{name}: {runs} inputs", flush=True)
    return Outcome(name, runs, done.returncode != 0, _last(said))


def _last(said: str) -> str:
    return "\n".join(said.splitlines()[-LAST_LINES:])


if __name__ == "__main__":
    sys.exit(main())
