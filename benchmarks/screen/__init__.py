"""What is measured of the monitor's plots, off screen: one file for each kind of trial."""

from __future__ import annotations

from benchmarks.screen import curves, long_history, opening

__all__ = ["TRIALS"]

TRIALS = (*curves.TRIALS, long_history.TRIAL, opening.TRIAL)
