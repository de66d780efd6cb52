"""Whose turn it is to send on one link: deficit round robin by bytes, with weights.

After M. Shreedhar and G. Varghese, "Efficient fair queuing using deficit round robin", 1996; a
share is spent after the fact, so that a block larger than it leaves a debt, which lasts while
others have something to send. It never sends anything.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["QUANTUM_BYTES", "Schedule"]

QUANTUM_BYTES = 64 * 1024

Key = TypeVar("Key", bound=Hashable)


class _Share:
    """What one key may still send in this round."""

    __slots__ = ("awake", "left_bytes", "quantum_bytes", "round")

    def __init__(self) -> None:
        self.awake = False
        self.left_bytes = 0.0
        self.quantum_bytes = float(QUANTUM_BYTES)
        self.round = 0

    @property
    def rounds_of_debt(self) -> int:
        """How many rounds until it may send; 0: now."""
        return max(0, math.floor(-self.left_bytes / self.quantum_bytes) + 1)

    def refill(self, rounds: int) -> None:
        self.round += rounds
        self.left_bytes += rounds * self.quantum_bytes


class Schedule(Generic[Key]):
    """Turns among the keys that have something to send.

    Attributes:
        turns: those keys.
    """

    def __init__(self) -> None:
        self._shares: dict[Key, _Share] = {}
        self.turns: deque[Key] = deque()
        self._round = 0

    def __len__(self) -> int:
        return len(self.turns)

    def wake(self, key: Key, weight: float = 1.0) -> None:
        """The key has something to send; nothing changes if it had already, but its weight."""
        share = self._shares.get(key)
        if share is None:
            share = self._shares[key] = _Share()
        share.quantum_bytes = weight * QUANTUM_BYTES
        if share.awake:
            return
        share.awake = True
        share.refill(self._round - share.round)  # the rounds it has missed pay debts, nothing more
        share.left_bytes = min(0.0, share.left_bytes) + share.quantum_bytes
        self.turns.append(key)

    def next(self) -> Key | None:
        """Whose turn it is, until its share is spent or it rests; None if all rest."""
        turns = self.turns
        for _ in range(len(turns)):
            key = turns[0]
            share = self._shares[key]
            if share.left_bytes > 0:
                return key
            turns.rotate(-1)
            self._refill(share, 1)
        return self._after_debts() if turns else None

    def _after_debts(self) -> Key:
        """All are in debt: let as many rounds pass at once as free the first of them."""
        shares = [self._shares[key] for key in self.turns]
        rounds = min(share.rounds_of_debt for share in shares)
        for share in shares:
            self._refill(share, rounds)
        while self._shares[self.turns[0]].left_bytes <= 0:
            self.turns.rotate(-1)
        return self.turns[0]

    def _refill(self, share: _Share, rounds: int) -> None:
        share.refill(rounds)
        self._round = max(self._round, share.round)

    def spent(self, key: Key, size_bytes: int) -> None:
        """The key has sent so much; nothing happens if it was removed meanwhile."""
        share = self._shares.get(key)
        if share is not None:
            share.left_bytes -= size_bytes

    def rest(self, key: Key) -> None:
        """The key has nothing to send now; nothing happens if it rests already."""
        share = self._shares.get(key)
        if share is None or not share.awake:
            return
        share.awake = False
        if self.turns[0] == key:
            self.turns.popleft()
        else:
            self.turns.remove(key)

    def remove(self, key: Key) -> None:
        """The key is gone, its debt too."""
        self.rest(key)
        self._shares.pop(key, None)
