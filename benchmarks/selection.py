"""Choices from a list of names on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

__all__ = ["some_of"]


def some_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Return what reads a list of names, and gives them in the order in which they are known."""

    def names(text: str) -> tuple[str, ...]:
        wanted = [word for word in text.split(",") if word]
        strangers = [word for word in wanted if word not in known]
        if strangers or not wanted:
            raise argparse.ArgumentTypeError(
                f"{', '.join(strangers) or 'nothing'} is none of {', '.join(known)}"
            )
        return tuple(word for word in known if word in wanted)

    return names
