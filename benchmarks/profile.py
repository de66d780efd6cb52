"""The command `python -m benchmarks.profile`: where writer, server and reader spend their time.

    python -m benchmarks.profile                    while 16-byte objects stream
    python -m benchmarks.profile --only blocks,calls

For each work a flat list of the functions with the largest own time, in each of the three processes
(caller, server, callee for calls). py-spy looks at them from outside where it is installed and may;
else cProfile counts from inside, which makes calls look dearer than they are. What the event loop
does in C, its system calls above all, is the own time of `Runner.run`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.harness import Measurement
from benchmarks.line import PartError
from benchmarks.profiles import Profile, by_cprofile, by_py_spy
from benchmarks.selection import some_of
from benchmarks.work import Kind, Pace, Work
from benchmarks.works import WORKS

__all__ = ["main", "profile_text"]

RESULTS = Path(__file__).parent / "results"
WARM_UP_S = 0.5
MOST_LINES = 40
STREAM_NAMES = ("writer", "server", "reader")
CALL_NAMES = ("caller", "server", "callee")


def main(arguments: Sequence[str] | None = None) -> int:
    """Profile what is asked for."""
    options = _parser().parse_args(arguments)
    spy = None if options.cprofile else find_py_spy()
    pace = Pace(1, WARM_UP_S, options.seconds)
    for work in (work for work in WORKS if work.key in options.only):
        text = _profile(work, pace, spy)
        print(text)
        options.folder.mkdir(parents=True, exist_ok=True)
        (options.folder / f"profile-{work.key}.txt").write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    keys = [work.key for work in WORKS]
    known = some_of(keys)
    parser.add_argument(
        "--only", type=known, default=("objects-1",), help=", ".join(keys), metavar="A,B,…"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each work runs")
    parser.add_argument("--cprofile", action="store_true", help="count from inside in any case")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="for profile-WORK.txt")
    return parser


def find_py_spy() -> str | None:
    """Return the path of py-spy, which pip puts beside this Python."""
    return shutil.which("py-spy", path=sysconfig.get_path("scripts")) or shutil.which("py-spy")


def _profile(work: Work, pace: Pace, spy: str | None) -> str:
    if spy is not None:
        try:
            return profile_text(work, "py-spy", *by_py_spy(spy, work, pace))
        except PartError as error:
            print(f"py-spy does not work here, hence cProfile: {error}", file=sys.stderr)
    return profile_text(work, "cProfile", *by_cprofile(work, pace))


def profile_text(
    work: Work, tool: str, run: Measurement, profiles: Sequence[Profile], lines: int = MOST_LINES
) -> str:
    """Return the lists of one work."""
    names = CALL_NAMES if work.kind is Kind.CALLS else STREAM_NAMES
    head = f"{work.title}, {run.per_s:,.0f}/s; {tool}, {datetime.now():%Y-%m-%d %H:%M}"
    sections = [
        "\n".join([f"{name}, own time of {profile.total:.5g} {profile.unit}", *profile.rows(lines)])
        for name, profile in zip(names, profiles, strict=True)
    ]
    return "\n\n".join([head, *sections]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
