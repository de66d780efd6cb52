"""Callbacks that users gave: each is told, and what one raises keeps nothing from the others."""

from __future__ import annotations

import logging
from collections.abc import Callable

__all__ = ["Callbacks"]

logger = logging.getLogger(__name__)


class Callbacks(list[Callable[..., object]]):
    """The callbacks for one kind of event, in their order."""

    def tell(self, *facts: object) -> None:
        """Call each of them; it may add or remove some meanwhile."""
        for callback in tuple(self):
            try:
                callback(*facts)
            except Exception:
                logger.exception("the callback %r failed", callback)
