"""`python -m stream_gui` opens the monitor."""

import typer

from stream_gui.commands import monitor

if __name__ == "__main__":
    typer.run(monitor)
