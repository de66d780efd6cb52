"""`python -m stream_core` is the command `streamscope`."""

from stream_core.cli import main

if __name__ == "__main__":
    main("python -m stream_core")
