"""`python -m stream_core` is the command `streamscope`."""

import sys

PROCESS = ["serve", "--from-stdin"]
"""How a `ServerProcess` runs its server; its start counts, so no command line is built for it."""


def main() -> None:
    """Run the command, or the server of a `ServerProcess`, and end the process."""
    if sys.argv[1:] == PROCESS:
        from stream_core.process import serve_from_stdin

        sys.exit(serve_from_stdin())
    from stream_core.cli.program import main as command

    command("python -m stream_core")


if __name__ == "__main__":
    main()
