"""What an error says, as a sentence that stands by itself; it changes no words."""

from __future__ import annotations

__all__ = ["sentence"]


def sentence(text: str) -> str:
    """The text with a capital at its beginning and a full stop at its end, if it has none."""
    if not text:
        return ""
    end = "" if text[-1] in ".?!…:" else "."
    return text[0].upper() + text[1:] + end
