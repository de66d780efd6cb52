"""The command `streamscope`: what a terminal can do with a server; knows no window."""

from stream_core.cli.program import main

__all__ = ["main"]
