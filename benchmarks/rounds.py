"""All runs: every piece of work, peers by turns (A B A B), and the medians of what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks import peers
from benchmarks.harness import Measurement, measure
from benchmarks.line import PartError
from benchmarks.work import Pace, Work

__all__ = ["Result", "run_all"]


@dataclass
class Result:
    """All runs of one peer with one piece of work.

    Attributes:
        peer: the peer's name.
        work: what was moved.
        runs: what they gave, in order.
        failures: why runs gave nothing.
    """

    peer: str
    work: Work
    runs: list[Measurement] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        """The median rate; 0 if no run succeeded."""
        return median(run.per_s for run in self.runs) if self.runs else 0.0

    @property
    def lost(self) -> int:
        """Items lost in all runs."""
        return sum(run.lost for run in self.runs)

    @property
    def typical(self) -> Measurement:
        """The run whose rate is the median, or next to it."""
        return sorted(self.runs, key=lambda run: run.per_s)[len(self.runs) // 2]

    def add(self, pace: Pace) -> str:
        """Run once more; return in words what came out."""
        try:
            run = measure(self.peer, self.work, pace)
        except (PartError, ValueError) as error:
            self.failures.append(str(error))
            return f"failed: {error}"
        self.runs.append(run)
        return f"{run.per_s:,.0f}/s" + (f", {run.lost} lost" if run.lost else "")


def run_all(
    names: Sequence[str], works: Sequence[Work], pace: Pace, tell: Callable[[str], None]
) -> list[Result]:
    """Run everything; `tell` is called with a line for each run."""
    results = [Result(peer, work) for work in works for peer in names if _takes_part(peer, work)]
    for number, result in _turns(results, works, pace.rounds):
        outcome = result.add(pace)
        tell(f"{result.work.title}, round {number}, {result.peer}: {outcome}")
    return results


def _takes_part(name: str, work: Work) -> bool:
    return work.kind in peers.load(name).KINDS


def _turns(
    results: Sequence[Result], works: Sequence[Work], rounds: int
) -> Iterator[tuple[int, Result]]:
    for work in works:
        for number in range(1, rounds + 1):
            yield from ((number, result) for result in results if result.work == work)
