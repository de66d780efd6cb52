"""Finds channels, columns and other names by a few of their letters, best first; it knows no Qt.

A name is found if it has the letters of each word that was typed, in their order but not in one
piece. Letters in one piece, at the beginnings of the parts of a name and near its end count more,
as in fzf and its kin; among equals the shorter name comes first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["ChannelFinder", "Findings", "Found"]

COLUMN_MARK = " \N{MIDDLE DOT} "
_LINE = "\n"
_BEGINNING = re.compile(r"(?<![0-9a-z])[a-z]|(?<![0-9])[0-9]|[^0-9a-z\s]")
_IN_ONE_PIECE, _AT_A_BEGINNING, _NEXT, _IN_LAST_PART = 1000, 60, 40, 15
_MOST_TRIED = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A channel, or a column of one.

    Attributes:
        channel: its name.
        column: the column's; "" is the channel itself.
        text: both as they are shown.
        marked: the places of the letters in `text` that were typed, from the first.
    """

    channel: str
    column: str
    text: str
    marked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found.

    Attributes:
        best: the best of it, the very best first.
        count: how much was found in all.
        total: in how much it was sought.
    """

    best: tuple[Found, ...]
    count: int
    total: int


class ChannelFinder:
    """Knows the names of all channels and columns.

    Args:
        entries: channels, each with "" or a column.
    """

    def __init__(self, entries: Iterable[tuple[str, str]] = ()) -> None:
        self._entries: list[tuple[str, str]] = []
        self._texts: list[str] = []
        self._lower: list[str] = []
        self._last: tuple[str, list[int]] = ("", [])
        self.set_entries(entries)

    def set_entries(self, entries: Iterable[tuple[str, str]]) -> None:
        """Seek among these from now on."""
        self._entries = list(entries)
        self._texts = [f"{c}{COLUMN_MARK}{column}" if column else c for c, column in self._entries]
        self._lower = [_folded(text.replace(_LINE, " ")) for text in self._texts]
        self._last = ("", list(range(len(self._entries))))

    def find(self, query: str, limit: int = 200) -> Findings:
        """The channels and columns that the query means, best first.

        Args:
            query: words, of each of which a name must have the letters in their order.
            limit: so many of the best are given.
        """
        words = _folded(query).split()
        numbers = self._matching(words)
        if words:
            numbers = sorted(numbers, key=lambda n: self._rank(n, words))
        best = tuple(self._found(number, words) for number in numbers[:limit])
        return Findings(best, len(numbers), len(self._entries))

    def _matching(self, words: Sequence[str]) -> list[int]:
        """The numbers of all entries that have the letters of these words, in their order."""
        query = " ".join(words)
        before, among = self._last
        if not query.startswith(before):
            among = list(range(len(self._entries)))
        for word in words:
            among = self._with_letters(word, among)
        self._last = (query, among)
        return among

    def _with_letters(self, word: str, among: list[int]) -> list[int]:
        """Those of the entries that have the letters of a word in their order.

        All of them are searched as one text, a line each, which the engine does without a call for
        each; every letter excludes itself before it, so that no line is gone through twice.
        """
        lines = [self._lower[number] for number in among]
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        letters = "".join(f"[^{re.escape(c)}{_LINE}]*{re.escape(c)}" for c in word)
        found = re.finditer(f"^{letters}", _LINE.join(lines), re.MULTILINE)
        return [among[bisect_right(starts, match.start()) - 1] for match in found]

    def _rank(self, number: int, words: Sequence[str]) -> tuple[int, int, int]:
        """Lower is better."""
        text = self._lower[number]
        return -sum(_best_match(text, word)[0] for word in words), len(text), number

    def _found(self, number: int, words: Sequence[str]) -> Found:
        text = self._lower[number]
        marked = {place for word in words for place in _best_match(text, word)[1]}
        return Found(*self._entries[number], self._texts[number], tuple(sorted(marked)))


def _folded(text: str) -> str:
    """In small letters, without changing any letter's place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower()[:1] or c for c in text)


def _best_match(text: str, word: str) -> tuple[int, Sequence[int]]:
    """How well a word stands in a text that has its letters, and where."""
    last_part = text.rfind("/") + 1
    at = text.find(word)
    if at < 0:
        return _scattered(text, word, last_part)
    best, place, tried = -1, at, 0
    while at >= 0 and tried < _MOST_TRIED:
        score = _IN_ONE_PIECE + (_AT_A_BEGINNING if _is_beginning(text, at) else 0)
        score += _IN_LAST_PART if at >= last_part else 0
        score += _IN_LAST_PART if at + len(word) == len(text) else 0
        if score > best:
            best, place = score, at
        at, tried = text.find(word, at + 1), tried + 1
    return best, range(place, place + len(word))


def _scattered(text: str, word: str, last_part: int) -> tuple[int, Sequence[int]]:
    """How well single letters stand: each at the next beginning if the rest can follow it."""
    places: list[int] = []
    score, at = 0, 0
    for index, letter in enumerate(word):
        place = text.find(letter, at)
        if not (places and place == at):
            later = _beginning_with(text, letter, place)
            if later > place and _has_letters(text, word[index + 1 :], later + 1):
                place = later
        score += _AT_A_BEGINNING if _is_beginning(text, place) else 0
        score += _NEXT if places and place == places[-1] + 1 else 0
        score += _IN_LAST_PART if place >= last_part else 0
        places.append(place)
        at = place + 1
    return score - (places[-1] - places[0]), places


def _is_beginning(text: str, place: int) -> bool:
    """Whether a part of a name begins there: after a sign, or where digits follow letters."""
    return bool(_BEGINNING.match(text, place))


def _beginning_with(text: str, letter: str, start: int) -> int:
    """The next place at which a part of a name begins with this letter; -1 if there is none."""
    place = start
    while place >= 0 and not _is_beginning(text, place):
        place = text.find(letter, place + 1)
    return place


def _has_letters(text: str, letters: str, start: int) -> bool:
    """Whether these letters come in their order from there on."""
    for letter in letters:
        start = text.find(letter, start) + 1
        if not start:
            return False
    return True
