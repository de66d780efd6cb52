"""`python -m stream_gui` opens the monitor."""

from stream_gui.commands import monitor

if __name__ == "__main__":
    monitor()
