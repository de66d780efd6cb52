"""Callbacks that users gave: each is told, and what one raises keeps nothing from the others."""

from __future__ import annotations

import logging
from collections.abc import Callable

from stream_core.errors import InvalidValue

__all__ = ["Callbacks"]

logger = logging.getLogger(__name__)


class Callbacks(list[Callable[..., object]]):
    """The callbacks for one kind of event, in their order."""

    def append(self, callback: Callable[..., object]) -> None:
        """Tell one more from now on.

        Raises:
            InvalidValue: it cannot be called.
        """
        if not callable(callback):
            raise InvalidValue(f"a callback is a function or a method, not {callback!r}")
        super().append(callback)

    def tell(self, *facts: object) -> None:
        """Call each of them; it may add or remove some meanwhile."""
        for callback in tuple(self):
            try:
                callback(*facts)
            except Exception:
                logger.exception("the callback %r failed", callback)
