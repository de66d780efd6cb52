"""What is measured of the monitor's plots and pages, off screen: a file for each kind of trial."""

from __future__ import annotations

from benchmarks.screen import curves, load_page, long_history, opening

__all__ = ["TRIALS"]

TRIALS = (*curves.TRIALS, long_history.TRIAL, opening.TRIAL, *load_page.TRIALS)
