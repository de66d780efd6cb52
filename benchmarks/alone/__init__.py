"""What is measured of streamscope alone, since no other has it: one file a trial."""

from __future__ import annotations

from benchmarks.alone import camera, crowd, idle, reduction

__all__ = ["TRIALS"]

TRIALS = (camera.TRIAL, crowd.TRIAL, reduction.TRIAL, idle.TRIAL)
