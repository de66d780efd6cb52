"""Proofs that come from where wrong secrets came from: when they are answered, one after another.

Right and wrong ones wait alike. It holds no proof to any verifier, and has a timer for each place
where somebody waits.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from stream_core.security import Guesses, place_of

__all__ = ["Proofs", "Prover"]

logger = logging.getLogger(__name__)


class Prover(Protocol):
    """Who wants to prove something; host: from where, user: as whom."""

    @property
    def host(self) -> str: ...  # noqa: D102

    @property
    def user(self) -> str: ...  # noqa: D102

    def answer(self) -> None:
        """Its proof is to be answered now."""


class Proofs:
    """The proofs that wait.

    Args:
        longest_s: between two answers to one place.
    """

    def __init__(self, longest_s: float) -> None:
        self._guesses = Guesses(longest_s)
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, dict[Prover, None]] = {}  # by place, the oldest first
        self._looks: dict[str, tuple[float, asyncio.Handle]] = {}  # when, by place

    def may_be_answered(self, prover: Prover) -> bool:
        """Whether that is so now; else `answer` is called when it is."""
        place = place_of(prover.host)
        due_s = self._guesses.due_s(place, prover.user)
        if due_s <= self._loop.time():
            return True
        self._waiting.setdefault(place, {})[prover] = None
        if place not in self._looks or self._looks[place][0] > due_s:
            self._look(place, due_s)
        return False

    def failed(self, prover: Prover) -> None:
        """Its secret was wrong."""
        if self._guesses.failed(place_of(prover.host), prover.user, self._loop.time()):
            logger.warning(
                "wrong secrets come from %s; proofs from there are answered guess_delay_s=%g "
                "after each",
                prover.host,
                self._guesses.longest_s,
            )

    def proven(self, prover: Prover) -> None:
        """Its secret was right."""
        self._guesses.proven(place_of(prover.host), prover.user)

    def gone(self, prover: Prover) -> None:
        """It does not wait any more."""
        place = place_of(prover.host)
        waiting = self._waiting.get(place, {})
        if prover in waiting:
            del waiting[prover]
            self._look(place, self._looks[place][0])

    def _look(self, place: str, at_s: float) -> None:
        """Look then whether one is due, if anybody waits."""
        if place in self._looks:
            self._looks.pop(place)[1].cancel()
        if self._waiting[place]:
            self._looks[place] = at_s, self._loop.call_at(at_s, self._answer_one, place)
        else:
            del self._waiting[place]

    def _answer_one(self, place: str) -> None:
        """Answer the oldest that is due; what comes of it says when the next is."""
        now_s, waiting = self._loop.time(), self._waiting[place]
        for prover in waiting:
            if self._guesses.due_s(place, prover.user) <= now_s:
                break
        else:
            self._look(place, min(self._guesses.due_s(place, each.user) for each in waiting))
            return
        self._look(place, now_s)  # in the next turn
        self.gone(prover)
        prover.answer()
