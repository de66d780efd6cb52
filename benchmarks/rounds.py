"""All runs: every piece of work, peers by turns (A B A B), and the medians of what came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from benchmarks import peers
from benchmarks.alone.trial import Outcome, Trial
from benchmarks.harness import Measurement, measure
from benchmarks.line import PartError
from benchmarks.work import Figure, Pace, Work

__all__ = ["Clock", "Result", "Tell", "run_trials", "run_works"]

Tell = Callable[[str], None]


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
    def is_ours(self) -> bool:
        """Whether it is for us that this peer does the work."""
        return self.peer in (peers.OURS, self.work.ours)

    def value(self, figure: Figure) -> float:
        """The median over the runs; 0 if no run succeeded."""
        return median(getattr(run, figure) for run in self.runs) if self.runs else 0.0

    def spread(self, figure: Figure) -> tuple[float, float]:
        """The least and the most of the runs."""
        values = [getattr(run, figure) for run in self.runs]
        return min(values), max(values)

    @property
    def lost(self) -> int:
        """Items lost in all runs."""
        return sum(run.lost for run in self.runs)

    @property
    def typical(self) -> Measurement:
        """The run whose main figure is the median, or next to it."""
        ordered = sorted(self.runs, key=lambda run: getattr(run, self.work.figures[0]))
        return ordered[len(ordered) // 2]

    def add(self, pace: Pace) -> str:
        """Run once more; return in words what came out. If ours loses anything, it failed."""
        try:
            run = measure(self.peer, self.work, pace)
        except (PartError, ValueError) as error:
            self.failures.append(str(error))
            return f"failed: {error}"
        self.runs.append(run)
        if run.lost and self.is_ours:
            self.failures.append(f"{run.lost:,} of {run.count:,} items were lost")
        return _in_words(run)


def _in_words(run: Measurement) -> str:
    words = [f"{run.per_s:,.0f}/s"]
    if run.p50_s:
        words.append(f"p50 {run.p50_s * 1e6:.0f} µs, p99 {run.p99_s * 1e6:.0f} µs")
    if run.lost:
        words.append(f"{run.lost:,} lost")
    return ", ".join(words)


class Clock:
    """What time there is for all runs.

    Args:
        within_s: how long from now on works and trials may begin; None: without end.
    """

    def __init__(self, within_s: float | None = None) -> None:
        self._until_s = None if within_s is None else monotonic() + within_s
        self.left_out: list[str] = []

    def allows(self, title: str) -> bool:
        """Whether there is time for one more; else its title is kept as left out."""
        if self._until_s is None or monotonic() < self._until_s:
            return True
        self.left_out.append(title)
        return False


def run_works(
    names: Sequence[str], works: Sequence[Work], pace: Pace, clock: Clock, tell: Tell
) -> list[Result]:
    """Run the works; `tell` is called with a line for each run."""
    results: list[Result] = []
    for work in works:
        if not clock.allows(work.title):
            continue
        turns = [Result(peer, work) for peer in peers.those_of(work, names)]
        for number in range(1, pace.rounds + 1):
            for result in turns:
                tell(f"{work.title}, round {number}, {result.peer}: {result.add(pace)}")
        results += turns
    return results


def run_trials(trials: Sequence[Trial], pace: Pace, clock: Clock, tell: Tell) -> list[Outcome]:
    """Run the trials of streamscope alone; `tell` is called with a line for each run."""
    outcomes: list[Outcome] = []
    for trial in trials:
        if not clock.allows(trial.title):
            continue
        outcomes.append(Outcome(trial))
        for number in range(1, pace.rounds + 1):
            tell(f"{trial.title}, round {number}: {outcomes[-1].add(pace)}")
    return outcomes
